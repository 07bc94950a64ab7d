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

// numberedScreen is screen with a discrete observation: the index of the symbol.
type numberedScreen struct{ *screen }

func (n numberedScreen) Spec() env.Spec {
	spec := n.screen.Spec()
	spec.Obs = env.Discrete{N: 3}
	return spec
}

func (n numberedScreen) Reset(seed uint64, obs []float32) {
	n.screen.Reset(seed, make([]float32, 3))
	obs[0] = float32(n.symbol)
}

func (n numberedScreen) Step(act, obs []float32) env.Outcome {
	out := n.screen.Step(act, make([]float32, 3))
	obs[0] = float32(n.symbol)
	return out
}

var _ env.Masker = numberedScreen{}

// valueAgents returns constructors of the agents that learn action values. Tables use the
// environments with discrete observations, the other agents the environments with box observations.
func valueAgents() map[string]func(box, discrete env.Maker) agents.Agent {
	all := map[string]func(box, discrete env.Maker) agents.Agent{}
	for name, newAgent := range tabularAgents {
		all[name] = func(_, discrete env.Maker) agents.Agent { return agents.Must(newAgent(discrete, maskedTable())) }
	}
	all["SARSA of 3 steps"] = func(_, discrete env.Maker) agents.Agent {
		c := maskedTable()
		c.NSteps = 3
		return agents.Must(agents.NewSARSA(discrete, c))
	}
	all["Q(λ)"] = func(_, discrete env.Maker) agents.Agent {
		c := maskedTable()
		c.Gamma, c.TraceDecay = 0.5, 0.5
		return agents.Must(agents.NewQLearning(discrete, c))
	}
	for name, newAgent := range map[string]func(env.Maker, agents.LinearConfig) (*agents.Linear, error){
		"linear SARSA": agents.NewLinearSARSA, "linear Q-learning": agents.NewLinearQLearning,
	} {
		all[name] = func(box, _ env.Maker) agents.Agent {
			c := agents.DefaultLinear()
			c.Steps, c.Gamma, c.Tiles, c.NEnvs, c.Beyond = 20_000, 0, 2, 3, true
			return agents.Must(newAgent(box, c))
		}
	}
	for _, double := range []bool{false, true} {
		all[map[bool]string{false: "DQN", true: "double DQN"}[double]] = func(box, _ env.Maker) agents.Agent {
			c := agents.DefaultDQN()
			useSmallReplay(&c.Replay)
			c.Steps, c.NEnvs, c.TargetUpdateInterval, c.Network.NetArch = 20_000, 3, 50, policy.Layers(16)
			c.Gamma, c.Double, c.Beyond = 0, double, true
			return agents.Must(agents.NewDQN(box, c))
		}
	}
	return all
}

// maskedTable returns tabular settings with γ = 0, so that an action's value is its reward.
func maskedTable() agents.TabularConfig {
	c := agents.DefaultTabular()
	c.Steps, c.Gamma, c.NEnvs, c.Beyond = 20_000, 0, 3, true
	return c
}

// TestMaskedValues checks that agents with action values take no forbidden action, in training and
// in evaluation, and learn the best allowed action. screen panics at a forbidden action.
func TestMaskedValues(t *testing.T) {
	discrete := env.Each(func() numberedScreen { return numberedScreen{&screen{newMimic(), env.Discrete{N: 4}}} })
	for name, newAgent := range valueAgents() {
		a := newAgent(newScreen(env.Discrete{N: 4}), discrete)
		if _, err := a.Learn(8000); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		mk := newScreen(env.Discrete{N: 4})
		if a.Policy().Spec().Obs.Size() == 1 {
			mk = discrete
		}
		s, err := agents.Evaluate(t.Context(), a.Policy(), mk, agents.Evaluation{Episodes: 50, MaxSteps: 10, Seed: 1})
		if err != nil || s.Mean < 9.9 {
			t.Errorf("%s: mean %v, want 10; error %v", name, s.Mean, err)
		}
	}
}

// TestMaskedTables checks that tables take no forbidden action and learn the best allowed action
// if an action has several choices, each with a mask.
func TestMaskedTables(t *testing.T) {
	for _, act := range []env.Space{env.MultiDiscrete{N: []int{3, 4}}, env.MultiBinary{N: 2}} {
		mk := env.Each(func() numberedScreen { return numberedScreen{&screen{newMimic(), act}} })
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

// TestNoValueAllowed checks that agents with action values return an *env.Error, with the
// environment and the step, if a mask allows nothing.
func TestNoValueAllowed(t *testing.T) {
	newClosed := func() *closingScreen { return &closingScreen{screen: &screen{newMimic(), env.Discrete{N: 3}}} }
	discrete := env.Each(func() env.Env { return numberedClosingScreen{newClosed()} })
	for name, newAgent := range valueAgents() {
		_, err := newAgent(env.Each(newClosed), discrete).Learn(1000)
		var e *env.Error
		if !errors.As(err, &e) || !errors.Is(err, env.ErrMask) || e.Env != "Screen-v0" || e.Step != 7 {
			t.Errorf("%s: error %v, want one about Screen-v0's mask at step 7", name, err)
		}
	}
}

// numberedClosingScreen is closingScreen with a discrete observation: the index of the symbol.
type numberedClosingScreen struct{ *closingScreen }

func (c numberedClosingScreen) Spec() env.Spec { return numberedScreen{c.screen}.Spec() }

func (c numberedClosingScreen) Reset(seed uint64, obs []float32) {
	c.closingScreen.Reset(seed, make([]float32, 3))
	obs[0] = float32(c.symbol)
}

func (c numberedClosingScreen) Step(act, obs []float32) env.Outcome {
	out := c.closingScreen.Step(act, make([]float32, 3))
	obs[0] = float32(c.symbol)
	return out
}

// strictTaxi is Taxi that panics at a forbidden action.
type strictTaxi struct{ *grid.Taxi }

func newStrictTaxi() strictTaxi { return strictTaxi{grid.NewTaxi()} }

func (s strictTaxi) Step(act, obs []float32) env.Outcome {
	allowed := make([]bool, 6)
	if s.Mask(allowed); !allowed[int(act[0])] {
		panic("a forbidden action")
	}
	return s.Taxi.Step(act, obs)
}

var _ env.Masker = strictTaxi{}

// TestTaxiMasks checks that no agent takes a forbidden action in Taxi, in training and in
// evaluation. Without forbidden actions the smallest return of an episode is -200; a forbidden
// action would cost 10.
func TestTaxiMasks(t *testing.T) {
	mk, steps := env.Each(newStrictTaxi), 5000
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
			t.Errorf("%s: smallest return %v, want -200 or more; error %v", name, s.Min, err)
		}
	}
}
