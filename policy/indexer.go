package policy

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
)

// An indexer converts values of a discrete space to indices 0 … count-1 and back. A space may
// have several discrete variables, here called choices. The last choice changes fastest: in a
// space of 4 × 3 values, (1, 2) has the index 1·3 + 2.
type indexer struct {
	radix []int // for each float of a row, the number of values of its choice
	count int   // number of values of the space
}

// maxIndexCount is the largest count of an indexer: every whole number up to 2²⁴ has an exact
// float32.
const maxIndexCount = 1 << 24

// newIndexer returns the indexer of a space of choices and bits. Any other space is an error. The
// error message contains the texts what ("observations" or "actions") and cure (the wrapper that
// makes the space discrete).
func newIndexer(space env.Space, what, cure string) (indexer, error) {
	l, err := env.LayoutOf(space)
	if err != nil {
		return indexer{}, fmt.Errorf("%s: %w", what, err)
	}
	n := indexer{count: 1}
	for i := range l.Parts {
		p := &l.Parts[i]
		if p.Kind != env.Choice && p.Kind != env.Bits {
			return indexer{}, fmt.Errorf("%s of a table are choices (Discrete, MultiDiscrete, MultiBinary, or a Tuple or Dict of these), and not %s; the wrapper %s turns them into choices",
				what, describePart(p), cure)
		}
		for k := range p.Size() {
			r := 2
			if p.Kind == env.Choice {
				r = p.N[k]
			}
			if r < 1 || n.count > maxIndexCount/r {
				return indexer{}, fmt.Errorf("%s of %d choices have more values together than the %d of the largest table", what, l.Size, maxIndexCount)
			}
			n.count *= r
			n.radix = append(n.radix, r)
		}
	}
	return n, nil
}

// describePart returns a description of a part that is not discrete, for an error message.
func describePart(p *env.Part) string {
	if p.Kind == env.Pixels {
		return env.Describe(env.Image{H: p.Shape[0], W: p.Shape[1], C: p.Shape[2]})
	}
	return env.Describe(env.Box{Low: p.Low, High: p.High})
}

// rowSize returns the number of floats of a row.
func (n *indexer) rowSize() int { return len(n.radix) }

// index returns the index of the value in row, which has one float for each choice and each bit.
func (n *indexer) index(row []float32) int {
	k := 0
	for i, r := range n.radix {
		k = k*r + int(row[i])
	}
	return k
}

// writeRow writes the value with index k to row.
func (n *indexer) writeRow(row []float32, k int) {
	for i := len(n.radix) - 1; i >= 0; i-- {
		row[i] = float32(k % n.radix[i])
		k /= n.radix[i]
	}
}

// best returns the index with the largest score among the allowed indices. The mask has one
// element for each value of each choice. An index is allowed if the mask allows the values of all
// its choices. A nil mask allows all indices.
func (n *indexer) best(score []float32, mask []bool) int {
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

// allows reports whether the mask allows the value of every choice in the row of index k.
func (n *indexer) allows(k int, mask []bool) bool {
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

// maskSize returns the length of a mask row: the sum of the numbers of values of all choices.
func (n *indexer) maskSize() (sum int) {
	for _, r := range n.radix {
		sum += r
	}
	return sum
}
