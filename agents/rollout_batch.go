package agents

import (
	"math"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/replay"
)

// A rolloutBatch is some sequences of a rollout, with their own normalisation of the advantages.
// Without memory, each step is a sequence.
type rolloutBatch struct {
	roll       *replay.Rollout
	index      []int // indices of the sequences: see replay.Rollout.Gather
	steps      int   // number of steps
	normalized bool  // whether the advantages are normalised
	mean, std  float64

	rows      []int     // scratch: rows of the steps
	advantage []float32 // scratch: advantages of the steps
	all       []int     // [N] scratch: indices of all sequences
}

var _ batch = (*rolloutBatch)(nil)

// set sets the sequences. If normalize is true and there is more than one step, the advantages get
// mean 0 and standard deviation 1.
func (b *rolloutBatch) set(roll *replay.Rollout, index []int, normalize bool) {
	b.roll, b.index = roll, index
	rows := roll.StepsOf(&b.rows, index)
	b.steps, b.normalized = len(rows), normalize && len(rows) > 1
	if b.normalized {
		b.advantage = f32.Grow(b.advantage, len(rows))
		f32.Gather(b.advantage, roll.Advantage, 1, rows)
		b.mean, b.std = moments(b.advantage)
	}
}

// whole returns all steps m of the rollout as a batch whose sequences can be divided among several cores.
func (b *rolloutBatch) whole(roll *replay.Rollout, m *replay.Minibatch) batch {
	if m.Steps == 0 {
		return m
	}
	for i := len(b.all); i < roll.N; i++ {
		b.all = append(b.all, i)
	}
	b.set(roll, b.all, false)
	return b
}

// Len returns the number of steps.
func (b *rolloutBatch) Len() int { return b.steps }

// Sequences returns the number of sequences.
func (b *rolloutBatch) Sequences() int { return len(b.index) }

// Slice returns a copy of the sequences [from, to) in the memory of dst.
func (b *rolloutBatch) Slice(dst *replay.Minibatch, from, to int) *replay.Minibatch {
	b.roll.Gather(dst, b.index[from:to])
	if b.normalized {
		standardize(dst.Advantage, b.mean, b.std)
	}
	return dst
}

// normalizeAdvantages shifts and scales adv [B] to mean 0 and standard deviation 1, in place.
func normalizeAdvantages(adv []float32) {
	mean, std := moments(adv)
	standardize(adv, mean, std)
}

// moments returns the mean and the standard deviation of adv [B]. The variance is the sum of
// squares divided by B-1, as in PyTorch.
func moments(adv []float32) (mean, std float64) {
	mean = f32.Sum(adv) / float64(len(adv))
	var sum float64
	for _, v := range adv {
		d := float64(v) - mean
		sum += float64(d * d)
	}
	return mean, math.Sqrt(sum / float64(len(adv)-1))
}

// standardize shifts and scales adv, which has the given mean and standard deviation.
func standardize(adv []float32, mean, std float64) {
	for i, v := range adv {
		adv[i] = float32((float64(v) - mean) / (std + 1e-8))
	}
}
