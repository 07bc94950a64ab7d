package replay

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/f32"
)

// A SequenceBatch is a minibatch of N sequences. Each sequence has S rows, ordered by time: row
// t·N+i is row t of sequence i. A row has an observation, and mostly the action there. If an
// episode was truncated inside a sequence, its final observation is a row of its own, without an
// action. The first BurnIn rows of a sequence are the burn-in. R rows of all sequences come after it.
type SequenceBatch struct {
	SequenceShape
	Obs    []float32 // [S·N, O] observations
	Act    []float32 // [S·N, A] actions; 0 in rows without an action
	Mask   []bool    // [S·N, M] allowed actions; nil without masks
	First  []bool    // [S·N] true for the first observation of an episode inside the sequence
	Memory []float32 // [N, MemorySize] memory of the policy before row 0

	// Of the R rows after the burn-in. Rows that are not learned have Reward 0 and Discount 0.
	Learned  []bool    // [R] true for the Length rows that are learned, but not for a row without an action
	Reward   []float32 // [R] sums of up to n discounted rewards
	Discount []float32 // [R] factor of V in the target: γⁿ for n steps, or 0 if the episode terminates there
	Next     []int     // [R] which of the R rows has the observation whose V is in the target

	Weight []float32 // [N] importance weights; 1 with uniform sampling
	Index  []int     // [N] rows of the sequences' first steps in the Store
}

// NewSequenceBatch returns a SequenceBatch of n sequences for the spaces of spec.
func NewSequenceBatch(spec env.Spec, shape SequenceShape, n int) *SequenceBatch {
	all, learned := n*shape.Rows(), n*(shape.Length+shape.N)
	return &SequenceBatch{
		SequenceShape: shape,
		Obs:           make([]float32, all*spec.Obs.Size()), Act: make([]float32, all*spec.Act.Size()),
		First: make([]bool, all), Memory: make([]float32, n*shape.MemorySize),
		Learned: make([]bool, learned), Reward: make([]float32, learned), Discount: make([]float32, learned), Next: make([]int, learned),
		Weight: make([]float32, n), Index: make([]int, n),
	}
}

// Len returns the number N of sequences in b.
func (b *SequenceBatch) Len() int { return len(b.Index) }

// A sequenceLayout is scratch of Fetch: what is in each row of a batch.
type sequenceLayout struct {
	row    []int         // [S·N] row of the Ring
	reward []float32     // [S·N]
	end    []End         // [S·N] end of the row's step
	final  []bool        // [S·N] whether the row has the final observation of a truncated episode
	finals []finalsIndex // all rows with final observations
}

// finalsIndex is a row of a batch with a final observation, and the index of the observation in
// finals.
type finalsIndex struct{ row, final int }

// SampleSequences fills b with a minibatch of sequences, which sampler chooses with replacement.
// steps is the Store from which the rewards are read: q, or a Store that changes the rewards of q.
func (q *Sequences) SampleSequences(rng *rand.Rand, sampler Sampler, steps Store, b *SequenceBatch) {
	sampler.Sample(rng, q, b.Index, b.Weight)
	q.Fetch(steps, b)
}

// Fetch fills all slices of b except Weight. The sequences begin with the steps in the rows
// b.Index. The rewards are those of steps.
func (q *Sequences) Fetch(steps Store, b *SequenceBatch) {
	l, n := &q.layout, b.Len()
	all := n * b.Rows()
	l.row, l.reward, l.end, l.final = f32.Grow(l.row, all), f32.Grow(l.reward, all), f32.Grow(l.end, all), f32.Grow(l.final, all)
	l.finals = l.finals[:0]
	clear(l.final)
	for i, row := range b.Index {
		q.layOut(steps, b, i, row)
		copy(f32.Row(b.Memory, i, b.MemorySize), q.memoryOf(row))
		for t := range b.Length + b.N {
			l.target(b, i, t)
		}
	}
	q.gatherRows(b)
}

// layOut decides what is in the rows of sequence i, which begins in the given row of the Ring.
func (q *Sequences) layOut(steps Store, b *SequenceBatch, i, row int) {
	l, n := &q.layout, b.Len()
	first := false
	for at := i; at < len(l.row); at += n {
		step := steps.At(row)
		l.row[at], l.reward[at], l.end[at], b.First[at] = row, step.Reward, step.End, first
		first = step.End != Continues
		if step.End == Truncated && at+n < len(l.row) {
			at += n
			l.row[at], l.final[at], b.First[at] = row, true, false
			l.finals = append(l.finals, finalsIndex{at, int(q.end[row])})
		}
		row = q.nextRow(row)
	}
}

// target writes the n-step return of row t after the burn-in of sequence i, and where its V is:
//
//	r_t + γ r_{t+1} + … + γⁿ⁻¹ r_{t+n-1} + γⁿ V(s_{t+n})
//
// The return ends with the episode.
func (l *sequenceLayout) target(b *SequenceBatch, i, t int) {
	n := b.Len()
	out, at := t*n+i, (b.BurnIn+t)*n+i
	b.Learned[out] = t < b.Length && !l.final[at]
	if !b.Learned[out] {
		b.Reward[out], b.Discount[out], b.Next[out] = 0, 0, out
		return
	}
	sum, discount := l.reward[at], b.Gamma
	for k := 1; k < b.N && l.end[at] == Continues; k++ {
		at += n
		sum += float32(discount * l.reward[at])
		discount *= b.Gamma
	}
	b.Reward[out], b.Discount[out], b.Next[out] = sum, discount, at+n-b.BurnIn*n
	if l.end[at] == Terminated {
		b.Discount[out], b.Next[out] = 0, out
	}
}

// gatherRows writes the observations, actions and masks of the rows of b.
func (q *Sequences) gatherRows(b *SequenceBatch) {
	l, c := &q.layout, q.choices
	q.obs.gather(b.Obs, l.row)
	q.act.gather(b.Act, l.row)
	if c > 0 && b.Mask == nil {
		b.Mask = make([]bool, len(l.row)*c)
	}
	if c > 0 {
		for at, row := range l.row {
			copy(b.Mask[at*c:(at+1)*c], q.mask[row*c:])
		}
	}
	a := len(b.Act) / len(l.row)
	for _, f := range l.finals {
		clear(b.Act[f.row*a : (f.row+1)*a])
		q.finals.get(f.final, b.Obs[f.row*q.o:(f.row+1)*q.o], b.Mask[f.row*c:(f.row+1)*c])
	}
}
