package agents

import (
	"errors"
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// large is a size of rewards beyond which these are likely why learning breaks.
const large = 1e6

// help says what may keep networks finite that have broken on rewards of a size up to
// peak.
func help(peak float64) string {
	if peak > large {
		return fmt.Sprintf("smaller rewards (they reach %.3g, and scale_reward makes them smaller) or a lower learning_rate may help", peak)
	}
	return "a lower learning_rate may help"
}

// checkFinite returns an error where a network's parameters are not finite. The size of
// the rewards was up to peak.
func checkFinite(params []*tape.Param, steps int, peak float64) error {
	for _, p := range params {
		if sum := f32.SumSquares(p.Value); sum-sum != 0 {
			return fmt.Errorf("the network's parameters are not finite after %d steps (%s); %s", steps, p.Name, help(peak))
		}
	}
	return nil
}

// checkTable returns an error where the values of a table, or the weights of tiles, are
// not finite. What names them; the size of the rewards was up to peak.
func checkTable(what string, q *tape.Param, steps int, peak float64) error {
	if sum := f32.SumSquares(q.Value); sum-sum != 0 {
		return fmt.Errorf("%s are not finite after %d steps; %s", what, steps, help(peak))
	}
	return nil
}

// blame returns the error of a step. Where an environment refused the action, the
// network is at fault: an agent's actions are in the action space, unless the network's
// output is not finite.
func blame(err error, params []*tape.Param, steps int, peak float64) error {
	if !errors.Is(err, env.ErrAction) {
		return err
	}
	if broken := checkFinite(params, steps, peak); broken != nil {
		return broken
	}
	return fmt.Errorf("the network's output is not finite after %d steps, for its parameters are too large; %s", steps, help(peak))
}
