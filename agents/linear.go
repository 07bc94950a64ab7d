package agents

import (
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
)

// Linear learns action values q̂ that are linear in tile-coded observations, with one-step
// semi-gradient updates: Sutton and Barto 2018, "Reinforcement learning", section 10.1:
//
//	w ← w + α (r + γ q̂(s', a') - q̂(s, a)) ∇q̂(s, a)
//
// For SARSA a' is the next action, for Q-learning it is the best action at s'. The gradient is 1
// for the weights of the active tiles and 0 for the others, so Linear needs no tape.
type Linear struct {
	scheduleBound
	td
	name string // name of the algorithm, for error messages
	c    LinearConfig
	q    *policy.Tiles
}

var (
	_ Agent     = (*Linear)(nil)
	_ Bounded   = (*Linear)(nil)
	_ tdLearner = (*Linear)(nil)
)

// NewLinearSARSA returns an agent that learns by semi-gradient SARSA in environments made by mk.
func NewLinearSARSA(mk env.Maker, c LinearConfig) (*Linear, error) {
	return newLinear("linear SARSA", sarsa, mk, c)
}

// NewLinearQLearning returns an agent that learns by semi-gradient Q-learning in environments
// made by mk.
func NewLinearQLearning(mk env.Maker, c LinearConfig) (*Linear, error) {
	return newLinear("linear Q-learning", qLearning, mk, c)
}

// newLinear returns a Linear that learns from targets of kind t.
func newLinear(name string, t targetKind, mk env.Maker, c LinearConfig) (*Linear, error) {
	a := &Linear{name: name, c: c}
	a.td = td{setup: &a.c.Setup, target: t, gamma: float64(c.Gamma), learningRate: c.LearningRate, exploration: &a.c.Exploration}
	if err := a.build(mk); err != nil {
		return nil, closeOnError(name, err, a)
	}
	a.setSchedules(&a.c.Setup, a.allSchedules()...)
	return a, nil
}

// build makes the environments and the weights of the tiles.
func (a *Linear) build(mk env.Maker) (err error) {
	if err = a.c.validate(); err != nil {
		return err
	}
	if err = a.initTD(mk); err != nil {
		return err
	}
	a.q, err = policy.NewTiles(a.play.vec.Spec(), a.c.Tilings, a.c.Tiles, a.c.Low, a.c.High, a.c.QInit)
	return err
}

// Policy returns the tile-coded action values q̂. The policy acts greedily.
func (a *Linear) Policy() policy.Policy { return a.q }

// Learn takes environment steps and learns from each step.
func (a *Linear) Learn(until int) (Report, error) {
	err := iterateUntil(until, &a.play.stats, a)
	return a.play.stats.Report(a.metrics()), algorithmError(a.name, err)
}

// iterate takes the environment steps of an iteration and learns from each step.
func (a *Linear) iterate() error { return a.interact(a) }

// values returns q̂(s, ·).
func (a *Linear) values(obs []float32) []float32 { return a.q.Row(obs) }

// best returns the allowed action with the largest value in q.
func (a *Linear) best(q []float32, mask []bool) int { return a.q.Best(q, mask) }

// learn updates q̂(s, a) with the TD error of a step.
func (a *Linear) learn(_ int, s *tdStep) {
	target := s.reward
	if !s.terminated {
		target += float64(a.gamma * a.nextValue(s))
	}
	a.moveTowards(s.obs, s.act, target)
}

// nextValue returns q̂(s', a') for SARSA's or Q-learning's a'.
func (a *Linear) nextValue(s *tdStep) float64 {
	if a.target == sarsa {
		return float64(s.nextQ[s.nextAct])
	}
	return float64(s.nextQ[a.best(s.nextQ, s.nextMask)])
}

// moveTowards moves q̂(s, a) towards a target by the learning rate. The weights of the active
// tiles, one for each tiling, share the change equally.
func (a *Linear) moveTowards(obs []float32, act int, target float64) {
	rows, q := a.q.Active(obs), float32(0)
	for _, row := range rows {
		q += a.q.W.Value[row*a.q.W.Cols+act]
	}
	tdError := target - float64(q)
	step := float32(a.rate * tdError / float64(a.c.Tilings))
	for _, row := range rows {
		a.q.W.Value[row*a.q.W.Cols+act] += step
	}
	a.squaredErrors.add(tdError * tdError)
}

// check returns an error if a weight is not finite.
func (a *Linear) check() error {
	return checkTable("the weights", a.q.W, a.play.stats.Steps(), a.play.stats.maxAbsReward)
}

// State saves or loads the weights and the state of td.
func (a *Linear) State(s *state.State) {
	s.Section("linear", 1)
	s.Floats("linear/weights", a.q.W.Value)
	a.td.State(s)
}
