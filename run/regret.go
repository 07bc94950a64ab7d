package run

import (
	"context"
	"math"

	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/scenario"
)

// regret returns the optimal value of the start state minus the exact value of the greedy policy
// p. Both values use the agent's discount. The result is nil if the environment is not tabular.
// It is NaN if there are too many states, if p has memory, so that its actions depend on more than
// the state, or if p has no finite value because its episodes may never end. A cancelled ctx is an error.
func regret(ctx context.Context, s *scenario.Scenario, p policy.Policy) (*Number, error) {
	tab := s.Tabular
	if tab == nil {
		return nil, nil
	}
	unknown, gamma := new(Number(math.NaN())), s.Discount()
	if math.IsNaN(gamma) || p.Spec().Memory > 0 {
		return unknown, nil
	}
	if int64(tab.Model().States) > maxObserved/int64(width(p, tab)) {
		return unknown, nil
	}
	act, err := greedy(ctx, p, tab)
	if err != nil {
		return nil, err
	}
	x, err := tab.Model().Regret(ctx, act, gamma)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return unknown, nil
	}
	return new(Number(x)), nil
}
