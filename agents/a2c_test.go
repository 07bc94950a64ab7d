package agents_test

import (
	"context"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/optim"
)

// TestA2CLearns checks that A2C reaches the best return of mimic, 10, with different optimisers,
// normalisers and a shared trunk.
func TestA2CLearns(t *testing.T) {
	skipIfShort(t)
	mk := env.Each(newMimic)
	for name, change := range map[string]func(c *agents.A2CConfig){
		"defaults":   func(*agents.A2CConfig) {},
		"Adam":       func(c *agents.A2CConfig) { c.UseRMSProp = false },
		"normalised": func(c *agents.A2CConfig) { c.NormalizeAdvantage, c.Normalize.Reward = true, true },
		"share_trunk": func(c *agents.A2CConfig) { // a low vf_coef, so that the shared trunk does not learn only the values
			c.Network.ShareTrunk, c.Network.NetArch, c.VFCoef, c.EntCoef = true, policy.Layers(64), 0.25, optim.Constant(0.05)
		},
	} {
		for seed := range uint64(3) {
			c := agents.DefaultA2C()
			c.NEnvs, c.Steps, c.Seed, c.LearningRate = 8, 40_000, seed, optim.Linear(3e-3)
			change(&c)
			a := agents.Must(agents.NewA2C(mk, c))
			agents.Must(a.Learn(c.Steps))
			s, err := agents.Evaluate(context.Background(), a.Policy(), mk, agents.Evaluation{Episodes: 20, MaxSteps: 10, Seed: 1})
			if err != nil || s.Min != 10 {
				t.Errorf("%s, seed %d: returns %v, want 10 each; error %v", name, seed, s.Returns, err)
			}
		}
	}
}

// TestA2CConfig checks the error messages for settings that are out of their range.
func TestA2CConfig(t *testing.T) {
	for want, change := range map[string]func(c *agents.A2CConfig){
		"n_steps is 0":       func(c *agents.A2CConfig) { c.NSteps = 0 },
		"n_steps is 1,":      func(c *agents.A2CConfig) { c.NSteps, c.NormalizeAdvantage = 1, true },
		"learning_rate is":   func(c *agents.A2CConfig) { c.LearningRate = optim.Constant(-1) },
		"gamma is 2":         func(c *agents.A2CConfig) { c.Gamma = 2 },
		"gae_lambda is -1":   func(c *agents.A2CConfig) { c.GAELambda = -1 },
		"vf_coef is -1":      func(c *agents.A2CConfig) { c.VFCoef = -1 },
		"ent_coef is -1":     func(c *agents.A2CConfig) { c.EntCoef = optim.Constant(-1) },
		"max_grad_norm is 0": func(c *agents.A2CConfig) { c.MaxGradNorm = 0 },
		"eps is -1":          func(c *agents.A2CConfig) { c.RMSPropEps = -1 },
		"rows of a rollout":  func(c *agents.A2CConfig) { c.NEnvs, c.NSteps = 1<<16, 1<<24 },
	} {
		c := agents.DefaultA2C()
		change(&c)
		if a, err := agents.NewA2C(env.Each(classic.NewCartPole), c); a != nil || err == nil || !strings.HasPrefix(err.Error(), "agents: A2C: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}
