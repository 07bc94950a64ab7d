package agents

import (
	"errors"
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// checkFinite returns an error where a network's parameters are not finite.
func checkFinite(params []*tape.Param, steps int) error {
	for _, p := range params {
		if sum := f32.SumSquares(p.Value); sum-sum != 0 {
			return fmt.Errorf("the network's parameters are not finite after %d steps (%s); a lower learning_rate may help", steps, p.Name)
		}
	}
	return nil
}

// checkTable returns an error where the values of a table, or the weights of tiles, are
// not finite. What names them.
func checkTable(what string, q *tape.Param, steps int) error {
	if sum := f32.SumSquares(q.Value); sum-sum != 0 {
		return fmt.Errorf("%s are not finite after %d steps; a lower learning_rate may help", what, steps)
	}
	return nil
}

// blame returns the error of a step. Where an environment refused the action, the
// network is at fault: an agent's actions are in the action space, unless the network's
// output is not finite.
func blame(err error, params []*tape.Param, steps int) error {
	if !errors.Is(err, env.ErrAction) {
		return err
	}
	if broken := checkFinite(params, steps); broken != nil {
		return broken
	}
	return fmt.Errorf("the network's output is not finite after %d steps, for its parameters are too large; a lower learning_rate may help", steps)
}
