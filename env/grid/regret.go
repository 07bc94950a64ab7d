package grid

import "context"

// Regret returns the optimal value of the start minus the value of the policy that takes action
// act[s] in state s. It returns an error if a value does not converge, which happens if some
// episodes from the start do not end. It returns the error of ctx when ctx is done.
func (m *MDP) Regret(ctx context.Context, act []int, gamma float64) (float64, error) {
	best, err := m.valueIteration(ctx, gamma)
	if err != nil {
		return 0, err
	}
	value, err := m.startValue(ctx, m.Deterministic(act), gamma)
	if err != nil {
		return 0, err
	}
	return max(0, m.Mean(best.V)-value), nil
}
