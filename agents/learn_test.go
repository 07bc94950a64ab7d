package agents_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/optim"
)

// trainPPO returns a PPO with the settings c that has learned for c.Steps steps.
func trainPPO(t *testing.T, mk env.Maker, c agents.PPOConfig) agents.Agent {
	t.Helper()
	a := agents.Must(agents.NewPPO(mk, c))
	if _, err := a.Learn(c.Steps); err != nil {
		t.Fatal(err)
	}
	return a
}

// TestLearnsMimic checks that PPO reaches the best return, 10, in every episode of mimic. A random
// policy has 3.3.
func TestLearnsMimic(t *testing.T) {
	skipIfShort(t)
	mk := env.Each(newMimic)
	for seed := range uint64(3) {
		c := smallPPOConfig()
		c.Seed, c.Steps = seed, 4000
		s, err := agents.Evaluate(context.Background(), trainPPO(t, mk, c).Policy(), mk, agents.Evaluation{Episodes: 20, MaxSteps: 10, Seed: 1})
		if err != nil || s.Min != 10 {
			t.Errorf("seed %d: returns after %d steps = %v, want 10 each; error %v", seed, c.Steps, s.Returns, err)
		}
	}
}

// TestLearnsNumbered checks that PPO learns the same bytes from discrete observations as from
// mimic's one-hot observations: networks get discrete observations as one-hot vectors.
func TestLearnsNumbered(t *testing.T) {
	skipIfShort(t)
	c := smallPPOConfig()
	c.Steps = 4000
	oneHots, discrete := trainPPO(t, env.Each(newMimic), c), trainPPO(t, env.Each(newNumbered), c)
	for i, p := range oneHots.Policy().Tensors() {
		if q := discrete.Policy().Tensors()[i]; !slices.Equal(p.Value, q.Value) {
			t.Errorf("%s differs", p.Name)
		}
	}
	obs, v := []float32{0, 1, 2}, make([]float32, 3)
	discrete.Policy().Act(policy.In{Obs: obs}, policy.Out{Value: v})
	want := make([]float32, 3)
	oneHots.Policy().Act(policy.In{Obs: []float32{1, 0, 0, 0, 1, 0, 0, 0, 1}}, policy.Out{Value: want})
	if !slices.Equal(v, want) {
		t.Errorf("values %v, want %v", v, want)
	}
}

// TestLearnsWithOptions checks that PPO learns mimic with each option of networks, optimisers and
// initial weights.
func TestLearnsWithOptions(t *testing.T) {
	skipIfShort(t)
	optimizer := func(class string, rate float64) func(c *agents.PPOConfig) {
		return func(c *agents.PPOConfig) { c.Network.OptimizerClass, c.LearningRate = class, optim.Linear(rate) }
	}
	changes := map[string]func(c *agents.PPOConfig){
		"normalize":   func(c *agents.PPOConfig) { c.Normalize.Obs, c.Normalize.Reward = true, true },
		"share_trunk": func(c *agents.PPOConfig) { c.Network.ShareTrunk, c.Network.NetArch = true, policy.Layers(64) },
		"layer norm":  func(c *agents.PPOConfig) { c.Network.Norm = "layer" },
		"batch norm":  func(c *agents.PPOConfig) { c.Network.Norm = "batch" },
		"dropout":     func(c *agents.PPOConfig) { c.Network.Dropout = 0.1 },
		"penalties":   func(c *agents.PPOConfig) { c.Network.L1Penalty, c.Network.L2Penalty = 1e-4, 1e-4 },
		"sgd":         optimizer("sgd", 0.3), "rmsprop": optimizer("rmsprop", 2.5e-3), "rmsprop_tf": optimizer("rmsprop_tf", 1e-2),
		"adagrad": optimizer("adagrad", 0.05), "adamw": optimizer("adamw", 2.5e-3),
	}
	for _, act := range f32.Activations() {
		name := act.String()
		changes[name] = func(c *agents.PPOConfig) { c.Network.ActivationFn = name }
	}
	for _, name := range []string{"xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal", "pytorch"} {
		changes[name] = func(c *agents.PPOConfig) { c.Network.InitFn = name }
	}
	mk := env.Each(newMimic)
	for name, change := range changes {
		c := smallPPOConfig()
		c.Steps = 30_000
		change(&c)
		s, err := agents.Evaluate(context.Background(), trainPPO(t, mk, c).Policy(), mk, agents.Evaluation{Episodes: 20, MaxSteps: 10, Seed: 1})
		if err != nil || s.Min != 10 {
			t.Errorf("%s: returns after %d steps = %v, want 10 each; error %v", name, c.Steps, s.Returns, err)
		}
	}
}

// TestLearnsTracking checks that PPO's actions are within 0.1 of the best action 1.5 x for all x.
// The actions of a new policy are near 0.
func TestLearnsTracking(t *testing.T) {
	skipIfShort(t)
	for seed := range uint64(3) {
		c := smallPPOConfig()
		c.Seed, c.Steps, c.EntCoef = seed, 16_000, optim.Constant(0)
		c.LearningRate, c.Network.LogStdInit = optim.Linear(5e-3), -0.5
		p := trainPPO(t, env.Each(newTracking), c).Policy()
		for x := float32(-1); x <= 1; x += 0.125 {
			act := []float32{0}
			p.Act(policy.In{Obs: []float32{x}}, policy.Out{Act: act})
			if want := 1.5 * x; math.Abs(float64(act[0]-want)) > 0.1 {
				t.Errorf("seed %d: Act(%v) after %d steps = %v, want %v", seed, x, c.Steps, act[0], want)
			}
		}
	}
}

// TestLearnsValues checks the values of the places on a walk, with γ = 0.9.
//
// A walk with an end has the discounted sum of the remaining rewards as its values: 4 at the last
// place, 3 + 0.9·4 at the place before, and so on. A walk without an end, with the reward 1 in
// each step, has the value 1/(1-γ) = 10, although episodes are truncated after 5 steps; without
// bootstrapping from the truncated observation the value would be at most 4.1. A round of 4
// places with the rewards 4, 0, 0, 0 has the values 4/(1-γ⁴) times 1, γ³, γ² and γ. There the
// last observation of a truncated episode often differs from the first observation of the next
// episode.
func TestLearnsValues(t *testing.T) {
	skipIfShort(t)
	const round = 4 / (1 - 0.9*0.9*0.9*0.9)
	for name, tc := range map[string]struct {
		walk walk
		want []float64
	}{
		"with an end": {walk{rewards: []float64{1, 2, 3, 4}}, []float64{8.146, 7.94, 6.6, 4}},
		"for ever":    {walk{rewards: []float64{1}, round: true, maxSteps: 5}, []float64{10}},
		"round": {
			walk{rewards: []float64{4, 0, 0, 0}, round: true, maxSteps: 5},
			[]float64{round, 0.729 * round, 0.81 * round, 0.9 * round},
		},
	} {
		c := smallPPOConfig()
		c.Steps, c.Gamma, c.LearningRate = 10_000, 0.9, optim.Linear(1e-2)
		a := trainPPO(t, env.Each(func() *walk { w := tc.walk; return &w }), c)
		n := len(tc.want)
		obs, v := make([]float32, n*n), make([]float32, n)
		for i := range n {
			oneHot(obs[i*n:(i+1)*n], i)
		}
		a.Policy().Act(policy.In{Obs: obs}, policy.Out{Value: v})
		for i, want := range tc.want {
			if math.Abs(float64(v[i])-want) > 0.01*want {
				t.Errorf("%s: V(%d) after %d steps = %v, want %v", name, i, c.Steps, v[i], want)
			}
		}
	}
}

// skipIfShort skips a learning test with go test -short.
func skipIfShort(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("learning")
	}
}

// TestLearns checks that PPO learns to balance CartPole's pole. A random policy has the return 22.
func TestLearns(t *testing.T) {
	skipIfShort(t)
	mk := env.Each(classic.NewCartPole)
	c := agents.DefaultPPO()
	c.Steps = 50_000
	s, err := agents.Evaluate(context.Background(), trainPPO(t, mk, c).Policy(), mk, agents.Evaluation{Episodes: 20, MaxSteps: 500, Seed: 1})
	if err != nil || s.Mean < 450 {
		t.Errorf("mean return after %d steps = %v, want 450; error %v", c.Steps, s.Mean, err)
	}
}
