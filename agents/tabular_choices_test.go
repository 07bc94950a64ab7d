package agents_test

import (
	"slices"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/policy"
)

// TestTabularBlackjack checks that each tabular agent learns a nearly optimal policy of
// Blackjack, whose observations are a Tuple with 704 values. The optimal value is -0.043; Sutton
// and Barto 2018, example 5.3, show the optimal policy. The model gives the exact regret of a
// policy: a policy that always sticks has the regret 0.14, random actions have 0.35.
func TestTabularBlackjack(t *testing.T) {
	skipIfShort(t)
	game := grid.NewBlackjack()
	m := game.Model()
	best, err := m.ValueIteration(1)
	if err != nil {
		t.Fatal(err)
	}
	obs, act := make([]float32, 3*m.States), make([]float32, m.States)
	for s := range m.States {
		game.ObserveState(s, obs[3*s:3*s+3])
	}
	for name, newAgent := range tabularAgents {
		for seed := range uint64(2) {
			c := agents.DefaultTabular()
			c.Seed, c.Steps = seed, 500_000
			a := agents.Must(newAgent(env.Each(grid.NewBlackjack), c))
			agents.Must(a.Learn(c.Steps))
			a.Policy().Act(policy.In{Obs: obs}, policy.Out{Act: act})
			actions := make([]int, len(act))
			for i, k := range act {
				actions[i] = int(k)
			}
			v, err := m.Evaluate(m.Deterministic(actions), 1)
			if err != nil {
				t.Fatal(err)
			}
			if regret := m.Mean(best.V) - m.Mean(v); regret > 0.06 {
				t.Errorf("%s, seed %d: the policy has the regret %.4f to the optimum %.4f, want at most 0.06", name, seed, regret, m.Mean(best.V))
			}
			if q := a.Policy().Tensors()[0]; !slices.Equal(q.Shape(), []int{704, 2}) {
				t.Errorf("%s: the table has the shape %v, want 704 states and 2 actions", name, q.Shape())
			}
		}
	}
}

// panel is an environment with several choices in observations and actions. The observation has
// two lamps, on or off, and a number. The reward is 1 for each switch that has the position of
// its lamp, plus 1 if the dial is at the number.
type panel struct {
	rng   env.Rand
	lamps [2]float32
	dial  float32
}

func (*panel) Spec() env.Spec {
	return env.Spec{
		ID: "Panel-v0", MaxSteps: 10, Act: env.Dict{{Name: "dial", Space: env.Discrete{N: 3}}, {Name: "switches", Space: env.MultiBinary{N: 2}}},
		Obs: env.Tuple{env.MultiBinary{N: 2}, env.MultiDiscrete{N: []int{3, 1}}},
	}
}

func (p *panel) Reset(seed uint64, obs []float32) {
	p.rng.Seed(seed)
	p.show(obs)
}

func (p *panel) show(obs []float32) {
	p.lamps[0], p.lamps[1], p.dial = float32(int(p.rng.Uniform(0, 2))), float32(int(p.rng.Uniform(0, 2))), float32(int(p.rng.Uniform(0, 3)))
	obs[0], obs[1], obs[2], obs[3] = p.lamps[0], p.lamps[1], p.dial, 0
}

func (p *panel) Step(act, obs []float32) (out env.Outcome) {
	for i, want := range []float32{p.dial, p.lamps[0], p.lamps[1]} {
		if act[i] == want {
			out.Reward++
		}
	}
	p.show(obs)
	return out
}

// TestTabularChoices checks that tables learn the best return with several choices in observations
// and actions: 3 in each of 10 steps.
func TestTabularChoices(t *testing.T) {
	for name, newAgent := range tabularAgents {
		c := agents.DefaultTabular()
		c.Steps, c.Gamma, c.NEnvs = 40_000, 0, 2
		mk := env.Each(func() *panel { return new(panel) })
		a := agents.Must(newAgent(mk, c))
		agents.Must(a.Learn(c.Steps))
		s, err := agents.Evaluate(t.Context(), a.Policy(), mk, agents.Evaluation{Episodes: 20, MaxSteps: 10, Seed: 1})
		if q := a.Policy().Tensors()[0]; err != nil || s.Min != 30 || !slices.Equal(q.Shape(), []int{12, 12}) {
			t.Errorf("%s: returns %v with a table of shape %v, error %v; want 30 each and [12 12]", name, s.Returns, q.Shape(), err)
		}
	}
}
