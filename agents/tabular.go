package agents

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/f32"
)

// A target is what a tabular agent takes the value of a next state for.
type target int

const (
	qLearning target = iota
	sarsa
	expectedSARSA
	doubleQ
)

// Tabular learns a table of action values by temporal differences, and explores
// ε-greedily. Sutton and Barto 2018, "Reinforcement learning", chapter 6:
//
//	Q(s, a) ← Q(s, a) + α (r + γ V(s') - Q(s, a))
//
// where V(s') is
//
//	max Q(s', ·)               Q-learning (Watkins 1989), section 6.5
//	Q(s', a') of the next a'   SARSA, section 6.4
//	Σ π(a'|s') Q(s', a')       expected SARSA, section 6.6
//	Q₂(s', argmax Q₁(s', ·))   double Q-learning, section 6.7, for one of two tables
//
// and 0 after a terminal state. An episode that was cut off is bootstrapped from
// the observation it was cut off at.
type Tabular struct {
	horizon
	name   string
	c      TabularConfig
	target target
	one    *policy.Table // Q
	two    *policy.Table // Q₂ of double Q-learning; otherwise nil
	both   *policy.Table // their mean, by which it acts; otherwise Q
	src    rand.PCG
	rng    *rand.Rand
	vec    env.Vector
	stats  Stats

	back      []lookback // [N] of n-step and λ-returns; empty for returns of one step
	obs, act  []float32  // [N] the numbers of the present states, and of the actions there
	following []float32  // [N] the numbers of the next actions of SARSA
	rows      []float32  // [N, A] the actions as the environments get them
	rate, eps float64    // in this iteration
	errors    mean       // of its temporal differences, squared
	named     []Named
}

var _ Agent = (*Tabular)(nil)

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
	a := &Tabular{name: name, c: c, target: t}
	a.end(&a.c.Setup, scheduled{"learning_rate", c.LearningRate})
	err := c.validate()
	if steps := c.looksBack(); err == nil && steps > 0 {
		if t == doubleQ {
			err = errors.New("n_steps and trace_decay are of agents with one table, want 1 and 0")
		}
		for range c.NEnvs {
			a.back = append(a.back, newLookback(steps))
		}
	}
	if err == nil {
		err = a.connect(mk)
	}
	if err != nil {
		return nil, errorf(name, err)
	}
	return a, nil
}

// connect makes the environments, and the tables for them.
func (a *Tabular) connect(mk env.Maker) (err error) {
	if a.vec, err = mk(a.c.NEnvs); err != nil {
		return err
	}
	if a.one, err = policy.NewTable(a.vec.Spec(), a.c.QInit); err != nil {
		return err
	}
	a.both = a.one
	if a.target == doubleQ {
		a.two, a.both = a.one.Clone().(*policy.Table), a.one.Clone().(*policy.Table)
	}
	a.src.Seed(env.Split(a.c.Seed, 0), 0)
	a.rng = rand.New(&a.src)
	res, err := a.vec.Reset(env.Split(a.c.Seed, 1))
	if err != nil {
		return err
	}
	n := a.c.NEnvs
	a.obs, a.act, a.following = make([]float32, n), make([]float32, n), make([]float32, n)
	a.rows = make([]float32, n*a.vec.Spec().Act.Size())
	a.observe(res)
	a.eps = a.c.ExplorationInitial
	for i, s := range a.obs {
		a.following[i] = a.choose(s)
	}
	return nil
}

// Policy is the table, which acts greedily.
func (a *Tabular) Policy() policy.Policy { return a.both }

// tabularIteration is how many steps of all environments an iteration has at least.
const tabularIteration = 256

// Learn takes steps, and learns from each.
func (a *Tabular) Learn(until int) (Report, error) {
	err := a.iterateUntil(until, &a.stats, a)
	return a.stats.Report(a.figures()), errorf(a.name, err)
}

// iterate takes steps, learns from each, and checks the tables.
func (a *Tabular) iterate() error {
	a.schedule()
	for taken := 0; taken < tabularIteration; taken += a.c.NEnvs {
		if err := a.step(); err != nil {
			return err
		}
	}
	return a.check()
}

// check returns an error where a table has values that are not finite.
func (a *Tabular) check() error {
	const what = "the table's values"
	err := checkTable(what, a.one.Q, a.stats.Steps(), a.stats.peak)
	if err == nil && a.two != nil {
		err = checkTable(what, a.two.Q, a.stats.Steps(), a.stats.peak)
	}
	return err
}

// schedule reads the schedules at the start of an iteration.
func (a *Tabular) schedule() {
	step := a.stats.Steps()
	a.rate = a.c.LearningRate.At(step, a.c.Steps)
	a.eps = a.c.eps(step, a.c.Steps)
	a.errors = mean{}
}

// step takes one step in each environment, and learns from them in their order.
func (a *Tabular) step() error {
	for i, s := range a.obs {
		if a.target == sarsa {
			a.act[i] = a.following[i]
		} else {
			a.act[i] = a.choose(s)
		}
	}
	size := len(a.rows) / len(a.act)
	for i, k := range a.act {
		a.one.Action(int(k), a.rows[i*size:(i+1)*size])
	}
	res, err := a.vec.Step(a.rows)
	if err != nil {
		return err
	}
	for i := range a.obs {
		a.learnStep(i, res)
	}
	a.stats.Add(res)
	a.observe(res)
	return nil
}

// observe sets obs to the numbers of the states that are acted on next.
func (a *Tabular) observe(res *env.Result) {
	for i := range a.obs {
		a.obs[i] = a.state(res.Obs, i)
	}
}

// state returns the number of environment i's state in obs [N, O].
func (a *Tabular) state(obs []float32, i int) float32 {
	o := len(obs) / len(a.obs)
	return float32(a.one.State(obs[i*o : (i+1)*o]))
}

// choose returns the number of an action, ε-greedy.
func (a *Tabular) choose(state float32) float32 {
	if a.eps > 0 && a.rng.Float64() < a.eps {
		return float32(a.rng.IntN(a.both.Q.Cols))
	}
	return float32(f32.ArgMax(a.both.Row(int(state))))
}

// learnStep learns from environment i's step.
func (a *Tabular) learnStep(i int, res *env.Result) {
	q, other := a.one, a.one
	if a.two != nil {
		if other = a.two; a.rng.Uint64()&1 == 0 {
			q, other = other, q
		}
	}
	if a.back != nil {
		a.remember(i)
	}
	next, led := 0.0, a.state(res.Next, i)
	if a.target == sarsa {
		a.following[i] = a.choose(led)
	}
	if !res.Terminated[i] {
		next = a.value(i, led, q, other)
	}
	if a.target == sarsa && res.Done(i) {
		a.following[i] = a.choose(a.state(res.Obs, i)) // of the episode that has begun
	}
	if a.c.NSteps > 1 {
		a.learnSteps(&a.back[i], res.Reward[i], next, res.Done(i))
		return
	}
	row, k := q.Row(int(a.obs[i])), int(a.act[i])
	difference := res.Reward[i] + float64(float64(a.c.Gamma)*next) - float64(row[k])
	if a.c.TraceDecay > 0 {
		a.learnTraces(&a.back[i], difference, res.Done(i))
		return
	}
	row[k] += float32(a.rate * difference)
	a.errors.add(difference * difference)
	if a.two != nil {
		s := int(a.obs[i])
		one, two, both := a.one.Row(s), a.two.Row(s), a.both.Row(s)
		both[k] = (one[k] + two[k]) / 2
	}
}

// value is V(s') by the agent's target.
func (a *Tabular) value(i int, state float32, q, other *policy.Table) float64 {
	row := q.Row(int(state))
	best := f32.ArgMax(row)
	switch a.target {
	case sarsa:
		return float64(row[int(a.following[i])])
	case expectedSARSA:
		return float64((1-a.eps)*float64(row[best])) + float64(a.eps*f32.Sum(row)/float64(len(row)))
	case doubleQ:
		return float64(other.Row(int(state))[best])
	}
	return float64(row[best])
}

// figures returns what is logged of the latest iteration.
func (a *Tabular) figures() []Named {
	a.named = append(a.named[:0], Named{"exploration_rate", a.eps}, Named{"learning_rate", a.rate}, Named{"td_error", a.errors.mean()})
	return a.named
}

// checkLoaded returns an error where a loaded state or action is not one of the table's.
func (a *Tabular) checkLoaded() error {
	for i, s := range a.obs {
		if k := a.following[i]; !(0 <= s && s < float32(a.one.Q.Rows) && 0 <= k && k < float32(a.one.Q.Cols)) {
			return fmt.Errorf("agents: environment %d is in state %v and takes action %v of a table of %d×%d", i, s, k, a.one.Q.Rows, a.one.Q.Cols)
		}
	}
	return nil
}

// State visits the generator, the tables, the running episodes and the books.
func (a *Tabular) State(s *state.State) {
	s.PCG("tabular/rng", &a.src)
	s.Floats("tabular/q", a.one.Q.Value)
	if a.two != nil {
		s.Floats("tabular/q2", a.two.Q.Value)
		s.Floats("tabular/mean", a.both.Q.Value)
	}
	s.Floats("tabular/obs", a.obs)
	s.Floats("tabular/following", a.following)
	if s.Loading() {
		s.Fail(a.checkLoaded())
	}
	for i := range a.back {
		a.back[i].State(s)
		if s.Loading() {
			s.Fail(a.back[i].check(a.one.Q.Rows, a.one.Q.Cols))
		}
	}
	s.All(a.vec, &a.stats)
}
