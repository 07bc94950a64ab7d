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

// setPhysics copies x, as many finite numbers, to an environment's state.
func setPhysics(state, x []float64) error {
	if len(x) != len(state) {
		return fmt.Errorf("classic: a state of %d numbers, want %d", len(x), len(state))
	}
	for _, v := range x {
		if v-v != 0 {
			return fmt.Errorf("classic: a state of %v, want finite numbers", x)
		}
	}
	copy(state, x)
	return nil
}
