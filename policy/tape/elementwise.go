package tape

import (
	"fmt"

	"github.com/rlrun/rlrun/policy/f32"
)

// unary records an operation on each element of a, with the constants k and l.
func (a *Var) unary(op Op, k, l float32) *Var {
	return a.tape.record(op, constants{k: k, l: l}, a.Rows, a.Cols, a)
}

// binary records an operation on pairs of elements of a and b. If b has one row, the row is used
// for every row of a.
func (a *Var) binary(name string, op Op, b *Var) *Var {
	if b.Cols != a.Cols || b.Rows != a.Rows && b.Rows != 1 {
		panic(fmt.Sprintf("tape: %s of %d×%d and %d×%d", name, a.Rows, a.Cols, b.Rows, b.Cols))
	}
	return a.tape.record(op, constants{}, a.Rows, a.Cols, a, b)
}

// Add returns a + b. If b has one row, the row is added to every row of a.
func (a *Var) Add(b *Var) *Var { return a.binary("Add", add{}, b) }

// Sub returns a - b. If b has one row, the row is subtracted from every row of a.
func (a *Var) Sub(b *Var) *Var { return a.binary("Sub", sub{}, b) }

// Mul returns the elementwise product a ∘ b. If b has one row, every row of a is multiplied by
// the row.
func (a *Var) Mul(b *Var) *Var { return a.binary("Mul", mul{}, b) }

// Min returns the elementwise min(a, b). Where the elements are equal, a and b each get half of
// the gradient, as in PyTorch. If b has one row, every row of a is compared with the row.
func (a *Var) Min(b *Var) *Var { return a.binary("Min", minimum{}, b) }

// Scale returns k a.
func (a *Var) Scale(k float32) *Var { return a.unary(affine{}, k, 0) }

// AddK returns a + k.
func (a *Var) AddK(k float32) *Var { return a.unary(affine{}, 1, k) }

// Neg returns -a.
func (a *Var) Neg() *Var { return a.unary(affine{}, -1, 0) }

// Square returns the elementwise a².
func (a *Var) Square() *Var { return a.unary(square{}, 0, 0) }

// Clip returns min(max(a, low), high). The gradient is 0 for an element outside [low, high].
func (a *Var) Clip(low, high float32) *Var { return a.unary(clip{}, low, high) }

// Exp returns eᵃ.
func (a *Var) Exp() *Var { return a.unary(exponential{}, 0, 0) }

// Log returns ln a, element by element. All elements must be above 0.
func (a *Var) Log() *Var { return a.unary(logarithm{}, 0, 0) }

// Activate returns act(a).
func (a *Var) Activate(act f32.Activation) *Var {
	return a.tape.record(activate{}, constants{i: int(act)}, a.Rows, a.Cols, a)
}

// Tanh returns tanh a.
func (a *Var) Tanh() *Var { return a.Activate(f32.TanhAct) }

// ReLU returns max(a, 0). At 0 the gradient is 0.
func (a *Var) ReLU() *Var { return a.Activate(f32.ReLUAct) }

// Sigmoid returns 1 / (1 + e⁻ᵃ).
func (a *Var) Sigmoid() *Var { return a.Activate(f32.SigmoidAct) }

// Softplus returns log(1 + eᵃ).
func (a *Var) Softplus() *Var { return a.Activate(f32.SoftplusAct) }

// parts returns the number of parts of v for an operation with a second operand. There is one
// part if the second operand has the shape of v, and one part per row of v if the second operand
// is a single row.
func (v *Var) parts() int { return v.Rows / v.in[1].Rows }

// part returns part i of x. x is a slice with the length of v.Value.
func (v *Var) part(x []float32, i int) []float32 {
	n := len(v.in[1].Value)
	return x[i*n : (i+1)*n]
}

type add struct{}

func (add) Forward(v *Var) {
	a, b := v.in[0], v.in[1]
	for i := range v.parts() {
		f32.Add(v.part(v.Value, i), v.part(a.Value, i), b.Value)
	}
}

func (add) Backward(v *Var) {
	a, b := v.in[0], v.in[1]
	if a.Grad != nil {
		f32.AddTo(a.Grad, v.Grad)
	}
	if b.Grad != nil {
		for i := range v.parts() {
			f32.AddTo(b.Grad, v.part(v.Grad, i))
		}
	}
}

type sub struct{}

func (sub) Forward(v *Var) {
	a, b := v.in[0], v.in[1]
	for i := range v.parts() {
		f32.Sub(v.part(v.Value, i), v.part(a.Value, i), b.Value)
	}
}

func (sub) Backward(v *Var) {
	a, b := v.in[0], v.in[1]
	if a.Grad != nil {
		f32.AddTo(a.Grad, v.Grad)
	}
	if b.Grad != nil {
		for i := range v.parts() {
			f32.SubFrom(b.Grad, v.part(v.Grad, i))
		}
	}
}

type mul struct{}

func (mul) Forward(v *Var) {
	a, b := v.in[0], v.in[1]
	for i := range v.parts() {
		f32.Mul(v.part(v.Value, i), v.part(a.Value, i), b.Value)
	}
}

func (mul) Backward(v *Var) {
	a, b := v.in[0], v.in[1]
	for i := range v.parts() {
		g := v.part(v.Grad, i)
		if a.Grad != nil {
			f32.MulAdd(v.part(a.Grad, i), g, b.Value)
		}
		if b.Grad != nil {
			f32.MulAdd(b.Grad, g, v.part(a.Value, i))
		}
	}
}

type minimum struct{}

func (minimum) Forward(v *Var) {
	a, b := v.in[0], v.in[1]
	for i := range v.parts() {
		f32.Min(v.part(v.Value, i), v.part(a.Value, i), b.Value)
	}
}

func (minimum) Backward(v *Var) {
	a, b := v.in[0], v.in[1]
	for i := range v.parts() {
		g, x, y := v.part(v.Grad, i), v.part(a.Value, i), b.Value
		if a.Grad != nil {
			f32.MinGrad(v.part(a.Grad, i), g, x, y)
		}
		if b.Grad != nil {
			f32.MinGrad(b.Grad, g, y, x)
		}
	}
}

// affine is the operation k a + l.
type affine struct{}

func (affine) Forward(v *Var)  { f32.Affine(v.Value, v.c.k, v.in[0].Value, v.c.l) }
func (affine) Backward(v *Var) { f32.Axpy(v.in[0].Grad, v.c.k, v.Grad) }

type square struct{}

func (square) Forward(v *Var) { f32.Mul(v.Value, v.in[0].Value, v.in[0].Value) }

func (square) Backward(v *Var) {
	a := v.in[0]
	f32.MulAdd(a.Grad, v.Grad, a.Value)
	f32.MulAdd(a.Grad, v.Grad, a.Value)
}

// clip is the operation min(max(a, k), l).
type clip struct{}

func (clip) Forward(v *Var) { f32.Clip(v.Value, v.in[0].Value, v.c.k, v.c.l) }

func (clip) Backward(v *Var) { f32.ClipGrad(v.in[0].Grad, v.Grad, v.in[0].Value, v.c.k, v.c.l) }

type exponential struct{}

func (exponential) Forward(v *Var)  { f32.Exp(v.Value, v.in[0].Value) }
func (exponential) Backward(v *Var) { f32.MulAdd(v.in[0].Grad, v.Grad, v.Value) }

type logarithm struct{}

func (logarithm) Forward(v *Var) { f32.Log(v.Value, v.in[0].Value) }

func (logarithm) Backward(v *Var) {
	a := v.in[0]
	for i, x := range a.Value {
		a.Grad[i] += v.Grad[i] / x
	}
}
