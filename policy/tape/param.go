package tape

import "fmt"

// A Param is a matrix that is learned.
type Param struct {
	Name        string    // as PyTorch would call it: actor.0.weight
	Rows, Cols  int       // a vector has one row
	Value, Grad []float32 // [Rows, Cols]
	form        form
}

// A form is how a Param's matrix and its Shape go together.
type form uint8

const (
	matrix     form = iota
	vector          // one row; Shape says [Cols]
	transposed      // Shape says [Cols, Rows]
)

// NewParam returns a Param of zeros.
func NewParam(name string, rows, cols int) *Param {
	n := rows * cols
	return &Param{name, rows, cols, make([]float32, n), make([]float32, n), matrix}
}

// NewVector returns a Param of n zeros whose shape is [n], as a bias has it.
func NewVector(name string, n int) *Param {
	p := NewParam(name, 1, n)
	p.form = vector
	return p
}

// NewTransposed returns a Param of zeros whose Shape is [cols, rows]: one that
// the world knows as a [cols, rows] matrix, but that is computed with, and kept
// in memory, as its transpose. It is what Dense's weights are.
func NewTransposed(name string, rows, cols int) *Param {
	p := NewParam(name, rows, cols)
	p.form = transposed
	return p
}

// Shape is what the parameter is to the world, as in a file: [Rows, Cols],
// [Cols] for a vector, and [Cols, Rows] for a transposed one.
func (p *Param) Shape() []int {
	switch p.form {
	case vector:
		return []int{p.Cols}
	case transposed:
		return []int{p.Cols, p.Rows}
	}
	return []int{p.Rows, p.Cols}
}

// Transposed reports whether Shape is [Cols, Rows].
func (p *Param) Transposed() bool { return p.form == transposed }

// Export writes p's value to dst as Shape has it.
func (p *Param) Export(dst []float32) { p.reorder(dst, p.Value, false) }

// Import sets p's value to src, which is as Shape has it.
func (p *Param) Import(src []float32) { p.reorder(p.Value, src, true) }

// reorder copies p's value, or one like it, between the two orders.
func (p *Param) reorder(dst, src []float32, in bool) {
	if len(dst) != len(src) {
		panic(fmt.Sprintf("tape: %s has %d numbers, not %d", p.Name, len(p.Value), len(dst)+len(src)-len(p.Value)))
	}
	rows, cols := p.Rows, p.Cols
	switch {
	case p.form != transposed:
		copy(dst, src)
		return
	case in:
		rows, cols = cols, rows
	}
	for i := range rows {
		for j := range cols {
			dst[j*rows+i] = src[i*cols+j]
		}
	}
}

// Clone returns a copy of p's value, without its gradient.
func (p *Param) Clone() *Param {
	c := NewParam(p.Name, p.Rows, p.Cols)
	c.form = p.form
	copy(c.Value, p.Value)
	return c
}
