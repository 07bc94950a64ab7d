package agents

import (
	"errors"
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// checkFinite returns an error where parameters are not finite after so many steps.
func checkFinite(params []*tape.Param, steps int) error {
	for _, p := range params {
		if sum := f32.SumSquares(p.Value); sum-sum != 0 {
			return fmt.Errorf("the network's parameters are not finite after %d steps (%s); a lower learning_rate may help", steps, p.Name)
		}
	}
	return nil
}

// checkTable returns an error where a table's values are not finite.
func checkTable(q *tape.Param, steps int) error {
	if sum := f32.SumSquares(q.Value); sum-sum != 0 {
		return fmt.Errorf("the table's values are not finite after %d steps; a lower learning_rate may help", steps)
	}
	return nil
}

// blame returns the error of a step that environments refused. Where they refused an
// action, the network that chose it is at fault: an agent chooses among what there is,
// and within bounds, unless its network's output is not finite.
func blame(err error, params []*tape.Param, steps int) error {
	if !errors.Is(err, env.ErrAction) {
		return err
	}
	if broken := checkFinite(params, steps); broken != nil {
		return broken
	}
	return fmt.Errorf("the network's output is not finite after %d steps, for its parameters are too large; a lower learning_rate may help", steps)
}
