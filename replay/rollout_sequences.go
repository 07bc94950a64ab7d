package replay

import (
	"fmt"

	"github.com/rlrun/rlrun/policy/f32"
)

// sequencing is how a Rollout is divided into sequences, and the memory of the policy before them.
type sequencing struct {
	length int       // steps of a sequence, L; 1 without memory
	burnIn int       // steps of burn-in before a sequence
	memory int       // floats of memory per environment, H; 0 without memory
	stored []float32 // [T/L, N, H] memory before each sequence and its burn-in
}

// KeepMemory makes an empty Rollout keep the memory of a policy, size floats for each environment.
// Gather and Shuffled then return sequences of length steps, which must divide T. Each sequence has
// the memory before its burnIn steps of burn-in, which are at most length. The first sequences of
// the rollout have no burn-in, because the steps before them are not stored.
//
// The agent must call Remember and SetValues for each step, before Add: the values of a policy
// with memory come from the step itself.
func (r *Rollout) KeepMemory(size, length, burnIn int) {
	if size < 1 || length < 1 || r.T%length != 0 || burnIn < 0 || burnIn > length {
		panic(fmt.Sprintf("replay: KeepMemory of %d floats, sequences of %d steps and %d steps of burn-in in a rollout of %d steps", size, length, burnIn, r.T))
	}
	r.sequences = sequencing{length, burnIn, size, make([]float32, r.T/length*r.N*size)}
}

// Remember is RolloutPart.Remember for the whole Rollout.
func (r *Rollout) Remember(memory []float32) { r.parts[0].Remember(memory) }

// SetValues is RolloutPart.SetValues for the whole Rollout.
func (r *Rollout) SetValues(value, final []float32) { r.parts[0].SetValues(value, final) }

// Remember stores the policy's memory [n, H] before the current step where a sequence or its
// burn-in begins. The row of an environment whose episode begins at the step may have any
// content.
func (p *RolloutPart) Remember(memory []float32) {
	s, t := &p.roll.sequences, p.t
	if s.memory == 0 {
		return
	}
	if t == 0 {
		s.store(0, p, memory)
	}
	if from := t + s.burnIn; from > 0 && from < p.roll.T && from%s.length == 0 {
		s.store(from/s.length, p, memory)
	}
}

// store stores the memory of part p before sequence c and its burn-in.
func (s *sequencing) store(c int, p *RolloutPart, memory []float32) {
	copy(s.stored[(c*p.roll.N+p.from)*s.memory:], memory)
}

// SetValues stores V [n] of the observations before the current step, and V of the final
// observations of the episodes that the step truncated, in the order of the environments. After
// the last step it stores V of the observations after the step.
func (p *RolloutPart) SetValues(value, final []float32) {
	copy(p.roll.Value[p.t*p.roll.N+p.from:], value)
	p.finalValues = append(p.finalValues, final...)
}

// StepsOf returns the rows of the steps of the sequences with the given indices, ordered by time:
// element t·K+j is the row of step t of sequence index[j]. It uses the memory of dst, or returns
// index if each step is a sequence.
func (r *Rollout) StepsOf(dst *[]int, index []int) []int {
	l := r.sequences.length
	if l == 1 {
		return index
	}
	return r.rowsFrom(dst, index, 0, l)
}

// rowsFrom returns the rows of the given number of steps of each sequence, ordered by time, from
// the sequence's step first on.
func (r *Rollout) rowsFrom(dst *[]int, index []int, first, steps int) []int {
	k := len(index)
	*dst = f32.Grow(*dst, steps*k)
	for j, s := range index {
		row := (s/r.N*r.sequences.length+first)*r.N + s%r.N
		for t := range steps {
			(*dst)[t*k+j] = row + t*r.N
		}
	}
	return *dst
}

// gatherMemory sets the fields of b that only a policy with memory needs. The steps of the
// sequences with the given indices are in the given rows.
func (r *Rollout) gatherMemory(b *Minibatch, index, rows []int) {
	s, burn := &r.sequences, &b.BurnIn
	b.Steps, b.First = s.length, r.gatherFirst(b.First, rows)
	b.Memory = f32.Grow(b.Memory, len(index)*s.memory)
	f32.Gather(b.Memory, s.stored, s.memory, index)
	burn.Steps, burn.Sequences, burn.rollout = s.burnIn, burn.Sequences[:0], burn.rollout[:0]
	if s.burnIn == 0 {
		return
	}
	for j, k := range index {
		if k >= r.N {
			burn.Sequences, burn.rollout = append(burn.Sequences, j), append(burn.rollout, k)
		}
	}
	burn.Memory = f32.Grow(burn.Memory, len(burn.rollout)*s.memory)
	f32.Gather(burn.Memory, s.stored, s.memory, burn.rollout)
	rows = r.rowsFrom(&burn.index, burn.rollout, -s.burnIn, s.burnIn)
	burn.Obs = f32.Grow(burn.Obs, len(rows)*r.obs.width)
	r.obs.gather(burn.Obs, rows)
	burn.First = r.gatherFirst(burn.First, rows)
}

// gatherFirst returns First of the given rows, in the memory of dst.
func (r *Rollout) gatherFirst(dst []bool, rows []int) []bool {
	dst = f32.Grow(dst, len(rows))
	for i, row := range rows {
		dst[i] = r.First[row]
	}
	return dst
}
