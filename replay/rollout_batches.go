package replay

import (
	"iter"
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy/f32"
)

// All returns all steps, ordered by time. If the policy has memory, they are N sequences of T
// steps. The Minibatch is valid until the next call. It uses the slices of the rollout, except for
// observations that are stored as bytes.
func (r *Rollout) All() *Minibatch {
	n := r.T * r.N
	r.allBatch = Minibatch{
		Obs: r.obs.view(&r.parts[0].scratch, 0, n), Act: r.Act, Mask: r.Mask, LogProb: r.LogProb,
		Value: r.Value[:n], Advantage: r.Advantage, Return: r.Return,
	}
	if s := &r.sequences; s.memory > 0 {
		r.allBatch.Steps, r.allBatch.First, r.allBatch.Memory = r.T, r.First, s.stored[:r.N*s.memory]
	}
	return &r.allBatch
}

// Rows returns a copy of the sequences with the given indices. The Minibatch is valid until the
// next call.
func (r *Rollout) Rows(index []int) *Minibatch {
	r.Gather(&r.rowsBatch, index)
	return &r.rowsBatch
}

// Gather copies the sequences with the given indices to b. Sequence c·N+i has the L steps of
// environment i from step c·L on. Without memory L is 1, so the index of a sequence is the row of
// its step. Several goroutines may call Gather at the same time for different Minibatches.
func (r *Rollout) Gather(b *Minibatch, index []int) {
	sequences := index
	index = r.StepsOf(&b.index, index)
	n := len(index)
	gather := func(dst, src []float32) []float32 {
		k := len(src) / (r.T * r.N)
		dst = f32.Grow(dst, n*k)
		f32.Gather(dst, src, k, index)
		return dst
	}
	b.Obs = f32.Grow(b.Obs, n*r.obs.width)
	r.obs.gather(b.Obs, index)
	b.Act, b.LogProb, b.Value = gather(b.Act, r.Act), gather(b.LogProb, r.LogProb), gather(b.Value, r.Value[:r.T*r.N])
	b.Advantage, b.Return = gather(b.Advantage, r.Advantage), gather(b.Return, r.Return)
	if r.Mask != nil {
		k := len(r.Mask) / (r.T * r.N)
		b.Mask = f32.Grow(b.Mask, n*k)
		for i, row := range index {
			copy(b.Mask[i*k:(i+1)*k], r.Mask[row*k:])
		}
	}
	if r.sequences.memory > 0 {
		r.gatherMemory(b, sequences, index)
	}
}

// Minibatches returns an iterator over the minibatches of Shuffled.
func (r *Rollout) Minibatches(rng *rand.Rand, size int) iter.Seq[*Minibatch] {
	return func(yield func(*Minibatch) bool) {
		r.shuffled(rng, size, func(index []int) bool { return yield(r.Rows(index)) })
	}
}

// Shuffled returns an iterator over the sequences of minibatches that contain each sequence once,
// in a random order: see Gather. size is the number of steps in a minibatch, which has one whole
// sequence at least. If size does not divide the number of steps, the last minibatch is smaller, as
// in Stable-Baselines3.
func (r *Rollout) Shuffled(rng *rand.Rand, size int) iter.Seq[[]int] {
	return func(yield func([]int) bool) { r.shuffled(rng, size, yield) }
}

// shuffled yields the sequences that Shuffled describes.
func (r *Rollout) shuffled(rng *rand.Rand, size int, yield func([]int) bool) {
	size = max(size/r.sequences.length, 1)
	order := r.order[:len(r.order)/r.sequences.length]
	for i := range order {
		order[i] = i
	}
	for i := len(order) - 1; i > 0; i-- { // as rng.Shuffle does it, without calls of a function
		j := rng.Uint64N(uint64(i + 1))
		order[i], order[j] = order[j], order[i]
	}
	for left := order; len(left) > 0; {
		n := min(size, len(left))
		if !yield(left[:n]) {
			return
		}
		left = left[n:]
	}
}
