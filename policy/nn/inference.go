package nn

import (
	"slices"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/parallel"
)

// inferRows is how many rows a core infers at a time, which bounds its scratch.
const inferRows = 256

// inference is what Infer works with: each core infers some of the rows.
type inference struct {
	cores  *parallel.Pool
	y, x   []float32      // all rows
	n      int            // how many
	step   int            // in a piece
	hidden [][2][]float32 // scratch of each piece: what a layer reads, what it writes
}

// An inPlace layer changes each element or each row by itself: its Infer may be given one
// slice as both y and x. It has no scratch.
type inPlace interface{ inPlace() }

// result is the place of y.
const result = -1

// places decides where Infer writes each stage's result: to one of two hidden slices, in
// turns, or to y. A layer that can work in place does so, but not on x.
func (m *Sequential) places() {
	last := 0 // to write to other memory than it reads; what follows works on y
	for i, s := range m.stages {
		if _, ok := s.Network.(inPlace); !ok {
			last = i
		}
	}
	at := result
	for i := range m.stages {
		s := &m.stages[i]
		_, stays := s.Network.(inPlace)
		switch {
		case i >= last:
			at = result
		case !stays || i == 0:
			at = (at + 1) % 2
		}
		s.place = at
	}
}

// Share has several cores infer many rows. Where a layer is not of this package, and may
// have scratch, the layers share alone.
func (m *Sequential) Share(cores *parallel.Pool) {
	for _, s := range m.stages {
		Share(cores, s.Network)
	}
	if slices.ContainsFunc(m.stages, func(s stage) bool { return !ours(s.Network) }) {
		return
	}
	m.cores = cores
}

// ours reports whether several cores can call a layer's Infer at once.
func ours(n Network) bool {
	if _, ok := n.(inPlace); ok {
		return true
	}
	_, ok := n.(*linear)
	return ok
}

// Infer writes what Forward would in Use, without a tape.
func (m *Sequential) Infer(y, x []float32) {
	for len(m.hidden) < m.cores.Size() {
		m.hidden = append(m.hidden, [2][]float32{})
	}
	if len(x) == m.in { // spares the division, which takes longer than a small layer
		m.inferBlock(0, y[:m.out], x, 1)
		return
	}
	m.y, m.x, m.n = y, x, len(x)/m.in
	var pieces int
	if pieces, m.step = m.cores.Rows(m.n, m.n*m.mulAdds); pieces == 1 {
		(*inferring)(m).Do(0)
		return
	}
	m.cores.Run(pieces, (*inferring)(m))
}

// inferring is the Job of Infer: a piece is some of the rows.
type inferring Sequential

// Do infers the rows of piece i.
func (m *inferring) Do(i int) {
	end := min((i+1)*m.step, m.n)
	for from := i * m.step; from < end; from += inferRows {
		to := min(from+inferRows, end)
		(*Sequential)(m).inferBlock(i, m.y[from*m.out:to*m.out], m.x[from*m.in:to*m.in], to-from)
	}
}

// inferBlock infers n rows with the scratch of the i-th piece.
func (m *Sequential) inferBlock(i int, y, x []float32, n int) {
	hidden := &m.hidden[i]
	for k := range m.stages {
		s, to := &m.stages[k], y
		if p := s.place; p != result {
			hidden[p] = f32.Grow(hidden[p], n*s.out)
			to = hidden[p]
		}
		s.Infer(to, x)
		x = to
	}
}
