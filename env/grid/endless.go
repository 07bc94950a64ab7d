package grid

import "fmt"

// An EndlessError is the error for a discount of 1 when there is a state from which no policy can end an
// episode, so the state's value is infinite.
type EndlessError struct{ State int }

// Error returns the state and what would be right.
func (e *EndlessError) Error() string {
	return fmt.Sprintf("grid: values do not converge: from state %d no actions lead to the end of an episode, and with gamma 1 every episode must end; want an end that can be reached, or a gamma below 1", e.State)
}

// endless returns the first state with rewards from which no policy can end an episode, or -1 if there is
// no such state.
func (m *MDP) endless() int {
	ends := make([]bool, m.States) // states from which an episode can end
	for grown := true; grown; {
		grown = false
		for s := range ends {
			if !ends[s] && m.canReach(s, ends) {
				ends[s], grown = true, true
			}
		}
	}
	for s, can := range ends {
		if !can && m.hasRewards(s) {
			return s
		}
	}
	return -1
}

// canReach reports whether an action in state s can end the episode or lead to one of the states.
func (m *MDP) canReach(s int, states []bool) bool {
	for a := range m.Actions {
		for _, o := range m.Transitions(s, a) {
			if o.Probability > 0 && (o.Terminal || states[o.Next]) {
				return true
			}
		}
	}
	return false
}

// hasRewards reports whether an action in state s can have a reward other than 0.
func (m *MDP) hasRewards(s int) bool {
	for a := range m.Actions {
		for _, o := range m.Transitions(s, a) {
			if o.Probability > 0 && o.Reward != 0 {
				return true
			}
		}
	}
	return false
}
