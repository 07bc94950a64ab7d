package replay

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// A Buffer is the replay buffer of an off-policy agent: a Store that the agent fills, a Sampler
// that chooses steps, and a View that makes transitions from these steps. A program can replace
// each of the three by its own type.
type Buffer struct {
	Store   Recorder
	Sampler Sampler
	View    View
}

// Add stores one step of every environment: the actions act [N, A] and their result.
func (b Buffer) Add(act []float32, r *env.Result) { b.Store.Add(act, r, b.Sampler) }

// Sample fills batch with a minibatch of transitions, sampled with replacement.
func (b Buffer) Sample(rng *rand.Rand, batch *Batch) {
	b.Sampler.Sample(rng, b.Store, batch.Index, batch.Weight)
	b.View.Fetch(b.Store, batch)
}

// State saves or loads the stored steps and the state of the Sampler.
func (b Buffer) State(s *state.State) { s.All(b.Store, b.Sampler) }

// A Batch is a minibatch of B transitions. The Batch owns its slices, and Sample overwrites them.
type Batch struct {
	Obs, Next []float32 // [B, O] observations and next observations
	Act       []float32 // [B, A] actions
	Reward    []float32 // [B] rewards; for transitions of n steps, sums of discounted rewards
	Discount  []float32 // [B] factor of V(Next) in the target: γⁿ for n steps, or 0 if Next is terminal
	Weight    []float32 // [B] importance weights; 1 with uniform sampling
	Mask      []bool    // [B, M] allowed actions at Next, as in env.Result; nil without masks
	Index     []int     // [B] rows of the transitions' first steps in the Store
}

// NewBatch returns a Batch of n transitions for the spaces of spec.
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
