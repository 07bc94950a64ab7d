// Package tape computes gradients of float32 matrix expressions by reverse-mode automatic
// differentiation.
//
// A [Tape] records operations. An operation on a [Var], such as x.Tanh(), computes its value
// immediately, and the tape records the operation. [Var.Backward] processes the recorded
// operations in reverse order, and adds gradients to the parameters, which are [Param] values:
//
//	y := t.Param(w).Square().Mean() // forward
//	y.Backward()                    // adds dy/dw to w.Grad
//	t.Reset()                       // before the next gradient step
//
// Reset removes the recorded operations but keeps the memory. So only the first of several equal
// gradient steps allocates memory. Every Var is a matrix [Rows, Cols], row-major. Mismatched
// shapes are bugs: an operation panics with both shapes. Other packages add operations with [Op]
// and [Tape.Record].
package tape

import (
	"fmt"
	"slices"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/parallel"
)

// A Var is a matrix on a tape: an input, a parameter, or the result of an operation. It
// belongs to the tape and is valid until the tape's next Reset.
type Var struct {
	Rows, Cols int
	Value      []float32 // [Rows, Cols]
	Grad       []float32 // [Rows, Cols] gradient; nil if Value depends on no parameter

	tape     *Tape
	op       Op     // operation that computed Value; nil for inputs and parameters
	in       []*Var // operands of op
	c        constants
	buf      []float32      // memory of Value and Grad, reused after a Reset
	kept     []float32      // memory of Keep, reused after a Reset
	places   []int32        // memory of a pool's places, reused after a Reset
	base     *Var           // Reshape: the Var whose memory this Var shares; otherwise nil
	begun    bool           // whether Grad has a gradient already; before that its elements are arbitrary
	setsGrad bool           // layers: whether Backward sets the gradient of the input instead of adding to it
	biasDone bool           // layers: whether the gradient of the bias is already added
	jobs     [shares]rowJob // the matrix products of op that several cores share: values, gradients of the inputs, gradients of the weight
}

// constants are the constant numbers of an operation of this package, besides its operands. The
// comment of each operation says what k, l and i mean.
type constants struct {
	k, l float32
	i    int
}

// An Op is a differentiable operation. An Op should be a pointer to constant data of a layer, for
// example the geometry of a convolution. Then Record allocates nothing, and the same Op can be
// recorded several times and on several tapes. Data of a single record belongs to its Var: see
// Var.Keep.
type Op interface {
	// Forward computes v.Value from the operands v.In(0), v.In(1), …. v.Value is already
	// allocated and has arbitrary elements, as v.Grad has until Backward.
	Forward(v *Var)

	// Backward computes the gradients of the operands from v.Grad, and adds them to the Grad of
	// each operand whose Grad is not nil. It may overwrite v.Grad.
	Backward(v *Var)
}

// A Tape records operations. Only one goroutine at a time may use it.
type Tape struct {
	vars    []*Var
	n       int       // number of vars in use
	back    bool      // whether Backward has run since the last Reset
	frozen  bool      // whether Param returns constants
	err     error     // first error of an Op
	scratch []float32 // temporary numbers, and gradients that nothing reads

	cores *parallel.Pool // cores for large matrix products
}

// New returns an empty Tape.
func New() *Tape { return new(Tape) }

// Reset removes every Var from the tape, and keeps the memory for the next Vars.
func (t *Tape) Reset() { t.n, t.back = 0, false }

// Fail sets the error that Err returns, if there is no earlier error. An Op whose computation
// fails calls it. Fail(nil) does nothing.
func (t *Tape) Fail(err error) {
	if t.err == nil {
		t.err = err
	}
}

// Err returns the first error of an Op. A Reset keeps the error, so it is enough to call
// Err once, after Backward.
func (t *Tape) Err() error { return t.err }

// Const returns data as a constant matrix [rows, len(data)/rows] on the tape. The tape does
// not copy data, so data must not change before the next Reset.
func (t *Tape) Const(data []float32, rows int) *Var {
	if rows < 1 || len(data)%rows != 0 {
		panic(fmt.Sprintf("tape: Const of %d numbers in %d rows", len(data), rows))
	}
	v := t.push(rows, len(data)/rows)
	v.Value = data
	return v
}

// Blank returns a constant matrix [rows, cols] in the tape's memory. Its elements are arbitrary,
// and the caller must set them.
func (t *Tape) Blank(rows, cols int) *Var {
	v := t.push(rows, cols)
	v.allocate(false)
	return v
}

// Param returns the parameter p as a Var on the tape. Backward adds to p.Grad, except on a frozen
// tape.
func (t *Tape) Param(p *Param) *Var {
	v := t.push(p.Rows, p.Cols)
	if v.Value = p.Value; !t.frozen {
		v.Grad, v.begun = p.Grad, true
	}
	return v
}

// Freeze sets whether later calls of Param return constants (true) or trainable parameters
// (false). A network of constants still passes gradients to its inputs.
func (t *Tape) Freeze(on bool) { t.frozen = on }

// Backward adds the gradient dv/dp to the Grad of every parameter p on which v depends. v must be
// a 1×1 matrix. Backward may be called only once between two Resets.
func (v *Var) Backward() {
	if v.Rows*v.Cols != 1 {
		panic(fmt.Sprintf("tape: Backward from a %d×%d matrix, want 1×1", v.Rows, v.Cols))
	}
	if v.tape.back {
		panic("tape: Backward a second time since Reset")
	}
	v.tape.back = true
	if v.Grad == nil {
		return // v depends on no parameter
	}
	v.beginGrad()
	v.Grad[0] = 1
	for i := v.tape.n - 1; i >= 0; i-- {
		if u := v.tape.vars[i]; u.op != nil && u.Grad != nil {
			u.beginGrads()
			u.op.Backward(u)
		}
	}
}

// beginGrads sets the gradients of v and its operands to zeros, if nothing was added to them yet.
// But the gradient of a layer's input needs no zeros: the layer sets it instead of adding to it.
func (v *Var) beginGrads() {
	v.beginGrad()
	x := v.in[0]
	for x.base != nil {
		x = x.base
	}
	v.setsGrad = x.Grad != nil && !x.begun && setsGrad(v.op) && !slices.Contains(v.in[1:], x)
	if v.setsGrad {
		x.begun = true
	}
	for _, u := range v.in {
		u.beginGrad()
	}
}

// beginGrad sets the gradient of v to zeros, if it has one and nothing was added to it yet.
func (v *Var) beginGrad() {
	for v.base != nil {
		v = v.base
	}
	if v.Grad != nil && !v.begun {
		v.begun = true
		clear(v.Grad)
	}
}

// Scalar returns the value of a 1×1 matrix.
func (v *Var) Scalar() float32 { return v.Value[0] }

// Detach returns v's value as a constant, through which no gradient flows. The constant and v
// share the memory of the value.
func (v *Var) Detach() *Var { return v.tape.Const(v.Value, v.Rows) }

// Tape returns the tape of v.
func (v *Var) Tape() *Tape { return v.tape }

// push returns the next Var of the tape, without a Value. It reuses the Vars that a Reset has
// removed.
func (t *Tape) push(rows, cols int) *Var {
	if t.n == len(t.vars) {
		t.vars = append(t.vars, &Var{tape: t})
	}
	v := t.vars[t.n]
	t.n++
	v.Rows, v.Cols, v.Grad, v.op, v.base, v.begun = rows, cols, nil, nil, nil, false // the other fields are set later, or not read
	return v
}

// Record applies the operation op to the operands, records it, and returns the result [rows,
// cols]. The result has a Grad if an operand has a Grad.
func (t *Tape) Record(op Op, rows, cols int, in ...*Var) *Var {
	return t.record(op, constants{}, rows, cols, in...)
}

// record is Record for an operation of this package, which can have constants.
func (t *Tape) record(op Op, c constants, rows, cols int, in ...*Var) *Var {
	v := t.push(rows, cols)
	v.op, v.c, v.in = op, c, append(v.in[:0], in...)
	needsGrad := false
	for _, u := range in {
		needsGrad = needsGrad || u.Grad != nil
	}
	v.allocate(needsGrad)
	op.Forward(v)
	return v
}

// In returns operand i of the operation that computed v.
func (v *Var) In(i int) *Var { return v.in[i] }

// Op returns the operation that computed v; nil for inputs and parameters.
func (v *Var) Op() Op { return v.op }

// Keep returns memory for n numbers, which Forward writes and Backward reads. Both must call Keep
// with the same n. Before Forward writes them, the numbers are arbitrary. Only one goroutine may
// make the first call; after it several cores may call Keep at the same time.
func (v *Var) Keep(n int) []float32 {
	if len(v.kept) != n { // no write in a later call, because other cores may read v.kept
		v.kept = f32.Grow(v.kept, n)
	}
	return v.kept
}

// allocate sets v.Value to memory with arbitrary elements. If grad is true, it does the same with
// v.Grad.
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
	}
}

func (v *Var) row(r int) []float32     { return v.Value[r*v.Cols : (r+1)*v.Cols] }
func (v *Var) gradRow(r int) []float32 { return v.Grad[r*v.Cols : (r+1)*v.Cols] }

// scratchFloats returns n temporary numbers, valid until the next call.
func (t *Tape) scratchFloats(n int) []float32 {
	t.scratch = f32.Grow(t.scratch, n)
	return t.scratch
}
