// Package tape differentiates float32 matrix expressions.
//
// Operations run at once and are recorded; Backward plays the record in
// reverse. Reset forgets the record but keeps its memory, so a training step
// of a given shape allocates only the first time. Every Var is a matrix
// [rows, cols], row-major. Mismatched shapes are bugs and panic with both.
package tape

import (
	"fmt"

	"github.com/rlrun/rlrun/policy/f32"
)

// A Var is a matrix on a tape: an input, a parameter, or an operation's result.
// It is the tape's, and gone with its next Reset.
type Var struct {
	Rows, Cols int
	Value      []float32 // [Rows, Cols]
	Grad       []float32 // [Rows, Cols]; nil where no parameter is behind Value

	tape *Tape
	op   Op     // nil for inputs and parameters
	in   []*Var // operands
	c    constants
	buf  []float32 // memory behind Value and Grad, kept over Reset
	kept []float32 // memory of Keep, kept over Reset
}

// constants are the numbers that an operation of this package has besides its operands.
type constants struct {
	k, l float32
	i    int
}

// An Op is an operation, its two directions side by side. It is best a pointer to what
// never changes and belongs to a layer, like the geometry of a convolution: recording it
// allocates nothing, and it may be on several tapes, several times. What one application
// remembers belongs to its Var: see Var.Keep.
type Op interface {
	// Forward sets v.Value, whose memory is there with anything in it, for the operands.
	Forward(v *Var)

	// Backward adds to the Grad of each operand that has one, for v.Grad. It may
	// overwrite v.Grad.
	Backward(v *Var)
}

// A Tape records operations. It is not for concurrent use.
type Tape struct {
	vars   []*Var
	n      int       // in use
	back   bool      // Backward has run since the last Reset
	frozen bool      // parameters are constants
	err    error     // of the first Op to fail
	void   []float32 // scratch, and where gradients go that nobody wants

	sharing sharing
}

// New returns an empty Tape.
func New() *Tape { return new(Tape) }

// Reset forgets every Var made since the last Reset.
func (t *Tape) Reset() { t.n, t.back = 0, false }

// Fail has Err return err, if it is the first error. An Op that can fail calls it; nil is
// no error.
func (t *Tape) Fail(err error) {
	if t.err == nil {
		t.err = err
	}
}

// Err returns the first error of an Op, which a Reset does not forget: one look after
// Backward is enough.
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
	if v.Value = p.Value; !t.frozen {
		v.Grad = p.Grad
	}
	return v
}

// Freeze says whether parameters that are put on the tape from now on are constants:
// gradients go through what is made of them, but not to them.
func (t *Tape) Freeze(on bool) { t.frozen = on }

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
			u.op.Backward(u)
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

// Record runs an operation on operands and returns its result [rows, cols]. The result
// has a gradient if an operand has one.
func (t *Tape) Record(op Op, rows, cols int, in ...*Var) *Var {
	return t.record(op, constants{}, rows, cols, in...)
}

// record is Record of an operation with constants.
func (t *Tape) record(op Op, c constants, rows, cols int, in ...*Var) *Var {
	v := t.push(rows, cols)
	v.op, v.c, v.in = op, c, append(v.in[:0], in...)
	wanted := false
	for _, u := range in {
		wanted = wanted || u.Grad != nil
	}
	v.allocate(wanted)
	op.Forward(v)
	return v
}

// In returns the i-th operand.
func (v *Var) In(i int) *Var { return v.in[i] }

// Op returns the operation; nil for inputs and parameters.
func (v *Var) Op() Op { return v.op }

// Keep returns n numbers that belong to this application of an operation: what its
// Forward writes there, its Backward finds there if it asks for as many. At first there
// may be anything in them. Several cores may use them once Keep has been called.
func (v *Var) Keep(n int) []float32 {
	v.kept = f32.Grow(v.kept, n)
	return v.kept
}

// allocate gives v a Value, of whatever was there before, and where wanted a
// Grad of zeros.
func (v *Var) allocate(grad bool) {
	n := v.Rows * v.Cols
	need := n
	if grad {
		need = 2 * n
	}
	v.buf = f32.Grow(v.buf, need)
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
	t.void = f32.Grow(t.void, n)
	return t.void
}
