package agents

import (
	"errors"
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// hugeReward is a large absolute reward. If rewards are larger, they are the likely reason for
// divergence.
const hugeReward = 1e6

// remedy returns the end of an error message about divergence: settings that may prevent it.
// The advice depends on the largest absolute reward so far.
func remedy(maxAbsReward float64) string {
	if maxAbsReward > hugeReward {
		return fmt.Sprintf("smaller rewards (they reach %.3g, and scale_reward makes them smaller) or a lower learning_rate may help", maxAbsReward)
	}
	return "a lower learning_rate may help"
}

// checkFinite returns an error if a network's parameters are NaN or infinite.
func checkFinite(params []*tape.Param, steps int, maxAbsReward float64) error {
	for _, p := range params {
		if sum := f32.SumSquares(p.Value); sum-sum != 0 {
			return fmt.Errorf("the network's parameters are not finite after %d steps (%s); %s", steps, p.Name, remedy(maxAbsReward))
		}
	}
	return nil
}

// checkTable returns an error if the action values of a table, or the weights of tiles, are NaN
// or infinite. The error message uses the argument name for these values.
func checkTable(name string, q *tape.Param, steps int, maxAbsReward float64) error {
	if sum := f32.SumSquares(q.Value); sum-sum != 0 {
		return fmt.Errorf("%s are not finite after %d steps; %s", name, steps, remedy(maxAbsReward))
	}
	return nil
}

// stepError returns a clearer error for a failed environment step. Agents choose actions within
// the action space, so an environment refuses an action only if the network's output is not
// finite. Then stepError returns an error about the network. It returns other errors unchanged.
func stepError(err error, params []*tape.Param, steps int, maxAbsReward float64) error {
	if !errors.Is(err, env.ErrAction) {
		return err
	}
	if notFinite := checkFinite(params, steps, maxAbsReward); notFinite != nil {
		return notFinite
	}
	return fmt.Errorf("the network's output is not finite after %d steps, because its parameters are too large; %s", steps, remedy(maxAbsReward))
}
