// Package tape differentiates float32 matrix expressions.
//
// Operations run at once and are recorded; Backward plays the record in
// reverse. Reset forgets the record but keeps its memory, so a training step
// of a given shape allocates only the first time. Every Var is a matrix
// [rows, cols], row-major. Mismatched shapes are bugs and panic with both.
package tape

import (
	"fmt"
	"slices"
)

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
	vector          // one row, of which Shape says nothing
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

// A Var is a matrix on a tape: an input, a parameter, or an operation's result.
// It is the tape's, and gone with its next Reset.
type Var struct {
	Rows, Cols int
	Value      []float32 // [Rows, Cols]
	Grad       []float32 // [Rows, Cols]; nil where no parameter is behind Value

	tape    *Tape
	op      op // nil for inputs and parameters
	a, b, c *Var
	f       Function  // of an Apply
	k, l    float32   // constants of the operation, if any
	buf     []float32 // memory behind Value and Grad, kept over Reset
}

// An op is one kind of operation, of no size: its operands and constants are
// in the Var. Its two directions stand side by side.
type op interface {
	forward(v *Var)  // sets v.Value
	backward(v *Var) // adds to the Grad of those of v's operands that have one
}

// A Tape records operations. It is not for concurrent use.
type Tape struct {
	vars []*Var
	n    int       // in use
	back bool      // Backward has run since the last Reset
	ice  bool      // parameters are constants
	err  error     // of the first Function to fail
	void []float32 // scratch, and where gradients go that nobody wants

	sharing sharing
}

// New returns an empty Tape.
func New() *Tape { return new(Tape) }

// Reset forgets every Var made since the last Reset.
func (t *Tape) Reset() { t.n, t.back = 0, false }

// Err returns the first error of a Function, which a Reset does not forget:
// one look after Backward is enough.
func (t *Tape) Err() error { return t.err }

// Const puts data, a matrix [rows, len(data)/rows], on the tape. It is not
// copied, and must not change before the tape is done with it.
func (t *Tape) Const(data []float32, rows int) *Var {
	if rows < 1 || len(data)%rows != 0 {
		panic(fmt.Sprintf("tape: Const of %d numbers in %d rows", len(data), rows))
	}
	v := t.push(rows, len(data)/rows)
	v.Value = data
	return v
}

// Blank puts a matrix on the tape whose values are yours to set: a constant in
// the tape's memory.
func (t *Tape) Blank(rows, cols int) *Var {
	v := t.push(rows, cols)
	v.allocate(false)
	return v
}

// Param puts p on the tape; Backward adds to p.Grad, unless the tape is frozen.
func (t *Tape) Param(p *Param) *Var {
	v := t.push(p.Rows, p.Cols)
	if v.Value = p.Value; !t.ice {
		v.Grad = p.Grad
	}
	return v
}

// Freeze says whether parameters that are put on the tape from now on are constants:
// gradients go through what is made of them, but not to them. Those of another
// engine's Function get theirs all the same.
func (t *Tape) Freeze(on bool) { t.ice = on }

// Backward adds d(v)/d(p) to the Grad of every parameter p that v, a 1×1
// matrix, depends on. It may be called once between two Resets.
func (v *Var) Backward() {
	if v.Rows*v.Cols != 1 {
		panic(fmt.Sprintf("tape: Backward from a %d×%d matrix, want 1×1", v.Rows, v.Cols))
	}
	if v.tape.back {
		panic("tape: Backward a second time since Reset")
	}
	v.tape.back = true
	if v.Grad == nil {
		return // of constants alone
	}
	v.Grad[0] = 1
	for i := v.tape.n - 1; i >= 0; i-- {
		if u := v.tape.vars[i]; u.op != nil && u.Grad != nil {
			u.op.backward(u)
		}
	}
}

// Scalar is the value of a 1×1 matrix.
func (v *Var) Scalar() float32 { return v.Value[0] }

// Detach returns v's present value as a constant: no gradient passes it.
func (v *Var) Detach() *Var { return v.tape.Const(v.Value, v.Rows) }

// Tape is the tape v is on.
func (v *Var) Tape() *Tape { return v.tape }

// push takes a Var off the free list. It has no Value yet.
func (t *Tape) push(rows, cols int) *Var {
	if t.n == len(t.vars) {
		t.vars = append(t.vars, &Var{tape: t})
	}
	v := t.vars[t.n]
	t.n++
	v.Rows, v.Cols, v.Grad, v.op = rows, cols, nil, nil // what else there is, is set or not looked at
	return v
}

// record runs an operation and puts it on the tape.
func (t *Tape) record(o op, rows, cols int, a, b, c *Var, k, l float32) *Var {
	v := t.push(rows, cols)
	v.op, v.a, v.b, v.c, v.k, v.l = o, a, b, c, k, l
	v.allocate(a.Grad != nil || b != nil && b.Grad != nil || c != nil && c.Grad != nil)
	o.forward(v)
	return v
}

// allocate gives v a Value, of whatever was there before, and where wanted a
// Grad of zeros.
func (v *Var) allocate(grad bool) {
	n := v.Rows * v.Cols
	need := n
	if grad {
		need = 2 * n
	}
	if cap(v.buf) < need {
		v.buf = make([]float32, need)
	}
	v.Value = v.buf[:n:n]
	if grad {
		v.Grad = v.buf[n:need]
		clear(v.Grad)
	}
}

func (v *Var) row(r int) []float32     { return v.Value[r*v.Cols : (r+1)*v.Cols] }
func (v *Var) gradRow(r int) []float32 { return v.Grad[r*v.Cols : (r+1)*v.Cols] }

// unwanted is room for n numbers that nobody wants afterwards.
func (t *Tape) unwanted(n int) []float32 {
	t.void = slices.Grow(t.void[:0], n)[:n]
	return t.void
}
