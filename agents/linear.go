package agents

import (
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
)

// Linear learns action values that are linear in the tiles an observation is in, by
// semi-gradients of one step. Sutton and Barto 2018, section 10.1:
//
//	w ← w + α (r + γ q̂(s', a') - q̂(s, a)) ∇q̂(s, a)
//
// where a' is the next action for SARSA, and the best for Q-learning. No tape, for
// the gradient is 1 at the tiles.
type Linear struct {
	horizon
	td
	name string
	c    LinearConfig
	q    *policy.Tiles
}

var (
	_ Agent     = (*Linear)(nil)
	_ Bounded   = (*Linear)(nil)
	_ tdLearner = (*Linear)(nil)
)

// NewLinearSARSA returns an agent that learns by SARSA in environments from mk.
func NewLinearSARSA(mk env.Maker, c LinearConfig) (*Linear, error) {
	return newLinear("linear SARSA", sarsa, mk, c)
}

// NewLinearQLearning returns an agent that learns by Q-learning.
func NewLinearQLearning(mk env.Maker, c LinearConfig) (*Linear, error) {
	return newLinear("linear Q-learning", qLearning, mk, c)
}

func newLinear(name string, t target, mk env.Maker, c LinearConfig) (*Linear, error) {
	a := &Linear{name: name, c: c}
	a.td = td{setup: &a.c.Setup, target: t, gamma: float64(c.Gamma), learningRate: c.LearningRate, exploration: &a.c.Exploration}
	if err := a.build(mk); err != nil {
		return nil, abandon(name, err, a)
	}
	a.end(&a.c.Setup, a.scheduled()...)
	return a, nil
}

// build makes the environments, and the tiles for them.
func (a *Linear) build(mk env.Maker) (err error) {
	if err = a.c.validate(); err != nil {
		return err
	}
	if err = a.connect(mk); err != nil {
		return err
	}
	a.q, err = policy.NewTiles(a.play.vec.Spec(), a.c.Tilings, a.c.Tiles, a.c.Low, a.c.High, a.c.QInit)
	return err
}

// Policy returns the tiles, which act greedily.
func (a *Linear) Policy() policy.Policy { return a.q }

// Learn takes steps, and learns from each.
func (a *Linear) Learn(until int) (Report, error) {
	err := iterateUntil(until, &a.play.stats, a)
	return a.play.stats.Report(a.figures()), errorf(a.name, err)
}

// iterate takes steps, and learns from each.
func (a *Linear) iterate() error { return a.interact(a) }

// values returns q̂(s, ·).
func (a *Linear) values(obs []float32) []float32 { return a.q.Row(obs) }

// best returns the best action that is allowed.
func (a *Linear) best(q []float32, mask []bool) int { return a.q.Best(q, mask) }

// learn learns from a step.
func (a *Linear) learn(_ int, s *tdStep) {
	target := s.reward
	if !s.terminated {
		target += float64(a.gamma * a.value(s))
	}
	a.move(s.obs, s.act, target)
}

// value returns q̂(s', a').
func (a *Linear) value(s *tdStep) float64 {
	if a.target == sarsa {
		return float64(s.q[s.nextAct])
	}
	return float64(s.q[a.best(s.q, s.nextMask)])
}

// move moves q̂(s, a) towards a target.
func (a *Linear) move(obs []float32, act int, target float64) {
	rows, q := a.q.Active(obs), float32(0)
	for _, row := range rows {
		q += a.q.W.Value[row*a.q.W.Cols+act]
	}
	difference := target - float64(q)
	step := float32(a.rate * difference / float64(a.c.Tilings))
	for _, row := range rows {
		a.q.W.Value[row*a.q.W.Cols+act] += step
	}
	a.errors.add(difference * difference)
}

// check returns an error where a weight is not finite.
func (a *Linear) check() error {
	return checkTable("the weights", a.q.W, a.play.stats.Steps(), a.play.stats.peak)
}

// State visits the weights, and what td has.
func (a *Linear) State(s *state.State) {
	s.Section("linear", 1)
	s.Floats("linear/weights", a.q.W.Value)
	a.td.State(s)
}
