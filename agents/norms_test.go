package agents_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
)

// mixedObs is mimic with a Dict of observations: the symbol as a Discrete, and a number in a Box,
// which is 1000, 1010 or 1020 for the symbols 0, 1 and 2.
type mixedObs struct{ *mimic }

func (m mixedObs) Spec() env.Spec {
	spec := m.mimic.Spec()
	spec.ID, spec.Obs = "Mixed-v0", env.Dict{{Name: "symbol", Space: env.Discrete{N: 3}}, {Name: "number", Space: env.NewBox(0, 2000, 1)}}
	return spec
}

func (m mixedObs) Reset(seed uint64, obs []float32) {
	m.mimic.Reset(seed, make([]float32, 3))
	m.show(obs)
}

func (m mixedObs) Step(act, obs []float32) env.Outcome {
	out := m.mimic.Step(act, make([]float32, 3))
	m.show(obs)
	return out
}

func (m mixedObs) show(obs []float32) { obs[0], obs[1] = float32(m.symbol), float32(1000+10*m.symbol) }

// TestNormalizeDict checks that on-policy agents normalise the Box of a Dict and not the
// Discrete. The numbers 1000, 1010 and 1020 have the mean 1010 and the variance 200/3.
func TestNormalizeDict(t *testing.T) {
	mk := env.Each(func() env.Env { return mixedObs{newMimic()} })
	norm := agents.DefaultNormalize()
	norm.Obs, norm.Reward = true, true
	a3c := func(ordered bool) func() agents.Agent {
		return func() agents.Agent {
			c := agents.DefaultA3C()
			c.Normalize, c.NEnvs, c.Ordered = norm, 4, ordered
			return agents.Must(agents.NewA3C(mk, c))
		}
	}
	for name, newAgent := range map[string]func() agents.Agent{
		"PPO": func() agents.Agent {
			c := smallPPOConfig()
			c.Normalize = norm
			return agents.Must(agents.NewPPO(mk, c))
		},
		"A2C": func() agents.Agent {
			c := agents.DefaultA2C()
			c.Normalize, c.NEnvs = norm, 4
			return agents.Must(agents.NewA2C(mk, c))
		},
		"A3C in order": a3c(true), "A3C": a3c(false),
		"REINFORCE": func() agents.Agent {
			c := agents.DefaultReinforce()
			c.Normalize, c.NEnvs = norm, 4
			return agents.Must(agents.NewReinforce(mk, c))
		},
	} {
		a := newAgent()
		if _, err := a.Learn(5000); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		agents.CheckMomentsOfNumber(t, name, a.Policy())
	}
}

// TestBatchNormTrains checks that learning updates the running averages of batch norm, and that
// acting does not change them.
func TestBatchNormTrains(t *testing.T) {
	for name, change := range map[string]func(c *agents.PPOConfig){
		"separate networks": func(c *agents.PPOConfig) {}, "share_trunk": func(c *agents.PPOConfig) { c.Network.ShareTrunk = true },
	} {
		c := smallPPOConfig()
		c.Network.Norm = "batch"
		change(&c)
		a := agents.Must(agents.NewPPO(env.Each(newMimic), c))
		averages := func() (all []float32) {
			for _, p := range a.Policy().Tensors() {
				if strings.Contains(p.Name, ".running_") {
					all = append(all, p.Value...)
				}
			}
			return all
		}
		before := slices.Clone(averages())
		agents.Must(a.Learn(1000))
		after := averages()
		same := 0
		for i := range after {
			if after[i] == before[i] {
				same++
			}
		}
		if len(after) == 0 || same > 0 {
			t.Errorf("%s: %d of %d running averages did not change", name, same, len(after))
		}
		learned := slices.Clone(after)
		if _, err := agents.Evaluate(t.Context(), a.Policy(), env.Each(newMimic), agents.Evaluation{Episodes: 20, MaxSteps: 10, Seed: 1}); err != nil {
			t.Error(err)
		}
		if !slices.Equal(averages(), learned) {
			t.Errorf("%s: an evaluation changes the running averages", name)
		}
	}
}
