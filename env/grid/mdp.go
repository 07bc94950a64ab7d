// Package grid has the environments whose states can be counted: grid worlds,
// the toy texts of Gymnasium, and any other Markov decision process. Their
// models are known, and so is what no agent can better: see PolicyIteration.
package grid

import (
	"fmt"
	"math"
)

// maxStates is where float32 observations stop telling states apart.
const maxStates = 1 << 24

// An MDP is a Markov decision process with the states 0 … States-1 and, in each
// of them, the actions 0 … Actions-1.
type MDP struct {
	States, Actions int
	Start           []float64      // [S] probability that an episode begins in a state
	Outcomes        [][]Transition // [S·A] what an action may lead to; of action a in state s: s·A + a
}

// A Transition is one thing that an action may lead to.
type Transition struct {
	Probability float64
	Next        int // state
	Reward      float64
	Terminal    bool // the episode ends in Next, whose value is then 0
}

// sumTolerance is how far from 1 probabilities may add up.
const sumTolerance = 1e-9

// newMDP returns an MDP without transitions that begins in any of starts, with
// equal probabilities.
func newMDP(states, actions int, starts []int) *MDP {
	m := &MDP{
		States: states, Actions: actions,
		Start: make([]float64, states), Outcomes: make([][]Transition, states*actions),
	}
	for _, s := range starts {
		m.Start[s] = 1 / float64(len(starts))
	}
	return m
}

// Transitions returns what action a may lead to in state s.
func (m *MDP) Transitions(s, a int) []Transition { return m.Outcomes[s*m.Actions+a] }

// set makes o what action a may lead to in state s.
func (m *MDP) setTransitions(s, a int, o ...Transition) { m.Outcomes[s*m.Actions+a] = o }

// stay makes state s an end: whatever is done there ends the episode and pays 0.
func (m *MDP) setTerminal(s int) {
	for a := range m.Actions {
		m.setTransitions(s, a, Transition{Probability: 1, Next: s, Terminal: true})
	}
}

// Validate reports what is wrong with m: probabilities that are negative or do
// not sum to 1 within 1e-9, states that do not exist, rewards that are not
// finite.
func (m *MDP) Validate() error {
	if m.States < 1 || m.States > maxStates || m.Actions < 1 || m.Actions > maxStates {
		return fmt.Errorf("grid: %d states and %d actions, want 1 … %d of each", m.States, m.Actions, maxStates)
	}
	if len(m.Start) != m.States {
		return fmt.Errorf("grid: %d probabilities of a start, want one for each of %d states", len(m.Start), m.States)
	}
	if err := checkDistribution(m.Start); err != nil {
		return fmt.Errorf("grid: start: %w", err)
	}
	if len(m.Outcomes) != m.States*m.Actions {
		return fmt.Errorf("grid: outcomes of %d pairs of state and action, want %d·%d", len(m.Outcomes), m.States, m.Actions)
	}
	for i, outcomes := range m.Outcomes {
		if err := m.checkTransitions(outcomes); err != nil {
			return fmt.Errorf("grid: state %d, action %d: %w", i/m.Actions, i%m.Actions, err)
		}
	}
	return nil
}

func (m *MDP) checkTransitions(outcomes []Transition) error {
	p := make([]float64, len(outcomes))
	for i, o := range outcomes {
		if o.Next < 0 || o.Next >= m.States {
			return fmt.Errorf("leads to state %d, want 0 … %d", o.Next, m.States-1)
		}
		if o.Reward-o.Reward != 0 {
			return fmt.Errorf("pays %v, want a finite reward", o.Reward)
		}
		p[i] = o.Probability
	}
	return checkDistribution(p)
}

// distribution reports why p is none.
func checkDistribution(p []float64) error {
	sum := 0.0
	for i, x := range p {
		if !(x >= 0) {
			return fmt.Errorf("probability %d is %v, want 0 or more", i, x)
		}
		sum += x
	}
	if !(math.Abs(sum-1) <= sumTolerance) {
		return fmt.Errorf("probabilities sum to %v, want 1", sum)
	}
	return nil
}

// A Policy is the probability of each action in each state, [S, A].
type Policy []float64

// Deterministic returns the Policy that takes actions[s] in state s.
func (m *MDP) Deterministic(actions []int) Policy {
	p := make(Policy, m.States*m.Actions)
	for s, a := range actions {
		p[s*m.Actions+a] = 1
	}
	return p
}

// Uniform returns the Policy that takes every action equally often.
func (m *MDP) Uniform() Policy {
	p := make(Policy, m.States*m.Actions)
	for i := range p {
		p[i] = 1 / float64(m.Actions)
	}
	return p
}

// validatePolicy reports why p is no Policy for m.
func (m *MDP) validatePolicy(p Policy) error {
	if len(p) != m.States*m.Actions {
		return fmt.Errorf("grid: a policy of %d probabilities, want %d·%d", len(p), m.States, m.Actions)
	}
	for s := range m.States {
		if err := checkDistribution(p[s*m.Actions : (s+1)*m.Actions]); err != nil {
			return fmt.Errorf("grid: policy in state %d: %w", s, err)
		}
	}
	return nil
}

// Mean returns the mean of v, [S], over the states where episodes begin: of
// values, that of the start.
func (m *MDP) Mean(v []float64) (mean float64) {
	for s, p := range m.Start {
		mean += p * v[s]
	}
	return mean
}
