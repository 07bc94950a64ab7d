package policy

import (
	"fmt"

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

// newNumbering returns the numbering of a space of choices and bits. Its error names the
// observations or actions (what), and the wrapper that turns them into choices (cure).
func newNumbering(space env.Space, what, cure string) (numbering, error) {
	l, err := env.LayoutOf(space)
	if err != nil {
		return numbering{}, fmt.Errorf("%s: %w", what, err)
	}
	n := numbering{count: 1}
	for i := range l.Parts {
		p := &l.Parts[i]
		if p.Kind != env.Choice && p.Kind != env.Bits {
			return numbering{}, fmt.Errorf("%s of a table are choices (Discrete, MultiDiscrete, MultiBinary, or a Tuple or Dict of these), and not %s; %s makes them so",
				what, describePart(p), cure)
		}
		for k := range p.Size() {
			r := 2
			if p.Kind == env.Choice {
				r = p.N[k]
			}
			if r < 1 || n.count > maxNumbers/r {
				return numbering{}, fmt.Errorf("%s of %d choices have more values together than the %d that a table takes", what, l.Size, maxNumbers)
			}
			n.count *= r
			n.radix = append(n.radix, r)
		}
	}
	return n, nil
}

// describePart says what a part is that is not choices.
func describePart(p *env.Part) string {
	if p.Kind == env.Pixels {
		return env.Describe(env.Image{H: p.Shape[0], W: p.Shape[1], C: p.Shape[2]})
	}
	return env.Describe(env.Box{Low: p.Low, High: p.High})
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
