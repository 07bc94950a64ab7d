package agents_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/optim"
)

// TestPPOConfig checks that NewPPO returns an error for each setting that is out of its range. The
// error begins with the setting's key and has its value.
func TestPPOConfig(t *testing.T) {
	type config = agents.PPOConfig
	nan, negative := math.NaN(), optim.Constant(-1)
	minus, none := float32(-1), float32(0)
	for want, change := range map[string]func(c *config){
		"steps is 0":               func(c *config) { c.Steps = 0 },
		"n_envs is 0":              func(c *config) { c.NEnvs = 0 },
		"n_envs is -8":             func(c *config) { c.NEnvs = -8 },
		"engine is <nil>":          func(c *config) { c.Engine = nil },
		"n_steps is 0":             func(c *config) { c.NSteps = 0 },
		"n_steps is 1073741824":    func(c *config) { c.NSteps = 1 << 30 },
		"n_envs is 100000":         func(c *config) { c.NEnvs = 100_000 },
		"rows of a rollout":        func(c *config) { c.NEnvs, c.NSteps, c.BatchSize = 1<<16, 1<<24, 1<<20 },
		"net_arch [70000]":         func(c *config) { c.Network.NetArch = policy.Layers(70_000) },
		"net_arch [60000 60000]":   func(c *config) { c.Network.NetArch = policy.Layers(60_000, 60_000) },
		"learning_rate is 1e+300":  func(c *config) { c.LearningRate = optim.Constant(1e300) },
		"batch_size is 0":          func(c *config) { c.BatchSize = 0 },
		"batch_size is -1":         func(c *config) { c.BatchSize = -1 },
		"batch_size is 1,":         func(c *config) { c.BatchSize = 1 },
		"n_epochs is 0":            func(c *config) { c.NEpochs = 0 },
		"learning_rate is -1":      func(c *config) { c.LearningRate = negative },
		"learning_rate is lin_NaN": func(c *config) { c.LearningRate = optim.Linear(nan) },
		"learning_rate is +Inf":    func(c *config) { c.LearningRate = optim.Constant(math.Inf(1)) },
		"clip_range is -1":         func(c *config) { c.ClipRange = negative },
		"clip_range is NaN":        func(c *config) { c.ClipRange = optim.Constant(nan) },
		"clip_range_vf is -1":      func(c *config) { c.ClipRangeVF = &negative },
		"gamma is 1.5":             func(c *config) { c.Gamma = 1.5 },
		"gamma is NaN":             func(c *config) { c.Gamma = float32(nan) },
		"gae_lambda is -1":         func(c *config) { c.GAELambda = -1 },
		"vf_coef is -1":            func(c *config) { c.VFCoef = -1 },
		"ent_coef is +Inf":         func(c *config) { c.EntCoef = optim.Constant(math.Inf(1)) },
		"max_grad_norm is 0":       func(c *config) { c.MaxGradNorm = 0 },
		"max_grad_norm is NaN":     func(c *config) { c.MaxGradNorm = float32(nan) },
		"sde_sample_freq is 0":     func(c *config) { c.SDESampleFreq = 0 },
		"target_kl is -1":          func(c *config) { c.TargetKL = &minus },
		"target_kl is 0,":          func(c *config) { c.TargetKL = &none },
		`activation_fn "swish"`:    func(c *config) { c.Network.ActivationFn = "swish" },
		`optimizer_class "adma"`:   func(c *config) { c.Network.OptimizerClass = "adma" },
		"l1_penalty is -1":         func(c *config) { c.Network.L1Penalty = -1 },
		"l2_penalty is NaN":        func(c *config) { c.Network.L2Penalty = float32(nan) },
		"net_arch [64 0]":          func(c *config) { c.Network.NetArch = policy.Layers(64, 0) },
		"log_std_init is NaN":      func(c *config) { c.Network.LogStdInit = float32(nan) },
	} {
		c := quickConfig()
		change(&c)
		a, err := agents.NewPPO(env.Each(newTracking), c)
		if err == nil || !strings.HasPrefix(err.Error(), "agents: PPO: ") || !strings.Contains(err.Error(), want) || a != nil {
			t.Errorf("NewPPO has error %v, want %q in it", err, want)
		}
	}
}

// TestPPOConfigBounds checks that settings at the ends of their ranges are accepted.
func TestPPOConfigBounds(t *testing.T) {
	type config = agents.PPOConfig
	zero := optim.Constant(0)
	for name, change := range map[string]func(c *config){
		"all sizes 1": func(c *config) {
			c.Steps, c.NEnvs, c.NSteps, c.BatchSize, c.NEpochs, c.NormalizeAdvantage = 1, 1, 1, 1, 1, false
		},
		"rates of 0":      func(c *config) { c.LearningRate, c.ClipRange, c.ClipRangeVF = zero, zero, &zero },
		"factors of 0":    func(c *config) { c.Gamma, c.GAELambda, c.VFCoef, c.EntCoef = 0, 0, 0, optim.Constant(0) },
		"factors of 1":    func(c *config) { c.Gamma, c.GAELambda = 1, 1 },
		"no clipping":     func(c *config) { c.MaxGradNorm = float32(math.Inf(1)) },
		"no hidden layer": func(c *config) { c.Network.NetArch = policy.Layers() },
		"one minibatch":   func(c *config) { c.BatchSize = c.NEnvs * c.NSteps },
		"no divisor":      func(c *config) { c.BatchSize = 60 },
		"one row is left": func(c *config) { c.BatchSize = c.NEnvs*c.NSteps - 1 },
		"larger than all": func(c *config) { c.BatchSize = 1 << 30 },
	} {
		c := quickConfig()
		c.Beyond = true
		change(&c)
		a, err := agents.NewPPO(env.Each(newTracking), c)
		if err != nil {
			t.Errorf("%s: NewPPO: %v", name, err)
			continue
		}
		if r, err := a.Learn(c.NEnvs*c.NSteps + 1); err != nil || r.Steps != 2*c.NEnvs*c.NSteps {
			t.Errorf("%s: Learn of two iterations = %v, error %v", name, r, err)
		}
	}
}

// TestPPODiverges checks that Learn returns an error when a huge learning rate makes the
// parameters infinite.
func TestPPODiverges(t *testing.T) {
	c := quickConfig()
	c.NSteps, c.BatchSize, c.NEpochs, c.LearningRate = 8, 64, 1, optim.Constant(3e38)
	c.MaxGradNorm = float32(math.Inf(1))
	_, err := agents.Must(agents.NewPPO(env.Each(newTracking), c)).Learn(1000)
	if err == nil || !strings.Contains(err.Error(), "parameters are not finite after") {
		t.Errorf("Learn with learning rate 3e38: error %v, want one that says that the parameters are not finite", err)
	}
}

// tupleActions is mimic with a Tuple of actions, for which no agent has a distribution.
type tupleActions struct{ *mimic }

func (o tupleActions) Spec() env.Spec {
	s := o.mimic.Spec()
	s.Act = env.Tuple{env.Discrete{N: 2}}
	return s
}

// TestNewPPOErrors checks that NewPPO returns the errors of networks and of a Maker.
func TestNewPPOErrors(t *testing.T) {
	mk := env.Each(func() tupleActions { return tupleActions{newMimic()} })
	if _, err := agents.NewPPO(mk, quickConfig()); err == nil || !strings.Contains(err.Error(), "Tuple") {
		t.Errorf("NewPPO for a Tuple of actions: error %v", err)
	}
	none := func(n int) (env.Vector, error) { return nil, fmt.Errorf("no %d environments", n) }
	if _, err := agents.NewPPO(none, quickConfig()); err == nil || !strings.Contains(err.Error(), "agents: PPO: no 8 environments") {
		t.Errorf("NewPPO without environments: error %v", err)
	}
}

// lossMetric returns the value of a Report's loss with the given name.
func lossMetric(t *testing.T, r agents.Report, name string) float64 {
	t.Helper()
	for _, l := range r.Losses {
		if l.Name == name {
			return l.Value
		}
	}
	t.Fatalf("the losses %v have no %s", r.Losses, name)
	return 0
}

// TestTargetKL checks that target_kl ends an iteration's gradient steps. At the first minibatch
// the policy is still the policy that collected the rollout, so the KL divergence is 0. At the
// second minibatch it is above the tiny target_kl, and the iteration ends in its first epoch.
func TestTargetKL(t *testing.T) {
	target := float32(1e-9)
	for _, tc := range []struct {
		target *float32
		want   float64 // epochs in three iterations
	}{{nil, 12}, {&target, 3}} {
		c := smallPPOConfig()
		c.TargetKL = tc.target
		r := agents.Must(agents.Must(agents.NewPPO(env.Each(classic.NewCartPole), c)).Learn(384))
		if got := lossMetric(t, r, "n_updates"); got != tc.want {
			t.Errorf("with target_kl %v n_updates = %v, want %v", tc.target, got, tc.want)
		}
	}
}

// TestSchedules checks the values of schedules in the third of eight iterations: they are the
// values at the iteration's start, after a quarter of the steps.
func TestSchedules(t *testing.T) {
	c := smallPPOConfig()
	c.Steps = 1024
	c.LearningRate, c.ClipRange = optim.Linear(0.01), optim.Linear(0.4)
	vf := optim.Constant(0.3)
	c.ClipRangeVF = &vf
	r := agents.Must(agents.Must(agents.NewPPO(env.Each(classic.NewCartPole), c)).Learn(384))
	for name, want := range map[string]float64{"learning_rate": 0.0075, "clip_range": 0.3, "clip_range_vf": 0.3} {
		if got := lossMetric(t, r, name); math.Abs(got-want) > 1e-9 {
			t.Errorf("%s = %v, want %v", name, got, want)
		}
	}
}

// TestDiverges checks that the error of a learning rate that is much too large names the setting.
func TestDiverges(t *testing.T) {
	c := smallPPOConfig()
	c.LearningRate, c.MaxGradNorm = optim.Constant(1e30), float32(math.Inf(1))
	_, err := agents.Must(agents.NewPPO(env.Each(newTracking), c)).Learn(10_000)
	if err == nil || !strings.Contains(err.Error(), "learning_rate") {
		t.Errorf("Learn with learning rate 10³⁰: error %v, want one that names learning_rate", err)
	}
}
