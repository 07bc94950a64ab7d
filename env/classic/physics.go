package classic

import (
	"fmt"
	"math"
)

// checkBounds reports bounds between which no uniform number can be drawn.
func checkBounds(low, high float64) error {
	if width := high - low; !(width >= 0) || math.IsInf(width, 1) {
		return fmt.Errorf("low %v and high %v, want two numbers in this order", low, high)
	}
	return nil
}

// setPhysics copies x, as many finite numbers, to the state of the environment
// called name.
func setPhysics(name string, state, x []float64) error {
	if len(x) != len(state) {
		return fmt.Errorf("classic: %s has %d state variables, not %d", name, len(state), len(x))
	}
	for _, v := range x {
		if v-v != 0 {
			return fmt.Errorf("classic: %s cannot be in state %v", name, x)
		}
	}
	copy(state, x)
	return nil
}
