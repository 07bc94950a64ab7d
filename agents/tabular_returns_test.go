package agents

import (
	"math"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/optim"
)

// corridor goes from state 0 to 3 whatever one does, and pays 1, 2, 4; there it ends.
type corridor struct{ at int }

func (*corridor) Spec() env.Spec {
	return env.Spec{ID: "Corridor-v0", Obs: env.Discrete{N: 4}, Act: env.Discrete{N: 1}, MaxSteps: 100}
}

func (c *corridor) Reset(_ uint64, obs []float32) {
	c.at = 0
	obs[0] = 0
}

func (c *corridor) Step(_, obs []float32) env.Outcome {
	out := env.Outcome{Reward: float64(int(1) << c.at), Terminated: c.at == 2}
	c.at++
	obs[0] = float32(c.at)
	return out
}

// TestTabularReturns has one episode of the corridor with α = 0.5 and γ = 0.5, from a
// table of zeros. Returns of two steps are 1 + 2/2, 2 + 4/2 and 4. With λ = 0.8, that
// is γλ = 0.4, the differences 1, 2, 4 reach state 0 as 1 + 0.4·2 + 0.16·4, state 1 as
// 2 + 0.4·4, and state 2 as 4; for no value is learned before it is looked at.
func TestTabularReturns(t *testing.T) {
	for _, tc := range []struct {
		name   string
		steps  int
		lambda float32
		want   [3]float64
	}{
		{"one step", 1, 0, [3]float64{0.5, 1, 2}},
		{"two steps", 2, 0, [3]float64{1, 2, 2}},
		{"five steps", 5, 0, [3]float64{1.5, 2, 2}},
		{"traces", 1, 0.8, [3]float64{0.5 * 2.44, 0.5 * 3.6, 2}},
		{"whole traces", 1, 1, [3]float64{0.5 * 3, 0.5 * 4, 2}},
	} {
		for name, newAgent := range map[string]func(env.Maker, TabularConfig) (*Tabular, error){
			"Q-learning": NewQLearning, "SARSA": NewSARSA, "expected SARSA": NewExpectedSARSA,
		} {
			c := DefaultTabular()
			c.LearningRate, c.Gamma, c.NSteps, c.TraceDecay = optim.Constant(0.5), 0.5, tc.steps, tc.lambda
			a := Must(newAgent(env.Each(func() *corridor { return new(corridor) }), c))
			a.schedule()
			for range 3 {
				if err := a.step(a); err != nil {
					t.Fatal(err)
				}
			}
			for s, want := range tc.want {
				if got := float64(a.one.Row(s)[0]); math.Abs(got-want) > 1e-6 {
					t.Errorf("%s, %s: Q(%d) = %v, want %v", name, tc.name, s, got, want)
				}
			}
			for i := range a.back {
				if a.back[i].n != 0 {
					t.Errorf("%s, %s: %d steps of an episode that is over", name, tc.name, a.back[i].n)
				}
			}
		}
	}
}

// TestTracesWithoutDiscount: with γ = 0 nothing fades, for nothing is left after a step.
func TestTracesWithoutDiscount(t *testing.T) {
	c := DefaultTabular()
	c.Gamma, c.TraceDecay = 0, 0.8
	a := Must(NewQLearning(env.Each(func() *corridor { return new(corridor) }), c))
	if _, err := a.Learn(2000); err != nil || math.Abs(float64(a.one.Row(2)[0])-4) > 1e-6 {
		t.Errorf("Q(2) = %v, error %v; want 4", a.one.Row(2), err)
	}
}

func TestTabularReturnsErrors(t *testing.T) {
	for want, spoil := range map[string]func(c *TabularConfig){
		"n_steps is 0":       func(c *TabularConfig) { c.NSteps = 0 },
		"trace_decay is 1.5": func(c *TabularConfig) { c.TraceDecay = 1.5 },
		"trace_decay is 0.5": func(c *TabularConfig) { c.TraceDecay, c.NSteps = 0.5, 2 },
		"one table":          func(c *TabularConfig) { c.NSteps = 2 },
	} {
		c := DefaultTabular()
		spoil(&c)
		if _, err := NewDoubleQLearning(env.Each(func() *corridor { return new(corridor) }), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}
