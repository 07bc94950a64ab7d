package classic

import (
	"fmt"
	"math"
)

// checkBounds reports bounds between which no float32 can be drawn.
func checkBounds(low, high float64) error {
	if !(-math.MaxFloat32 <= low && low <= high && high <= math.MaxFloat32) {
		return fmt.Errorf("low %v and high %v, want two numbers in this order", low, high)
	}
	return nil
}

// setPhysics copies x, as many finite numbers, to an environment's state.
func setPhysics(state, x []float64) error {
	if len(x) != len(state) {
		return fmt.Errorf("classic: want %d state variables, not %d", len(state), len(x))
	}
	for _, v := range x {
		if v-v != 0 {
			return fmt.Errorf("classic: want finite state variables, not %v", x)
		}
	}
	copy(state, x)
	return nil
}
