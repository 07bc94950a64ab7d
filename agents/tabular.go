package agents

import (
	"errors"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/f32"
)

// Tabular learns a table of action values by temporal-difference learning, and explores
// ε-greedily: Sutton and Barto 2018, "Reinforcement learning", chapter 6:
//
//	Q(s, a) ← Q(s, a) + α (r + γ V(s') - Q(s, a))
//
// V(s') depends on the algorithm: max Q(s', ·) for Q-learning, Q(s', a') of the next action a' for
// SARSA, the mean Σ π(a'|s') Q(s', a') for expected SARSA, and Q₂(s', argmax Q₁(s', ·)) for double
// Q-learning. V(s') is 0 if the episode terminated. If it was truncated, the target bootstraps from
// the last observation.
type Tabular struct {
	scheduleBound
	td
	name      string // name of the algorithm, for error messages
	c         TabularConfig
	q1        *policy.Table // Q, or Q₁ of double Q-learning
	q2        *policy.Table // Q₂ of double Q-learning, else nil
	qMean     *policy.Table // mean of Q₁ and Q₂, from which actions are chosen; the same as q1 if q2 is nil
	histories []history     // [N] latest steps of each environment, for n-step and λ-returns; nil for one-step returns
}

var (
	_ Agent     = (*Tabular)(nil)
	_ Bounded   = (*Tabular)(nil)
	_ tdLearner = (*Tabular)(nil)
)

// NewQLearning returns an agent that learns by Q-learning in environments made by mk.
func NewQLearning(mk env.Maker, c TabularConfig) (*Tabular, error) {
	return newTabular("Q-learning", qLearning, mk, c)
}

// NewSARSA returns an agent that learns by SARSA in environments made by mk.
func NewSARSA(mk env.Maker, c TabularConfig) (*Tabular, error) {
	return newTabular("SARSA", sarsa, mk, c)
}

// NewExpectedSARSA returns an agent that learns by expected SARSA in environments made by mk.
func NewExpectedSARSA(mk env.Maker, c TabularConfig) (*Tabular, error) {
	return newTabular("expected SARSA", expectedSARSA, mk, c)
}

// NewDoubleQLearning returns an agent that learns by double Q-learning in environments made by mk.
func NewDoubleQLearning(mk env.Maker, c TabularConfig) (*Tabular, error) {
	return newTabular("double Q-learning", doubleQ, mk, c)
}

// newTabular returns a Tabular that learns from targets of kind t.
func newTabular(name string, t targetKind, mk env.Maker, c TabularConfig) (*Tabular, error) {
	a := &Tabular{name: name, c: c}
	a.td = td{setup: &a.c.Setup, target: t, gamma: float64(c.Gamma), learningRate: c.LearningRate, exploration: &a.c.Exploration}
	if err := a.build(mk); err != nil {
		return nil, closeOnError(name, err, a)
	}
	a.setSchedules(&a.c.Setup, a.allSchedules()...)
	return a, nil
}

// build makes the environments and the tables.
func (a *Tabular) build(mk env.Maker) error {
	if err := a.c.validate(); err != nil {
		return err
	}
	steps := a.c.historySize()
	if steps > 0 && a.target == doubleQ {
		return errors.New("n_steps and trace_decay are set, but double Q-learning has two tables and not one table: want n_steps 1 and trace_decay 0")
	}
	if err := a.initTD(mk); err != nil {
		return err
	}
	var err error
	if a.q1, err = policy.NewTable(a.play.vec.Spec(), a.c.QInit); err != nil {
		return err
	}
	a.qMean = a.q1
	if a.target == doubleQ {
		a.q2, a.qMean = a.q1.Clone().(*policy.Table), a.q1.Clone().(*policy.Table)
	}
	for i := 0; steps > 0 && i < a.c.NEnvs; i++ {
		a.histories = append(a.histories, newHistory(steps))
	}
	return nil
}

// Policy returns the table of action values. The policy acts greedily.
func (a *Tabular) Policy() policy.Policy { return a.qMean }

// Learn takes environment steps and learns from each step.
func (a *Tabular) Learn(until int) (Report, error) {
	err := iterateUntil(until, &a.play.stats, a)
	return a.play.stats.Report(a.metrics()), algorithmError(a.name, err)
}

// iterate takes the environment steps of an iteration and learns from each step.
func (a *Tabular) iterate() error { return a.interact(a) }

// values returns Q(s, ·).
func (a *Tabular) values(obs []float32) []float32 { return a.qMean.Row(a.qMean.State(obs)) }

// best returns the allowed action with the largest value in q.
func (a *Tabular) best(q []float32, mask []bool) int { return a.qMean.Best(q, mask) }

// learn updates the table with a step of environment i. Double Q-learning updates one of its two
// tables, each with probability ½. The target's value is from the other table.
func (a *Tabular) learn(i int, s *tdStep) {
	q, other := a.q1, a.q1
	if a.q2 != nil {
		if other = a.q2; a.rng.Uint64()&1 == 0 {
			q, other = other, q
		}
	}
	next := 0.0
	if !s.terminated {
		next = a.nextValue(s, q, other)
	}
	state := q.State(s.obs)
	switch {
	case a.histories == nil:
		a.moveTowards(q, state, s.act, s.reward+float64(a.gamma*next))
	case a.c.NSteps > 1:
		a.learnNStepReturn(&a.histories[i], state, s, next)
	default:
		a.learnLambdaReturn(&a.histories[i], state, s, next)
	}
	if a.q2 != nil {
		q1, q2 := a.q1.Row(state), a.q2.Row(state)
		a.qMean.Row(state)[s.act] = (q1[s.act] + q2[s.act]) / 2
	}
}

// nextValue returns V(s') for the agent's kind of target. It uses only the allowed actions at s'.
// The argument q is the table that learns, and other is the other table of double Q-learning.
func (a *Tabular) nextValue(s *tdStep, q, other *policy.Table) float64 {
	switch a.target {
	case sarsa:
		return float64(s.nextQ[s.nextAct])
	case expectedSARSA:
		return float64((1-a.eps)*float64(s.nextQ[a.best(s.nextQ, s.nextMask)])) + float64(a.eps*a.meanAllowed(s.nextQ, s.nextMask))
	case doubleQ:
		state := q.State(s.next)
		return float64(other.Row(state)[a.best(q.Row(state), s.nextMask)])
	}
	return float64(s.nextQ[a.best(s.nextQ, s.nextMask)])
}

// meanAllowed returns the mean of the action values q over the actions that mask [M] allows. A
// nil mask allows all actions.
func (a *Tabular) meanAllowed(q []float32, mask []bool) float64 {
	if mask == nil {
		return f32.Sum(q) / float64(len(q))
	}
	var m mean
	for k, v := range q {
		if a.qMean.Allows(k, mask) {
			m.add(float64(v))
		}
	}
	return m.mean()
}

// moveTowards moves Q(s, a) towards a target by the learning rate.
func (a *Tabular) moveTowards(q *policy.Table, state, act int, target float64) {
	row := q.Row(state)
	tdError := target - float64(row[act])
	row[act] += float32(a.rate * tdError)
	a.squaredErrors.add(tdError * tdError)
}

// check returns an error if a table has a value that is not finite.
func (a *Tabular) check() error {
	const name = "the table's values"
	err := checkTable(name, a.q1.Q, a.play.stats.Steps(), a.play.stats.maxAbsReward)
	if err == nil && a.q2 != nil {
		err = checkTable(name, a.q2.Q, a.play.stats.Steps(), a.play.stats.maxAbsReward)
	}
	return err
}

// State saves or loads the tables, the histories and the state of td.
func (a *Tabular) State(s *state.State) {
	s.Section("tabular", 1)
	s.Floats("tabular/q", a.q1.Q.Value)
	if a.q2 != nil {
		s.Floats("tabular/q2", a.q2.Q.Value)
		s.Floats("tabular/mean", a.qMean.Q.Value)
	}
	for i := range a.histories {
		a.histories[i].State(s)
		if s.Loading() {
			s.Fail(a.histories[i].check(a.q1.Q.Rows, a.q1.Q.Cols))
		}
	}
	a.td.State(s)
}
