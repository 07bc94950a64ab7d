package policy

import (
	"fmt"
	"slices"

	"github.com/rlrun/rlrun/env"
)

// A numbering gives each value of a space of choices a number, the last choice
// counting up first: (1, 2) of 4 × 3 is 1·3 + 2.
type numbering struct {
	radix []int // values of each float in a row
	count int   // values of the space
}

// maxNumbers bounds a numbering's count: to there a float32 holds every number.
const maxNumbers = 1 << 24

// newNumbering returns the numbering of a Discrete, a MultiDiscrete or a MultiBinary, or
// of a Tuple or Dict of such. An error says what the space is of, and what would make
// choices of it.
func newNumbering(space env.Space, what, cure string) (numbering, error) {
	n := numbering{count: 1}
	if other := n.append(space); other != nil {
		return numbering{}, fmt.Errorf("%s of a table are choices (Discrete, MultiDiscrete, MultiBinary, or a Tuple or Dict of these), and not %s; %s makes them so",
			what, env.Describe(other), cure)
	}
	for _, r := range n.radix {
		if r < 1 || n.count > maxNumbers/r {
			return numbering{}, fmt.Errorf("%s of %d choices have more values together than the %d that a table takes", what, len(n.radix), maxNumbers)
		}
		n.count *= r
	}
	return n, nil
}

// append adds the choices of a space, and returns the part that is none.
func (n *numbering) append(space env.Space) (other env.Space) {
	switch s := space.(type) {
	case env.Discrete:
		n.radix = append(n.radix, s.N)
	case env.MultiDiscrete:
		n.radix = append(n.radix, s.N...)
	case env.MultiBinary:
		n.radix = append(n.radix, slices.Repeat([]int{2}, s.N)...)
	case env.Tuple:
		for _, part := range s {
			if other = n.append(part); other != nil {
				return other
			}
		}
	case env.Dict:
		for _, field := range s {
			if other = n.append(field.Space); other != nil {
				return other
			}
		}
	default:
		return space
	}
	return nil
}

// size is the floats in a row.
func (n *numbering) size() int { return len(n.radix) }

// of returns the number of a row.
func (n *numbering) of(row []float32) int {
	k := 0
	for i, r := range n.radix {
		k = k*r + int(row[i])
	}
	return k
}

// write writes the row that has number k.
func (n *numbering) write(row []float32, k int) {
	for i := len(n.radix) - 1; i >= 0; i-- {
		row[i] = float32(k % n.radix[i])
		k /= n.radix[i]
	}
}
