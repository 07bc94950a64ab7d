package tape

import "fmt"

// A Param is a learned matrix, with its gradient.
type Param struct {
	Name        string    // name as in PyTorch, for example actor.0.weight
	Rows, Cols  int       // shape in memory; a vector has one row
	Value, Grad []float32 // [Rows, Cols]
	form        form
}

// A form is the relation between a Param's Shape and its Rows and Cols.
type form uint8

const (
	matrix     form = iota // Shape is [Rows, Cols]
	vector                 // Shape is [Cols]; there is one row
	transposed             // Shape is [Cols, Rows]
)

// NewParam returns a Param [rows, cols] of zeros.
func NewParam(name string, rows, cols int) *Param {
	n := rows * cols
	return &Param{name, rows, cols, make([]float32, n), make([]float32, n), matrix}
}

// NewVector returns a Param of n zeros with the Shape [n], for example a bias.
func NewVector(name string, n int) *Param {
	p := NewParam(name, 1, n)
	p.form = vector
	return p
}

// NewTransposed returns a Param of zeros with the Shape [cols, rows]. In a file it is a [cols,
// rows] matrix. In memory it is the transposed matrix [rows, cols], which is faster. The weights
// of Dense are transposed parameters.
func NewTransposed(name string, rows, cols int) *Param {
	p := NewParam(name, rows, cols)
	p.form = transposed
	return p
}

// Shape returns the shape of the parameter in files: [Rows, Cols], or [Cols] for a vector,
// or [Cols, Rows] for a transposed parameter.
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

// Export writes p.Value to dst, as a row-major matrix with the shape that Shape returns.
func (p *Param) Export(dst []float32) { p.reorder(dst, p.Value, false) }

// Import sets p.Value from src, a row-major matrix with the shape that Shape returns.
func (p *Param) Import(src []float32) { p.reorder(p.Value, src, true) }

// reorder copies src to dst, and transposes the matrix if p is transposed. If importing is true,
// src has the shape that Shape returns; otherwise dst has this shape.
func (p *Param) reorder(dst, src []float32, importing bool) {
	if len(dst) != len(src) {
		panic(fmt.Sprintf("tape: %s has %d elements, not %d", p.Name, len(p.Value), len(dst)+len(src)-len(p.Value)))
	}
	rows, cols := p.Rows, p.Cols
	switch {
	case p.form != transposed:
		copy(dst, src)
		return
	case importing:
		rows, cols = cols, rows
	}
	for i := range rows {
		for j := range cols {
			dst[j*rows+i] = src[i*cols+j]
		}
	}
}

// Clone returns a Param with the same name and value, and a gradient of zeros.
func (p *Param) Clone() *Param {
	c := NewParam(p.Name, p.Rows, p.Cols)
	c.form = p.form
	copy(c.Value, p.Value)
	return c
}
