package agents

import (
	"math"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/optim"
)

// corridor is an environment in which every action leads to the next state, from state 0 to 1, 2
// and 3, with the rewards 1, 2 and 4. State 3 is terminal.
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

// TestTabularReturns checks the table after one episode of the corridor, with α = 0.5, γ = 0.5
// and a table of zeros at the start. The two-step returns are 1 + 2/2, 2 + 4/2 and 4. With λ =
// 0.8 a trace decays by γλ = 0.4, and the TD errors are 1, 2, 4, because each state is visited
// once. So state 0 changes by α times 1 + 0.4·2 + 0.16·4, state 1 by α times 2 + 0.4·4, state 2
// by α times 4.
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
		{"traces with λ = 1", 1, 1, [3]float64{0.5 * 3, 0.5 * 4, 2}},
	} {
		for name, newAgent := range map[string]func(env.Maker, TabularConfig) (*Tabular, error){
			"Q-learning": NewQLearning, "SARSA": NewSARSA, "expected SARSA": NewExpectedSARSA,
		} {
			c := DefaultTabular()
			c.LearningRate, c.Gamma, c.NSteps, c.TraceDecay = optim.Constant(0.5), 0.5, tc.steps, tc.lambda
			a := Must(newAgent(env.Each(func() *corridor { return new(corridor) }), c))
			a.readSchedules()
			for range 3 {
				if err := a.step(a); err != nil {
					t.Fatal(err)
				}
			}
			for s, want := range tc.want {
				if got := float64(a.q1.Row(s)[0]); math.Abs(got-want) > 1e-6 {
					t.Errorf("%s, %s: Q(%d) = %v, want %v", name, tc.name, s, got, want)
				}
			}
			for i := range a.histories {
				if a.histories[i].n != 0 {
					t.Errorf("%s, %s: the history has %d steps after the end of the episode, want 0", name, tc.name, a.histories[i].n)
				}
			}
		}
	}
}

// TestTracesWithoutDiscount checks that trace_decay has no effect with γ = 0, where the traces of
// earlier steps are 0.
func TestTracesWithoutDiscount(t *testing.T) {
	c := DefaultTabular()
	c.Gamma, c.TraceDecay = 0, 0.8
	a := Must(NewQLearning(env.Each(func() *corridor { return new(corridor) }), c))
	if _, err := a.Learn(2000); err != nil || math.Abs(float64(a.q1.Row(2)[0])-4) > 1e-6 {
		t.Errorf("Q(2) = %v, error %v; want 4", a.q1.Row(2), err)
	}
}

// TestTabularReturnsErrors checks the error messages for n_steps and trace_decay.
func TestTabularReturnsErrors(t *testing.T) {
	for want, change := range map[string]func(c *TabularConfig){
		"n_steps is 0":       func(c *TabularConfig) { c.NSteps = 0 },
		"trace_decay is 1.5": func(c *TabularConfig) { c.TraceDecay = 1.5 },
		"trace_decay is 0.5": func(c *TabularConfig) { c.TraceDecay, c.NSteps = 0.5, 2 },
		"one table":          func(c *TabularConfig) { c.NSteps = 2 },
	} {
		c := DefaultTabular()
		change(&c)
		if _, err := NewDoubleQLearning(env.Each(func() *corridor { return new(corridor) }), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}
