package classic

import (
	"fmt"
	"math"
)

// checkBounds returns an error if low is above high, or if either is outside the float32 range.
func checkBounds(low, high float64) error {
	if !(-math.MaxFloat32 <= low && low <= high && high <= math.MaxFloat32) {
		return fmt.Errorf("low %v and high %v, want two numbers in this order", low, high)
	}
	return nil
}

// A boundedVariable is variable i of a state, which is always in [low, high].
type boundedVariable struct {
	name      string
	i         int
	low, high float64
}

// setPhysics copies x to an environment's state. It returns an error if a number is not finite,
// or if one of the bounded variables, as float32, is outside its bounds.
func setPhysics(state, x []float64, bounded ...boundedVariable) error {
	if len(x) != len(state) {
		return fmt.Errorf("classic: want %d state variables, not %d", len(state), len(x))
	}
	for _, v := range x {
		if v-v != 0 {
			return fmt.Errorf("classic: want finite state variables, not %v", x)
		}
	}
	for _, b := range bounded {
		if v := float32(x[b.i]); v < float32(b.low) || v > float32(b.high) {
			return fmt.Errorf("classic: the %s is never %v, want %v … %v", b.name, x[b.i], b.low, b.high)
		}
	}
	copy(state, x)
	return nil
}
