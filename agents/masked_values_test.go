package agents_test

import (
	"context"
	"errors"
	"testing"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/policy"
)

// numbered is screen that shows the number of its symbol.
type numbered struct{ *screen }

func (n numbered) Spec() env.Spec {
	spec := n.screen.Spec()
	spec.Obs = env.Discrete{N: 3}
	return spec
}

func (n numbered) Reset(seed uint64, obs []float32) {
	n.screen.Reset(seed, make([]float32, 3))
	obs[0] = float32(n.symbol)
}

func (n numbered) Step(act, obs []float32) env.Outcome {
	out := n.screen.Step(act, make([]float32, 3))
	obs[0] = float32(n.symbol)
	return out
}

var _ env.Masker = numbered{}

// valueAgents are agents that learn values of a single choice, over observations that are a
// choice for tables and numbers for the others.
func valueAgents() map[string]func(numbers, number env.Maker) agents.Agent {
	all := map[string]func(numbers, number env.Maker) agents.Agent{}
	for name, newAgent := range tabularAgents {
		all[name] = func(_, number env.Maker) agents.Agent { return agents.Must(newAgent(number, maskedTable())) }
	}
	all["SARSA of 3 steps"] = func(_, number env.Maker) agents.Agent {
		c := maskedTable()
		c.NSteps = 3
		return agents.Must(agents.NewSARSA(number, c))
	}
	all["Q(λ)"] = func(_, number env.Maker) agents.Agent {
		c := maskedTable()
		c.Gamma, c.TraceDecay = 0.5, 0.5
		return agents.Must(agents.NewQLearning(number, c))
	}
	for name, newAgent := range map[string]func(env.Maker, agents.LinearConfig) (*agents.Linear, error){
		"linear SARSA": agents.NewLinearSARSA, "linear Q-learning": agents.NewLinearQLearning,
	} {
		all[name] = func(numbers, _ env.Maker) agents.Agent {
			c := agents.DefaultLinear()
			c.Steps, c.Gamma, c.Tiles, c.NEnvs, c.Beyond = 20_000, 0, 2, 3, true
			return agents.Must(newAgent(numbers, c))
		}
	}
	for _, double := range []bool{false, true} {
		all[map[bool]string{false: "DQN", true: "double DQN"}[double]] = func(numbers, _ env.Maker) agents.Agent {
			c := agents.DefaultDQN()
			remember(&c.Replay)
			c.Steps, c.NEnvs, c.TargetUpdateInterval, c.Network.NetArch = 20_000, 3, 50, policy.Layers(16)
			c.Gamma, c.Double, c.Beyond = 0, double, true
			return agents.Must(agents.NewDQN(numbers, c))
		}
	}
	return all
}

// maskedTable has settings that learn the value of a reward alone.
func maskedTable() agents.TabularConfig {
	c := agents.DefaultTabular()
	c.Steps, c.Gamma, c.NEnvs, c.Beyond = 20_000, 0, 3, true
	return c
}

// TestMaskedValues: no forbidden action is taken in training or afterwards, and the best of
// the others is learned.
func TestMaskedValues(t *testing.T) {
	number := env.Each(func() numbered { return numbered{&screen{newMimic(), env.Discrete{N: 4}}} })
	for name, newAgent := range valueAgents() {
		a := newAgent(newScreen(env.Discrete{N: 4}), number)
		if _, err := a.Learn(8000); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		mk := newScreen(env.Discrete{N: 4})
		if a.Policy().Spec().Obs.Size() == 1 {
			mk = number
		}
		s, err := agents.Evaluate(t.Context(), a.Policy(), mk, agents.Evaluation{Episodes: 50, MaxSteps: 10, Seed: 1})
		if err != nil || s.Mean < 9.9 {
			t.Errorf("%s: mean %v, want 10; error %v", name, s.Mean, err)
		}
	}
}

// TestMaskedTables: tables take actions of several choices, with masks of each.
func TestMaskedTables(t *testing.T) {
	for _, act := range []env.Space{env.MultiDiscrete{N: []int{3, 4}}, env.MultiBinary{N: 2}} {
		mk := env.Each(func() numbered { return numbered{&screen{newMimic(), act}} })
		for name, newAgent := range tabularAgents {
			a := agents.Must(newAgent(mk, maskedTable()))
			if _, err := a.Learn(20_000); err != nil {
				t.Errorf("%s, %T: %v", name, act, err)
				continue
			}
			s, err := agents.Evaluate(t.Context(), a.Policy(), mk, agents.Evaluation{Episodes: 50, MaxSteps: 10, Seed: 1})
			if want := 10 * float64(act.Size()); err != nil || s.Mean < want-0.1 {
				t.Errorf("%s, %T: mean %v, want %v; error %v", name, act, s.Mean, want, err)
			}
		}
	}
}

// TestNoValueAllowed wants an error with the environment, seed and step.
func TestNoValueAllowed(t *testing.T) {
	newClosed := func() *closed { return &closed{screen: &screen{newMimic(), env.Discrete{N: 3}}} }
	number := env.Each(func() env.Env { return closedNumber{newClosed()} })
	for name, newAgent := range valueAgents() {
		_, err := newAgent(env.Each(newClosed), number).Learn(1000)
		var e *env.Error
		if !errors.As(err, &e) || !errors.Is(err, env.ErrMask) || e.Env != "Screen-v0" || e.Step != 7 {
			t.Errorf("%s: error %v, want one of Screen-v0's mask at step 7", name, err)
		}
	}
}

// closedNumber is closed that shows the number of its symbol.
type closedNumber struct{ *closed }

func (c closedNumber) Spec() env.Spec { return numbered{c.screen}.Spec() }

func (c closedNumber) Reset(seed uint64, obs []float32) {
	c.closed.Reset(seed, make([]float32, 3))
	obs[0] = float32(c.symbol)
}

func (c closedNumber) Step(act, obs []float32) env.Outcome {
	out := c.closed.Step(act, make([]float32, 3))
	obs[0] = float32(c.symbol)
	return out
}

// strict is Taxi, and panics at a forbidden action.
type strict struct{ *grid.Taxi }

func newStrict() strict { return strict{grid.NewTaxi()} }

func (s strict) Step(act, obs []float32) env.Outcome {
	allowed := make([]bool, 6)
	if s.Mask(allowed); !allowed[int(act[0])] {
		panic("a forbidden action")
	}
	return s.Taxi.Step(act, obs)
}

var _ env.Masker = strict{}

// TestTaxiMasks: in Taxi no agent takes a forbidden action, in training or afterwards. An
// episode without one returns -200 at the least, where forbidden ones cost 10 each: -2000.
func TestTaxiMasks(t *testing.T) {
	mk, steps := env.Each(newStrict), 5000
	for name, newAgent := range map[string]func() agents.Agent{
		"Q-learning": func() agents.Agent { return agents.Must(agents.NewQLearning(mk, agents.DefaultTabular())) },
		"SARSA":      func() agents.Agent { return agents.Must(agents.NewSARSA(mk, agents.DefaultTabular())) },
		"DQN": func() agents.Agent {
			c := agents.DefaultDQN()
			c.BufferSize, c.LearningStarts, c.Network.NetArch = 5000, 1000, policy.Layers(16)
			return agents.Must(agents.NewDQN(mk, c))
		},
	} {
		a := newAgent()
		if _, err := a.Learn(steps); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		s, err := agents.Evaluate(context.Background(), a.Policy(), mk, agents.Evaluation{Episodes: 20, MaxSteps: 200, Seed: 1})
		if err != nil || s.Min < -200 {
			t.Errorf("%s: least return %v, want -200 or more; error %v", name, s.Min, err)
		}
	}
}
