package grid

import "context"

// Regret returns the optimal value of the start less that of what act does in each
// state, [S]. It is an error where a value does not settle, since episodes from the
// start need not come to an end, and ctx's where that ends first.
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
