package agents_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/optim"
)

// TestReinforceLearns checks that REINFORCE, with and without a baseline, reaches the best return
// of mimic, and actions near the best actions of tracking.
func TestReinforceLearns(t *testing.T) {
	skipIfShort(t)
	for _, baseline := range []bool{true, false} {
		for seed := range uint64(3) {
			c := agents.DefaultReinforce()
			c.NEnvs, c.Steps, c.Seed, c.Baseline, c.LearningRate = 8, 40_000, seed, baseline, optim.Linear(5e-3)
			mk := env.Each(newMimic)
			a := agents.Must(agents.NewReinforce(mk, c))
			agents.Must(a.Learn(c.Steps))
			if s, err := agents.Evaluate(context.Background(), a.Policy(), mk, agents.Evaluation{Episodes: 20, MaxSteps: 10, Seed: 1}); err != nil || s.Min != 10 {
				t.Errorf("baseline %v, seed %d: returns %v, want 10 each; error %v", baseline, seed, s.Returns, err)
			}

			c.Steps, c.Gamma, c.LearningRate = 120_000, 0, optim.Linear(1e-2) // γ is 0, because an action affects only its own reward
			c.Network.LogStdInit = -0.5
			a = agents.Must(agents.NewReinforce(env.Each(newTracking), c))
			agents.Must(a.Learn(c.Steps))
			for x := float32(-1); x <= 1; x += 0.25 {
				act := []float32{0}
				a.Policy().Act(policy.In{Obs: []float32{x}}, policy.Out{Act: act})
				if want := 1.5 * x; math.Abs(float64(act[0]-want)) > 0.15 {
					t.Errorf("baseline %v, seed %d: Act(%v) = %v, want %v", baseline, seed, x, act[0], want)
				}
			}
		}
	}
}

// TestReinforceValues checks that the baseline learns the discounted returns of a walk.
func TestReinforceValues(t *testing.T) {
	skipIfShort(t)
	c := agents.DefaultReinforce()
	c.NEnvs, c.Steps, c.Gamma, c.LearningRate, c.NEpisodes = 4, 20_000, 0.9, optim.Linear(1e-2), 8
	a := agents.Must(agents.NewReinforce(env.Each(func() *walk { return &walk{rewards: []float64{1, 2, 3, 4}} }), c))
	agents.Must(a.Learn(c.Steps))
	obs, v := make([]float32, 16), make([]float32, 4)
	for i := range 4 {
		oneHot(obs[4*i:4*i+4], i)
	}
	a.Policy().Act(policy.In{Obs: obs}, policy.Out{Value: v})
	for i, want := range []float64{8.146, 7.94, 6.6, 4} {
		if math.Abs(float64(v[i])-want) > 0.02*want {
			t.Errorf("V(%d) = %v, want %v", i, v[i], want)
		}
	}
}

// TestReinforceConfig checks the error messages for settings that are out of their range.
func TestReinforceConfig(t *testing.T) {
	for want, change := range map[string]func(c *agents.ReinforceConfig){
		"n_episodes is 0":    func(c *agents.ReinforceConfig) { c.NEpisodes = 0 },
		"learning_rate is":   func(c *agents.ReinforceConfig) { c.LearningRate = optim.Constant(-1) },
		"gamma is 2":         func(c *agents.ReinforceConfig) { c.Gamma = 2 },
		"vf_coef is -1":      func(c *agents.ReinforceConfig) { c.VFCoef = -1 },
		"ent_coef is -1":     func(c *agents.ReinforceConfig) { c.EntCoef = optim.Constant(-1) },
		"max_grad_norm is 0": func(c *agents.ReinforceConfig) { c.MaxGradNorm = 0 },
		"clip_obs is 0":      func(c *agents.ReinforceConfig) { c.Normalize.ClipObs = 0 },
	} {
		c := agents.DefaultReinforce()
		change(&c)
		if a, err := agents.NewReinforce(env.Each(classic.NewCartPole), c); a != nil || err == nil || !strings.HasPrefix(err.Error(), "agents: REINFORCE: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}
