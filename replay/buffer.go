package replay

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// A Buffer keeps transitions, the latest of them, and hands out batches.
type Buffer interface {
	// Add keeps one step of every environment: the actions [N, A], and what came
	// of them. What they were taken on is the Obs of the Result before.
	Add(act []float32, r *env.Result)

	Len() int                        // transitions kept
	Sample(rng *rand.Rand, b *Batch) // fills b with some of them, drawn with replacement
	state.Stater
}

// A Prioritizer is a Buffer that wants to know how surprising its samples were.
type Prioritizer interface {
	// Reprioritize has the errors of the transitions at the indices of a Batch.
	Reprioritize(index []int, tdError []float32)
}

// A Batch is B transitions out of a Buffer. Its columns are its own, and hold
// until the next Sample into it.
type Batch struct {
	Obs, Next []float32 // [B, O]
	Act       []float32 // [B, A]
	Reward    []float32 // [B] of n steps the discounted sum
	Discount  []float32 // [B] γⁿ, or 0 after a terminal state: what V(Next) counts for
	Weight    []float32 // [B] importance weights; 1 where all are equally likely
	Mask      []bool    // [B, choices] what can be done in Next; nil where environments have no masks
	Index     []int     // [B] where in the Buffer they came from

	next []int   // scratch: rows of the observations that follow
	end  []int32 // scratch: how the transitions ended their episodes, as in a ring
}

// NewBatch returns a Batch of n transitions of spec's shape.
func NewBatch(spec env.Spec, n int) *Batch {
	o, a := spec.Obs.Size(), spec.Act.Size()
	floats := func(k int) []float32 { return make([]float32, k*n) }
	return &Batch{
		Obs: floats(o), Next: floats(o), Act: floats(a), Reward: floats(1), Discount: floats(1), Weight: floats(1),
		Index: make([]int, n), next: make([]int, n), end: make([]int32, n),
	}
}

// Len is the number of transitions in b.
func (b *Batch) Len() int { return len(b.Reward) }
