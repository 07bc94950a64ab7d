package nn

import (
	"slices"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/parallel"
)

// inferRows is the largest number of rows that a core computes in one pass through the layers. It
// limits the scratch memory.
const inferRows = 256

// inferFloats is about the number of floats in the widest outputs of such a pass. It limits the rows
// of a network for images.
const inferFloats = 1 << 19

// inference has the working data of Infer. The rows are divided into pieces, and each core
// computes one piece.
type inference struct {
	cores  *parallel.Pool
	rows   parallel.Rows
	y, x   []float32      // outputs and inputs of all rows
	past   Memory         // memory of all rows
	block  int            // rows of one pass
	hidden [][2][]float32 // two scratch buffers per piece: a stage reads one and writes the other

	lent   lender[[2][]float32] // the same for inferInside
	floats scratch              // inputs and outputs of a network inside another layer
}

// An inPlace layer changes each element or each row independently of the others, so y and x may
// be the same slice in a call of Infer. It has no scratch memory.
type inPlace interface{ inPlace() }

// outputBuffer is the buffer number that stands for y, the slice for the outputs of Infer.
const outputBuffer = -1

// assignBuffers chooses the buffer for each stage's outputs: the two hidden buffers in turn, and
// y for the last outputs. An inPlace layer overwrites its own input. It never overwrites x, which
// belongs to the caller.
func (m *Sequential) assignBuffers() {
	last := 0 // the last stage that is not inPlace; it writes to y, and later stages change y in place
	for i, s := range m.stages {
		if _, ok := s.Network.(inPlace); !ok {
			last = i
		}
	}
	m.block = inferRows
	for _, s := range m.stages {
		m.block = min(m.block, max(8, inferFloats/s.out))
	}
	buffer := outputBuffer
	for i := range m.stages {
		s := &m.stages[i]
		_, overwrites := s.Network.(inPlace)
		switch {
		case i >= last:
			buffer = outputBuffer
		case !overwrites || i == 0:
			buffer = (buffer + 1) % 2
		}
		s.buffer = buffer
	}
}

// Share sets the pool of cores for Infer. The cores compute different rows of a large batch. If a
// layer comes from another package, its Infer may use scratch memory. In that case the rows are
// not divided; only the layers themselves use the cores.
func (m *Sequential) Share(cores *parallel.Pool) {
	for _, s := range m.stages {
		Share(cores, s.Network)
	}
	if slices.ContainsFunc(m.stages, func(s stage) bool { return !isConcurrent(s.Network) }) {
		return
	}
	m.cores = cores
}

// isConcurrent reports whether several cores may call Infer of the layer n at the same time.
func isConcurrent(n Network) bool {
	switch n.(type) {
	case inPlace, concurrent, *linear:
		return true
	case *residual, *denseBlock, *parts: // and no layer of another package that embeds a Sequential
		for _, inside := range n.(container).inner() {
			if m, ok := inside.(*Sequential); ok && slices.ContainsFunc(m.inner(), func(n Network) bool { return !isConcurrent(n) }) {
				return false
			}
		}
		return true
	}
	return false
}

// A concurrent layer has an Infer that several cores may call at the same time, for different rows.
type concurrent interface{ concurrent() }

// Infer writes the same outputs as Forward in mode Inference, without a tape.
func (m *Sequential) Infer(y, x []float32, past Memory) {
	for len(m.hidden) < m.cores.Size() {
		m.hidden = append(m.hidden, [2][]float32{})
	}
	if len(x) == m.in { // a comparison, because the division below takes longer than a small layer
		m.inferRow(y[:m.out], x, past)
		return
	}
	m.y, m.x, m.past = y, x, past
	n := len(x) / m.in
	m.cores.RunRows(&m.rows, n, n*m.mulAdds, (*inferJob)(m))
}

// inferRow computes one row of outputs y from inputs x, like inferBlock with less overhead.
func (m *Sequential) inferRow(y, x []float32, past Memory) {
	hidden := &m.hidden[0]
	for k := range m.stages {
		s, to := &m.stages[k], y
		if b := s.buffer; b != outputBuffer {
			if cap(hidden[b]) < s.out {
				hidden[b] = make([]float32, s.out)
			}
			to = hidden[b][:s.out]
		}
		switch l := s.linear; { // without a method call, which would take longer than the rest of this loop
		case l == nil:
			s.Infer(to, x, past)
			past = past.After(s.memory)
		case l.out < minTransposed:
			f32.LinearRow(to, x, l.weight.Value, l.bias.Value, l.act)
		default:
			f32.DenseRow(to, x, l.weight.Value, l.bias.Value, l.act)
		}
		x = to
	}
}

// inferJob is the parallel.RowJob of Infer.
type inferJob Sequential

func (m *inferJob) DoRows(piece, from, to int) {
	for ; from < to; from += m.block {
		end := min(from+m.block, to)
		(*Sequential)(m).inferBlock(&m.hidden[piece], m.y[from*m.out:end*m.out], m.x[from*m.in:end*m.in], m.past.Slice(from, end), end-from)
	}
}

// inferBlock computes n rows of outputs y from inputs x, with the given scratch buffers.
func (m *Sequential) inferBlock(hidden *[2][]float32, y, x []float32, past Memory, n int) {
	for k := range m.stages {
		s, to := &m.stages[k], y
		if b := s.buffer; b != outputBuffer {
			hidden[b] = f32.Grow(hidden[b], n*s.out)
			to = hidden[b]
		}
		s.Infer(to, x, past)
		past = past.After(s.memory)
		x = to
	}
}

// inferInside is Infer for a Sequential inside another layer. Several cores may call it at the same
// time, if all layers are concurrent.
func (m *Sequential) inferInside(y, x []float32, past Memory) {
	hidden := m.lent.take(1)
	m.inferBlock(&hidden[0], y, x, past, len(x)/m.in)
	m.lent.give(hidden)
}
