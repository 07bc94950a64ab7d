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

// A variable is number i of a state, where it is never outside [low, high].
type variable struct {
	name      string
	i         int
	low, high float64
}

// setPhysics copies x, as many finite numbers, to an environment's state. Variables
// with bounds must be within, but for what float32 rounds away.
func setPhysics(state, x []float64, bounded ...variable) error {
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
