package agents

import (
	"fmt"
	"math"

	"github.com/rlrun/rlrun/env/state"
)

// A lookback is the latest steps of an environment's episode, the oldest first: what a
// table learns from when it looks back further than one step.
type lookback struct {
	state, action []float64
	value         []float64 // the reward of n-step returns; the trace of λ-returns
	n             int       // steps in it
}

func newLookback(size int) lookback {
	return lookback{make([]float64, size), make([]float64, size), make([]float64, size), 0}
}

// push adds a step in place of the oldest if there is no room.
func (w *lookback) push(state, action int, value float64) {
	if w.n == len(w.state) {
		w.drop(0)
	}
	w.state[w.n], w.action[w.n], w.value[w.n] = float64(state), float64(action), value
	w.n++
}

// forget drops the step with a state and an action, if there is one.
func (w *lookback) forget(state, action int) {
	for j := range w.n {
		if int(w.state[j]) == state && int(w.action[j]) == action {
			w.drop(j)
			return
		}
	}
}

// drop takes out step j.
func (w *lookback) drop(j int) {
	for _, x := range [][]float64{w.state, w.action, w.value} {
		copy(x[j:], x[j+1:w.n])
	}
	w.n--
}

// State visits the steps.
func (w *lookback) State(s *state.State) {
	s.Int("lookback/n", &w.n, len(w.state))
	s.Doubles("lookback/state", w.state)
	s.Doubles("lookback/action", w.action)
	s.Doubles("lookback/value", w.value)
}

// check returns an error where a loaded step is not one of a table's.
func (w *lookback) check(states, actions int) error {
	for j := range w.n {
		if s, k := w.state[j], w.action[j]; !(0 <= s && s < float64(states) && 0 <= k && k < float64(actions)) {
			return fmt.Errorf("agents: a step with state %v and action %v of a table of %d×%d", s, k, states, actions)
		}
	}
	return nil
}

// faintest is the trace at which a step is forgotten, and mostTraced how many steps
// are remembered at the most.
const (
	faintest   = 1e-3
	mostTraced = 4096
)

// looksBack returns the number of steps that a lookback of c has; 0 for one-step returns.
func (c *TabularConfig) looksBack() int {
	switch decay := float64(c.Gamma) * float64(c.TraceDecay); {
	case c.NSteps > 1:
		return c.NSteps
	case decay >= 1:
		return mostTraced
	case decay > 0:
		return min(mostTraced, 1+int(math.Log(faintest)/math.Log(decay)))
	}
	return 0
}

// learnSteps learns from n-step returns, as soon as the oldest step in w has all rewards
// of its return:
//
//	G = r_t + γ r_{t+1} + … + γⁿ V(s_{t+n})
//
// Sutton and Barto 2018, eq. 7.4; at the end of an episode all steps learn. What was
// done in between may not be what a greedy policy does: with Q-learning there is no
// correction for it, as is usual.
func (a *Tabular) learnSteps(w *lookback, state int, s *tdStep, next float64) {
	w.push(state, s.act, s.reward)
	for w.n == a.c.NSteps || s.done && w.n > 0 {
		g := next
		for j := w.n - 1; j >= 0; j-- {
			g = w.value[j] + float64(a.gamma*g)
		}
		a.move(a.one, int(w.state[0]), int(w.action[0]), g)
		w.drop(0)
	}
}

// learnTraces learns from λ-returns: every step learns from the TD error by its
// trace, which is 1 at first and fades by γλ. Sutton and Barto 2018, section 12.7,
// with replacing traces. Q-learning's end where an action is not greedy: Watkins's
// Q(λ), section 12.10.
func (a *Tabular) learnTraces(w *lookback, state int, s *tdStep, next float64) {
	row := a.one.Row(state)
	if a.target == qLearning && row[s.act] < row[a.best(row, s.mask)] {
		w.n = 0
	}
	w.forget(state, s.act)
	w.push(state, s.act, 1)
	difference := s.reward + float64(a.gamma*next) - float64(row[s.act])
	a.errors.add(difference * difference)
	fade := a.gamma * float64(a.c.TraceDecay)
	for j := range w.n {
		a.one.Row(int(w.state[j]))[int(w.action[j])] += float32(a.rate * difference * w.value[j])
		w.value[j] *= fade
	}
	for w.n > 0 && (s.done || w.value[0] < faintest) {
		w.drop(0)
	}
}
