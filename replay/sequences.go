package replay

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
)

// A SequenceShape describes the sequences from which an agent with memory learns. A sequence has
// burn-in steps, learned steps, and the steps that the targets of the last learned steps need.
type SequenceShape struct {
	BurnIn     int     // steps before the learned steps, in which the networks only bring their memory up to date
	Length     int     // learned steps
	N          int     // steps of an n-step return
	Stride     int     // steps of an environment between the starts of two sequences
	Gamma      float32 // discount γ
	MemorySize int     // floats of the policy's memory in one environment
}

// Rows returns the number of observations in a sequence: one more than its steps.
func (s SequenceShape) Rows() int { return s.BurnIn + s.Length + s.N }

// Sequences is a Store of the sequences in a Ring, for agents whose networks have memory. The
// sequences of an environment overlap: one starts every Stride steps. With each start Sequences
// keeps the memory that the policy had there. Kapturowski et al. 2019, "Recurrent experience
// replay in distributed reinforcement learning" (R2D2), section 2.3.
//
// A step of this Store is the start of a complete sequence. So any Sampler can sample sequences.
// A sequence may have the end of an episode and the start of the next one inside.
type Sequences struct {
	*Ring
	shape  SequenceShape
	memory []float32 // [starts, N, MemorySize] memory at the starts; start i·Stride has the index i modulo starts
	starts int       // number of starts for which memory is kept
	layout sequenceLayout
}

var _ Recorder = (*Sequences)(nil)

// NewSequences returns a Store of sequences of the given shape in the empty Ring r. It is an error
// if the Ring is too small for one sequence, or if it would take too much memory.
func NewSequences(r *Ring, shape SequenceShape) (*Sequences, error) {
	steps := r.limit
	if need := shape.Rows() + shape.Stride - 2; steps < need {
		return nil, fmt.Errorf("replay: buffer_size is %d, want %d or more: %d environments with sequences of %d steps (burn_in, sequence_length and n_steps), one of which starts every %d steps",
			steps*r.n, need*r.n, r.n, shape.Rows()-1, shape.Stride)
	}
	starts := r.slots/shape.Stride + 2
	if perStart := 4 * r.n * max(shape.MemorySize, 1); starts > maxBytes/perStart {
		return nil, fmt.Errorf("replay: the memory of the policy at %d starts of sequences takes %d bytes each, want at most %d bytes together: a larger sequence_stride or a smaller buffer_size",
			starts, perStart, maxBytes)
	}
	return &Sequences{Ring: r, shape: shape, memory: make([]float32, starts*r.n*shape.MemorySize), starts: starts}, nil
}

// Bytes returns the memory [bytes] that Sequences of this shape need besides the Ring, for capacity
// transitions.
func (s SequenceShape) Bytes(capacity int) int { return 4 * s.MemorySize * (capacity/s.Stride + 2) }

// Remember keeps the memory [N, MemorySize] that the policy has before the next step, if a sequence
// starts there. Rows of zeros belong to environments whose episodes start there.
func (q *Sequences) Remember(memory []float32) {
	if q.steps%q.shape.Stride == 0 {
		copy(q.memoryAt(q.steps), memory)
	}
}

// memoryAt returns the memory [N, MemorySize] at the start with the given step index.
func (q *Sequences) memoryAt(step int) []float32 {
	size := q.n * q.shape.MemorySize
	i := step / q.shape.Stride % q.starts
	return q.memory[i*size : (i+1)*size]
}

// Add stores one step of every environment, as Ring.Add does. It calls s.Stored for each start
// whose sequence became complete, and for each start that was removed.
func (q *Sequences) Add(act []float32, res *env.Result, s Sampler) {
	before := q.firstStart()
	q.Ring.Add(act, res, Uniform{})
	if after := q.firstStart(); after != before {
		q.tell(s, before, false)
	}
	if last := q.steps - q.shape.Rows() + 1; last >= 0 && last%q.shape.Stride == 0 {
		q.tell(s, last, true)
	}
}

// tell calls s.Stored for the sequences that start at the given step index.
func (q *Sequences) tell(s Sampler, step int, kept bool) {
	from := step % q.slots * q.n
	for i := range q.n {
		s.Stored(from+i, kept)
	}
}

// firstStart returns the step index of the oldest start in the Ring, or after its last step.
func (q *Sequences) firstStart() int {
	return (q.steps - q.kept + q.shape.Stride - 1) / q.shape.Stride * q.shape.Stride
}

// Len returns the number of complete sequences.
func (q *Sequences) Len() int {
	last := q.steps - q.shape.Rows() + 1
	return max(0, (last-q.firstStart()+q.shape.Stride)/q.shape.Stride) * q.n
}

// Row returns the row of the first step of sequence j, where 0 is the oldest sequence.
func (q *Sequences) Row(j int) int {
	step := q.firstStart() + j/q.n*q.shape.Stride
	return step%q.slots*q.n + j%q.n
}

// memoryOf returns the memory [MemorySize] at the start of the sequence that begins in the given row.
func (q *Sequences) memoryOf(row int) []float32 {
	slot, i := row/q.n, row%q.n
	step := q.steps - (q.head+q.slots-slot)%q.slots
	return f32.Row(q.memoryAt(step), i, q.shape.MemorySize)
}

// State saves or loads the Ring and the memory at the starts of sequences.
func (q *Sequences) State(s *state.State) {
	q.Ring.State(s)
	s.Section("sequences", 1)
	stride := q.shape.Stride
	from, to := q.firstStart()/stride, (q.steps+stride-1)/stride
	s.Records("memory", &from, &to, q.starts, q.appendMemory, q.readMemory)
}

// appendMemory encodes the memory at start i and appends the bytes to dst.
func (q *Sequences) appendMemory(dst []byte, i int) []byte {
	return appendFloats(dst, q.memoryAt(i*q.shape.Stride))
}

// readMemory decodes the memory at start i from the start of src. It returns the rest of src.
func (q *Sequences) readMemory(src []byte, i int) (rest []byte, err error) {
	return readFloats(src, q.memoryAt(i*q.shape.Stride))
}
