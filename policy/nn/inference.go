package nn

import (
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/parallel"
)

// inferRows is how many rows a core infers at a time, which bounds its scratch.
const inferRows = 256

// A Sharer can have several cores do its larger work, to the same bytes. A stopped
// Pool is as good as none.
type Sharer interface{ Share(cores *parallel.Pool) }

// Share has the networks share that can.
func Share(cores *parallel.Pool, nets ...Network) {
	for _, n := range nets {
		if s, ok := n.(Sharer); ok {
			s.Share(cores)
		}
	}
}

// inference is what Infer works with: each core infers some of the rows.
type inference struct {
	cores  *parallel.Pool
	piece  func(i int)
	y, x   []float32      // all rows
	n      int            // how many
	step   int            // in a piece
	hidden [][2][]float32 // scratch of each piece: what a layer reads, what it writes
}

// Share has several cores infer many rows.
func (m *MLP) Share(cores *parallel.Pool) {
	if m.cores = cores; m.piece == nil {
		m.piece = m.inferPiece
	}
}

// Infer writes what Forward would, without a tape.
func (m *MLP) Infer(y, x []float32) {
	in, out := m.layers[0].in, m.layers[len(m.layers)-1].out
	for len(m.hidden) < m.cores.Size() {
		m.hidden = append(m.hidden, [2][]float32{})
	}
	if len(x) == in { // spares the division, which takes longer than a small layer
		m.inferBlock(0, y[:out], x, 1)
		return
	}
	m.y, m.x, m.n = y, x, len(x)/in
	var pieces int
	if pieces, m.step = m.cores.Rows(m.n, m.n*m.multiplications()); pieces == 1 {
		m.inferPiece(0)
		return
	}
	m.cores.Run(pieces, parallel.Func(m.piece))
}

// multiplications is how many a row takes.
func (m *MLP) multiplications() (n int) {
	for _, l := range m.layers {
		n += l.in * l.out
	}
	return n
}

// inferPiece infers the i-th rows.
func (m *MLP) inferPiece(i int) {
	in, out := m.layers[0].in, m.layers[len(m.layers)-1].out
	end := min((i+1)*m.step, m.n)
	for from := i * m.step; from < end; from += inferRows {
		to := min(from+inferRows, end)
		m.inferBlock(i, m.y[from*out:to*out], m.x[from*in:to*in], to-from)
	}
}

// inferBlock infers n rows with the scratch of the i-th piece.
func (m *MLP) inferBlock(i int, y, x []float32, n int) {
	last, hidden := len(m.layers)-1, &m.hidden[i]
	for k, l := range m.layers[:last] {
		hidden[k%2] = f32.Grow(hidden[k%2], n*l.out)
		l.infer(hidden[k%2], x, n)
		x = hidden[k%2]
	}
	m.layers[last].infer(y, x, n)
}
