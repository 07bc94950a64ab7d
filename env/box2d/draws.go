package box2d

import (
	"fmt"
	"math"

	"github.com/rlrun/rlrun/env"
)

// A draws is the random numbers of a task: given ones first, then numbers of its generator.
type draws struct {
	rng   env.Rand
	given []float64
}

// SetDraws gives the results of the generator in the next Reset or Step, in the order in which
// Gymnasium's task draws them: numbers of the ranges that it draws from, not of [0, 1). A number outside
// its range ends the Reset or Step with an error. The slice is kept until all of them are used.
// SetDraws returns an error and changes nothing if a number is not finite.
func (d *draws) SetDraws(given []float64) error {
	if err := checkFinite("draws:", given); err != nil {
		return err
	}
	d.given = given
	return nil
}

// next returns the next given number. If it is not in [low, high], the episode fails.
func (d *draws) next(low, high float64) float64 {
	x := d.given[0]
	d.given = d.given[1:]
	if !(low <= x && x <= high) {
		env.Fail(fmt.Errorf("draws: %v, want a number, %v … %v", x, low, high))
	}
	return x
}

// uniform returns a uniform number between low and high.
func (d *draws) uniform(low, high float64) float64 {
	if len(d.given) > 0 {
		return d.next(low, high)
	}
	return d.rng.Uniform(low, high)
}

// integer returns one of low, …, high-1.
func (d *draws) integer(low, high int) int {
	if len(d.given) > 0 {
		x := d.next(float64(low), float64(high-1))
		if x != math.Trunc(x) {
			env.Fail(fmt.Errorf("draws: %v, want a whole number, %d … %d", x, low, high-1))
		}
		return int(x)
	}
	return low + int(float64(d.rng.Float64()*float64(high-low)))
}
