package supervised

import (
	"fmt"
	"iter"
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy/f32"
)

// Batches divides a Set into minibatches. Its slices are reused, so after the first epoch an epoch
// allocates nothing. Only one goroutine at a time may use it.
type Batches struct {
	set   *Set
	size  int   // largest number of examples in a minibatch
	order []int // [N] indices of the examples in the order of the epoch
	batch Minibatch
}

// A Minibatch has B examples of a Set, in the order that networks read: first the first row of
// each example, then the second row of each example, and so on. The Batches own the slices and
// overwrite them with the next Minibatch.
type Minibatch struct {
	Index   []int     // [B] index of each example in the Set
	Inputs  []float32 // [T·B, W] row t·B+i is row t of example i
	First   []bool    // [T·B] true for the first row of a sequence after its padding; nil if no row is padding
	Classes []float32 // [B] class of each example
	Steps   int       // number of rows T of an example
}

// Rows returns the number of rows of Inputs, T·B.
func (b *Minibatch) Rows() int { return len(b.Classes) * b.Steps }

// NewBatches returns the Batches of a Set, with size examples in each Minibatch. The last Minibatch
// of an epoch can be smaller. The Set must not be empty.
func NewBatches(s *Set, size int) *Batches {
	if s.check(); size < 1 {
		panic(fmt.Sprintf("supervised: minibatches of %d examples, want 1 or more", size))
	}
	b := &Batches{set: s, size: size, order: make([]int, s.Len())}
	b.restore()
	return b
}

// restore sets the order of the examples to their order in the Set.
func (b *Batches) restore() {
	for i := range b.order {
		b.order[i] = i
	}
}

// Shuffled returns the minibatches of one epoch. Each example is in one of them, in a random order
// from rng, which does not depend on earlier epochs.
func (b *Batches) Shuffled(rng *rand.Rand) iter.Seq[*Minibatch] {
	return func(yield func(*Minibatch) bool) {
		b.restore()
		for i := len(b.order) - 1; i > 0; i-- { // as rng.Shuffle does it, without calls of a function
			j := rng.Uint64N(uint64(i + 1))
			b.order[i], b.order[j] = b.order[j], b.order[i]
		}
		b.each(yield)
	}
}

// InOrder returns minibatches with all examples in the order of the Set, for an evaluation.
func (b *Batches) InOrder() iter.Seq[*Minibatch] {
	return func(yield func(*Minibatch) bool) {
		b.restore()
		b.each(yield)
	}
}

// each yields the minibatches of b.order.
func (b *Batches) each(yield func(*Minibatch) bool) {
	for left := b.order; len(left) > 0; {
		n := min(b.size, len(left))
		b.gather(left[:n])
		if !yield(&b.batch) {
			return
		}
		left = left[n:]
	}
}

// gather copies the examples with the given indices to b.batch.
func (b *Batches) gather(index []int) {
	s, m, n, w := b.set, &b.batch, len(index), b.set.Width()
	m.Index, m.Steps = index, s.Steps
	m.Inputs, m.Classes = f32.Grow(m.Inputs, n*s.Steps*w), f32.Grow(m.Classes, n)
	for i, k := range index {
		m.Classes[i] = s.Classes[k]
		for t := range s.Steps {
			copy(m.Inputs[(t*n+i)*w:(t*n+i+1)*w], s.Inputs[(k*s.Steps+t)*w:])
		}
	}
	if s.Lengths == nil {
		return
	}
	if cap(m.First) < n*s.Steps {
		m.First = make([]bool, n*s.Steps)
	}
	m.First = m.First[:n*s.Steps]
	clear(m.First)
	for i, k := range index {
		m.First[(s.Steps-s.Lengths[k])*n+i] = true
	}
}
