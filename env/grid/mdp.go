// Package grid has environments with a finite number of states: grid worlds, Gymnasium's toy
// texts, and any other Markov decision process.
//
// An MDP is the model of such an environment: for each state and action, the Transitions that may
// follow. A Table is an environment that plays an MDP, and Tabular is the interface of all
// environments with a Model. So their optimum can be computed exactly:
//
//	solution, err := grid.NewFrozenLake().Model().ValueIteration(0.99)
//
// ValueIteration and PolicyIteration return a Solution: the optimal values V and Q. Evaluate
// returns the values of a Policy, and Regret returns how much the value of the start is below the
// optimum. Register adds the environments to a Registry.
package grid

import (
	"fmt"
	"math"
)

// maxStates is the largest number of states of an MDP: a float32 observation cannot hold every
// index above 2²⁴.
const maxStates = 1 << 24

// An MDP is a Markov decision process with the states 0 … States-1 and the actions 0 … Actions-1
// in each state.
type MDP struct {
	States, Actions int
	Start           []float64      // [S] probability that an episode begins in each state
	Outcomes        [][]Transition // [S·A] transitions of each state-action pair; element s·A + a is for action a in state s
}

// A Transition is one possible result of an action.
type Transition struct {
	Probability float64
	Next        int // next state
	Reward      float64
	Terminal    bool // the episode ends in Next, whose value is then 0
}

// sumTolerance is the largest allowed difference between a sum of probabilities and 1.
const sumTolerance = 1e-9

// newMDP returns an MDP without transitions. An episode begins in each state of the list starts
// with the same probability.
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

// Transitions returns the possible results of action a in state s. The caller must not change
// them.
func (m *MDP) Transitions(s, a int) []Transition { return m.Outcomes[s*m.Actions+a] }

// setTransitions sets the possible results of action a in state s.
func (m *MDP) setTransitions(s, a int, o ...Transition) { m.Outcomes[s*m.Actions+a] = o }

// setTerminal makes state s terminal: every action there ends the episode with the reward 0.
func (m *MDP) setTerminal(s int) {
	for a := range m.Actions {
		m.setTransitions(s, a, Transition{Probability: 1, Next: s, Terminal: true})
	}
}

// Validate returns an error if m is not valid: a probability is negative, probabilities do not
// sum to 1 within 1e-9, a next state does not exist, or a reward is not finite.
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

// checkTransitions returns an error if the transitions of one state and action are not valid.
func (m *MDP) checkTransitions(outcomes []Transition) error {
	p := make([]float64, len(outcomes))
	for i, o := range outcomes {
		if o.Next < 0 || o.Next >= m.States {
			return fmt.Errorf("leads to state %d, want 0 … %d", o.Next, m.States-1)
		}
		if o.Reward-o.Reward != 0 {
			return fmt.Errorf("has the reward %v, want a finite number", o.Reward)
		}
		p[i] = o.Probability
	}
	return checkDistribution(p)
}

// checkDistribution returns an error if p is not a probability distribution.
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

// Deterministic returns the Policy that takes action actions[s] in state s.
func (m *MDP) Deterministic(actions []int) Policy {
	p := make(Policy, m.States*m.Actions)
	for s, a := range actions {
		p[s*m.Actions+a] = 1
	}
	return p
}

// Uniform returns the Policy that takes every action with the same probability.
func (m *MDP) Uniform() Policy {
	p := make(Policy, m.States*m.Actions)
	for i := range p {
		p[i] = 1 / float64(m.Actions)
	}
	return p
}

// validatePolicy returns an error if p is not a Policy for m.
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

// Mean returns the mean of v, [S], over the states where episodes begin. For state values it is
// the value of the start.
func (m *MDP) Mean(v []float64) (mean float64) {
	for s, p := range m.Start {
		mean += p * v[s]
	}
	return mean
}
