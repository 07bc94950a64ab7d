package dist

import (
	"fmt"
	"math"

	"github.com/rlrun/rlrun/env"
)

// Bounds are the bounds of actions in the action space. Networks use actions in [-1, 1] instead.
type Bounds struct{ low, high []float32 }

// BoundsOf returns the bounds of an action space, which must be a Box with finite bounds. The
// result uses the Box's slices.
func BoundsOf(space env.Space) (Bounds, error) {
	box, ok := space.(env.Box)
	if !ok {
		return Bounds{}, fmt.Errorf("dist: actions are %s, want a Box of numbers", env.Describe(space))
	}
	for i, low := range box.Low {
		if width := float64(box.High[i]) - float64(low); !(0 < width && width <= math.MaxFloat32) {
			return Bounds{}, fmt.Errorf("dist: action %d is in [%v, %v], want finite bounds", i, low, box.High[i])
		}
	}
	return Bounds{box.Low, box.High}, nil
}

// Stretch maps raw actions [N, A] linearly from [-1, 1] to the bounds, and writes the result to
// act.
func (b Bounds) Stretch(act, raw []float32) {
	for i, x := range raw {
		j := i % len(b.low)
		act[i] = min(max(b.low[j]+float32((x+1)*((b.high[j]-b.low[j])/2)), b.low[j]), b.high[j])
	}
}
