package minatar

import (
	"fmt"
	"math"

	"github.com/rlrun/rlrun/env"
)

// A draws gives a game its random numbers: first the given ones, then those of the generator.
type draws struct {
	env.Rand
	given []float64
}

// set gives the next numbers. It returns an error if a number is neither a uniform number nor a choice of
// a game.
func (d *draws) set(x []float64) error {
	for _, v := range x {
		if !(0 <= v && v < 1) && !isWhole(v, 0, maxChoice) {
			return fmt.Errorf("draws: %v, want numbers from 0 to less than 1, and whole numbers, 0 … %d, for choices", v, maxChoice)
		}
	}
	d.given = x
	return nil
}

// maxChoice is the largest choice of a game: a row.
const maxChoice = 8

// uniform returns a uniform number in [0, 1).
func (d *draws) uniform() float64 {
	if len(d.given) == 0 {
		return d.Float64()
	}
	v := d.next()
	if v >= 1 {
		env.Fail(fmt.Errorf("minatar: draw %v, want a uniform number, from 0 to less than 1, at this place", v))
	}
	return v
}

// whole returns a uniform whole number, low … high.
func (d *draws) whole(low, high int) int {
	if len(d.given) == 0 {
		return low + int(d.Float64()*float64(high-low+1))
	}
	v := d.next()
	if !isWhole(v, low, high) {
		env.Fail(fmt.Errorf("minatar: draw %v, want a whole number, %d … %d, at this place", v, low, high))
	}
	return int(v)
}

// next takes the next of the given numbers.
func (d *draws) next() float64 {
	v := d.given[0]
	d.given = d.given[1:]
	return v
}

// isWhole reports whether v is one of low, …, high.
func isWhole(v float64, low, high int) bool {
	return float64(low) <= v && v <= float64(high) && v == math.Trunc(v)
}
