package policy

import (
	"fmt"
	"slices"

	"github.com/rlrun/rlrun/env"
)

// A numbering gives each value of a space of choices a number, the last choice
// counting up first: (1, 2) of 4 × 3 is 1·3 + 2.
type numbering struct {
	radix []int // number of values of each float in a row
	count int   // number of values of the space
}

// maxNumbers bounds a numbering's count: a float32 holds every whole number up to it.
const maxNumbers = 1 << 24

// newNumbering returns the numbering of a Discrete, MultiDiscrete or MultiBinary space, or
// of a Tuple or Dict of these. Its error names the observations or actions (what), and
// the wrapper that turns them into choices (cure).
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

// append adds the choices of a space. It returns the first part that is not a space of
// choices, nil if all parts are.
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

// best returns the number with the greatest score among the numbers whose every choice a mask allows,
// for a mask of the choices side by side. A nil mask allows all.
func (n *numbering) best(score []float32, mask []bool) int {
	if mask == nil || len(n.radix) == 1 {
		return best(score, mask)
	}
	k := -1
	for i, v := range score {
		if n.allows(i, mask) && (k < 0 || v > score[k]) {
			k = i
		}
	}
	return max(k, 0)
}

// allows reports whether a mask allows every choice of the row with number k.
func (n *numbering) allows(k int, mask []bool) bool {
	to := len(mask)
	for i := len(n.radix) - 1; i >= 0; i-- {
		to -= n.radix[i]
		if !mask[to+k%n.radix[i]] {
			return false
		}
		k /= n.radix[i]
	}
	return true
}

// choices is the width of a mask: all choices side by side.
func (n *numbering) choices() (sum int) {
	for _, r := range n.radix {
		sum += r
	}
	return sum
}
