package agents

import (
	"errors"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/f32"
)

// Tabular learns a table of action values by temporal differences, and explores
// ε-greedily. Sutton and Barto 2018, "Reinforcement learning", chapter 6:
//
//	Q(s, a) ← Q(s, a) + α (r + γ V(s') - Q(s, a))
//
// where the agent's target says what V(s') is; it is 0 after a terminal state. An episode
// that was cut off is bootstrapped from its last observation.
type Tabular struct {
	horizon
	td
	name string
	c    TabularConfig
	one  *policy.Table // Q
	two  *policy.Table // Q₂ of double Q-learning; otherwise nil
	both *policy.Table // their mean, by which it acts; otherwise Q
	back []lookback    // [N] of n-step and λ-returns; empty for returns of one step
}

var (
	_ Agent     = (*Tabular)(nil)
	_ Bounded   = (*Tabular)(nil)
	_ tdLearner = (*Tabular)(nil)
)

// NewQLearning returns an agent that learns by Q-learning in environments from mk.
func NewQLearning(mk env.Maker, c TabularConfig) (*Tabular, error) {
	return newTabular("Q-learning", qLearning, mk, c)
}

// NewSARSA returns an agent that learns by SARSA.
func NewSARSA(mk env.Maker, c TabularConfig) (*Tabular, error) {
	return newTabular("SARSA", sarsa, mk, c)
}

// NewExpectedSARSA returns an agent that learns by expected SARSA.
func NewExpectedSARSA(mk env.Maker, c TabularConfig) (*Tabular, error) {
	return newTabular("expected SARSA", expectedSARSA, mk, c)
}

// NewDoubleQLearning returns an agent that learns by double Q-learning.
func NewDoubleQLearning(mk env.Maker, c TabularConfig) (*Tabular, error) {
	return newTabular("double Q-learning", doubleQ, mk, c)
}

func newTabular(name string, t target, mk env.Maker, c TabularConfig) (*Tabular, error) {
	a := &Tabular{name: name, c: c}
	a.td = td{setup: &a.c.Setup, target: t, gamma: float64(c.Gamma), learningRate: c.LearningRate, exploration: &a.c.Exploration}
	if err := a.build(mk); err != nil {
		return nil, abandon(name, err, a)
	}
	a.end(&a.c.Setup, a.scheduled()...)
	return a, nil
}

// build makes the environments, and the tables for them.
func (a *Tabular) build(mk env.Maker) error {
	if err := a.c.validate(); err != nil {
		return err
	}
	steps := a.c.looksBack()
	if steps > 0 && a.target == doubleQ {
		return errors.New("n_steps and trace_decay are of agents with one table, want 1 and 0")
	}
	if err := a.connect(mk); err != nil {
		return err
	}
	var err error
	if a.one, err = policy.NewTable(a.play.vec.Spec(), a.c.QInit); err != nil {
		return err
	}
	a.both = a.one
	if a.target == doubleQ {
		a.two, a.both = a.one.Clone().(*policy.Table), a.one.Clone().(*policy.Table)
	}
	for i := 0; steps > 0 && i < a.c.NEnvs; i++ {
		a.back = append(a.back, newLookback(steps))
	}
	return nil
}

// Policy returns the table, which acts greedily.
func (a *Tabular) Policy() policy.Policy { return a.both }

// Learn takes steps, and learns from each.
func (a *Tabular) Learn(until int) (Report, error) {
	err := iterateUntil(until, &a.play.stats, a)
	return a.play.stats.Report(a.figures()), errorf(a.name, err)
}

// iterate takes steps, and learns from each.
func (a *Tabular) iterate() error { return a.interact(a) }

// values returns Q(s, ·).
func (a *Tabular) values(obs []float32) []float32 { return a.both.Row(a.both.State(obs)) }

// best returns the best action that is allowed.
func (a *Tabular) best(q []float32, mask []bool) int { return a.both.Best(q, mask) }

// learn learns from environment i's step.
func (a *Tabular) learn(i int, s *tdStep) {
	q, other := a.one, a.one
	if a.two != nil { // either table learns, by the other's values
		if other = a.two; a.rng.Uint64()&1 == 0 {
			q, other = other, q
		}
	}
	next := 0.0
	if !s.terminated {
		next = a.value(s, q, other)
	}
	state := q.State(s.obs)
	switch {
	case a.back == nil:
		a.move(q, state, s.act, s.reward+float64(a.gamma*next))
	case a.c.NSteps > 1:
		a.learnSteps(&a.back[i], state, s, next)
	default:
		a.learnTraces(&a.back[i], state, s, next)
	}
	if a.two != nil {
		one, two := a.one.Row(state), a.two.Row(state)
		a.both.Row(state)[s.act] = (one[s.act] + two[s.act]) / 2
	}
}

// value returns V(s') by the agent's target, among the actions that are allowed there.
func (a *Tabular) value(s *tdStep, q, other *policy.Table) float64 {
	switch a.target {
	case sarsa:
		return float64(s.q[s.nextAct])
	case expectedSARSA:
		return float64((1-a.eps)*float64(s.q[a.best(s.q, s.nextMask)])) + float64(a.eps*a.meanAllowed(s.q, s.nextMask))
	case doubleQ:
		state := q.State(s.next)
		return float64(other.Row(state)[a.best(q.Row(state), s.nextMask)])
	}
	return float64(s.q[a.best(s.q, s.nextMask)])
}

// meanAllowed returns the mean of values over the actions that a mask allows.
func (a *Tabular) meanAllowed(q []float32, mask []bool) float64 {
	if mask == nil {
		return f32.Sum(q) / float64(len(q))
	}
	var m mean
	for k, v := range q {
		if a.both.Allows(k, mask) {
			m.add(float64(v))
		}
	}
	return m.mean()
}

// move moves Q(s, a) towards a target.
func (a *Tabular) move(q *policy.Table, state, act int, target float64) {
	row := q.Row(state)
	difference := target - float64(row[act])
	row[act] += float32(a.rate * difference)
	a.errors.add(difference * difference)
}

// check returns an error where a table has values that are not finite.
func (a *Tabular) check() error {
	const what = "the table's values"
	err := checkTable(what, a.one.Q, a.play.stats.Steps(), a.play.stats.peak)
	if err == nil && a.two != nil {
		err = checkTable(what, a.two.Q, a.play.stats.Steps(), a.play.stats.peak)
	}
	return err
}

// State visits the tables, and what td has.
func (a *Tabular) State(s *state.State) {
	s.Section("tabular", 1)
	s.Floats("tabular/q", a.one.Q.Value)
	if a.two != nil {
		s.Floats("tabular/q2", a.two.Q.Value)
		s.Floats("tabular/mean", a.both.Q.Value)
	}
	for i := range a.back {
		a.back[i].State(s)
		if s.Loading() {
			s.Fail(a.back[i].check(a.one.Q.Rows, a.one.Q.Cols))
		}
	}
	a.td.State(s)
}
