package replay

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// A Buffer is an off-policy agent's memory: a Store that it fills, a Sampler that draws steps
// from it, and a View that makes transitions of these. Each of the three can be a type of the
// user's own.
type Buffer struct {
	Store   Recorder
	Sampler Sampler
	View    View
}

// Add keeps one step of every environment: the actions [N, A], and what came of them.
func (b Buffer) Add(act []float32, r *env.Result) { b.Store.Add(act, r, b.Sampler) }

// Sample fills batch with transitions, drawn with replacement.
func (b Buffer) Sample(rng *rand.Rand, batch *Batch) {
	b.Sampler.Sample(rng, b.Store, batch.Index, batch.Weight)
	b.View.Fetch(b.Store, batch)
}

// State visits the steps, and what the Sampler knows of them.
func (b Buffer) State(s *state.State) { s.All(b.Store, b.Sampler) }

// A Batch is B transitions. Its columns are its own, and hold until it is filled again.
type Batch struct {
	Obs, Next []float32 // [B, O]
	Act       []float32 // [B, A]
	Reward    []float32 // [B] of n steps the discounted sum
	Discount  []float32 // [B] factor of V(Next): γⁿ, or 0 after a terminal state
	Weight    []float32 // [B] importance weights; 1 where all are equally likely
	Mask      []bool    // [B, M] what is allowed in Next, as in env.Result; nil where environments have no masks
	Index     []int     // [B] rows of their first steps in the Store
}

// NewBatch returns a Batch of n transitions of spec's shape.
func NewBatch(spec env.Spec, n int) *Batch {
	o, a := spec.Obs.Size(), spec.Act.Size()
	floats := func(k int) []float32 { return make([]float32, k*n) }
	return &Batch{
		Obs: floats(o), Next: floats(o), Act: floats(a), Reward: floats(1), Discount: floats(1), Weight: floats(1),
		Index: make([]int, n),
	}
}

// Len returns the number of transitions in b.
func (b *Batch) Len() int { return len(b.Reward) }
