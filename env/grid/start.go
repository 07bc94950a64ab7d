package grid

import (
	"context"
	"errors"
)

// StartValue returns the value of the start under a policy. It evaluates only the states that the
// policy reaches. So with a discount of 1, episodes from other states need not end.
func (m *MDP) StartValue(p Policy, gamma float64) (float64, error) {
	return m.startValue(context.Background(), p, gamma)
}

// startValue is StartValue with a context. It returns ctx's error when ctx is done.
func (m *MDP) startValue(ctx context.Context, p Policy, gamma float64) (float64, error) {
	if err := errors.Join(checkGamma(gamma), m.validatePolicy(p)); err != nil {
		return 0, err
	}
	part, policy := m.restrictTo(p, m.reachableStates(p))
	v, err := part.evaluate(ctx, policy, gamma)
	if err != nil {
		return 0, err
	}
	return part.Mean(v), nil
}

// reachableStates returns the states that a policy reaches from the start.
func (m *MDP) reachableStates(p Policy) (states []int) {
	seen := make([]bool, m.States)
	add := func(s int) {
		if !seen[s] {
			seen[s] = true
			states = append(states, s)
		}
	}
	for s, start := range m.Start {
		if start > 0 {
			add(s)
		}
	}
	for i := 0; i < len(states); i++ {
		for a := range m.Actions {
			if p[states[i]*m.Actions+a] == 0 {
				continue
			}
			for _, o := range m.Transitions(states[i], a) {
				if o.Probability > 0 && !o.Terminal {
					add(o.Next)
				}
			}
		}
	}
	return states
}

// restrictTo returns m and p with only the given states. Episodes of the policy p must not leave
// these states. In the returned MDP, actions that p never takes end the episode.
func (m *MDP) restrictTo(p Policy, states []int) (*MDP, Policy) {
	number := make(map[int]int, len(states))
	for i, s := range states {
		number[s] = i
	}
	part, policy := newMDP(len(states), m.Actions, nil), make(Policy, 0, len(states)*m.Actions)
	for i, s := range states {
		part.Start[i] = m.Start[s]
		policy = append(policy, p[s*m.Actions:(s+1)*m.Actions]...)
		part.setTerminal(i)
		for a := range m.Actions {
			if p[s*m.Actions+a] > 0 {
				part.setTransitions(i, a, renumber(m.Transitions(s, a), number)...)
			}
		}
	}
	return part, policy
}

// renumber returns the transitions with the new indices of their states. A state where an episode
// ends may have no new index; it gets index 0, since its value is not used.
func renumber(outcomes []Transition, number map[int]int) []Transition {
	all := make([]Transition, 0, len(outcomes))
	for _, o := range outcomes {
		o.Next = number[o.Next]
		all = append(all, o)
	}
	return all
}
