package agents

import (
	"fmt"
	"math"

	"github.com/rlrun/rlrun/env/state"
)

// A history has the latest steps of an environment's episode, the oldest first. n-step and
// λ-returns update the action values of all its steps.
type history struct {
	state, action []float64 // states and actions of the steps
	rewardOrTrace []float64 // rewards for n-step returns, eligibility traces for λ-returns
	n             int       // number of steps
}

// newHistory returns an empty history for at most size steps.
func newHistory(size int) history {
	return history{make([]float64, size), make([]float64, size), make([]float64, size), 0}
}

// add adds a step. If the history is full, it first removes the oldest step.
func (h *history) add(state, action int, rewardOrTrace float64) {
	if h.n == len(h.state) {
		h.removeAt(0)
	}
	h.state[h.n], h.action[h.n], h.rewardOrTrace[h.n] = float64(state), float64(action), rewardOrTrace
	h.n++
}

// remove removes the first step with the given state and action. It does nothing if there is no
// step with them.
func (h *history) remove(state, action int) {
	for j := range h.n {
		if int(h.state[j]) == state && int(h.action[j]) == action {
			h.removeAt(j)
			return
		}
	}
}

// removeAt removes step j.
func (h *history) removeAt(j int) {
	for _, x := range [][]float64{h.state, h.action, h.rewardOrTrace} {
		copy(x[j:], x[j+1:h.n])
	}
	h.n--
}

// State saves or loads the steps.
func (h *history) State(s *state.State) {
	s.Int("lookback/n", &h.n, len(h.state))
	s.Doubles("lookback/state", h.state)
	s.Doubles("lookback/action", h.action)
	s.Doubles("lookback/value", h.rewardOrTrace)
}

// check returns an error if a loaded step has a state or an action that a table of the given size
// does not have.
func (h *history) check(states, actions int) error {
	for j := range h.n {
		if s, k := h.state[j], h.action[j]; !(0 <= s && s < float64(states) && 0 <= k && k < float64(actions)) {
			return fmt.Errorf("agents: a saved step has state %v and action %v, want a state below %d and an action below %d", s, k, states, actions)
		}
	}
	return nil
}

const (
	minTrace   = 1e-3 // smallest eligibility trace; a step with a smaller trace is removed
	maxHistory = 4096 // largest number of steps in a history
)

// historySize returns the size of a history for the settings c; 0 for one-step returns.
func (c *TabularConfig) historySize() int {
	switch decay := float64(c.Gamma) * float64(c.TraceDecay); {
	case c.NSteps > 1:
		return c.NSteps
	case decay >= 1:
		return maxHistory
	case decay > 0:
		return min(maxHistory, 1+int(math.Log(minTrace)/math.Log(decay)))
	}
	return 0
}

// learnNStepReturn updates the action value of the oldest step in h once h has all rewards of the
// step's n-step return. At the end of an episode it updates all steps in h. The return is (Sutton
// and Barto 2018, eq. 7.4):
//
//	G = r_t + γ r_{t+1} + … + γⁿ V(s_{t+n})
//
// nextValue is V(s_{t+n}). For Q-learning the actions after the first may not be greedy; as is
// usual, the return is not corrected for this.
func (a *Tabular) learnNStepReturn(h *history, state int, s *tdStep, nextValue float64) {
	h.add(state, s.act, s.reward)
	for h.n == a.c.NSteps || s.done && h.n > 0 {
		g := nextValue
		for j := h.n - 1; j >= 0; j-- {
			g = h.rewardOrTrace[j] + float64(a.gamma*g)
		}
		a.moveTowards(a.q1, int(h.state[0]), int(h.action[0]), g)
		h.removeAt(0)
	}
}

// learnLambdaReturn updates the action values of all steps in h with the current TD error times
// each step's eligibility trace. A trace starts at 1 and decays by γλ in each step: SARSA(λ) with
// replacing traces, Sutton and Barto 2018, section 12.7. For Q-learning all traces are cleared if
// the action is not greedy: Watkins's Q(λ), section 12.10.
func (a *Tabular) learnLambdaReturn(h *history, state int, s *tdStep, nextValue float64) {
	row := a.q1.Row(state)
	if a.target == qLearning && row[s.act] < row[a.best(row, s.mask)] {
		h.n = 0
	}
	h.remove(state, s.act)
	h.add(state, s.act, 1)
	tdError := s.reward + float64(a.gamma*nextValue) - float64(row[s.act])
	a.squaredErrors.add(tdError * tdError)
	decay := a.gamma * float64(a.c.TraceDecay)
	for j := range h.n {
		a.q1.Row(int(h.state[j]))[int(h.action[j])] += float32(a.rate * tdError * h.rewardOrTrace[j])
		h.rewardOrTrace[j] *= decay
	}
	for h.n > 0 && (s.done || h.rewardOrTrace[0] < minTrace) {
		h.removeAt(0)
	}
}
