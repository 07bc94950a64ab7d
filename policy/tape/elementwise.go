package tape

import (
	"fmt"

	"github.com/rlrun/rlrun/policy/f32"
)

// unary records an operation on each element of a.
func (a *Var) unary(o op, k, l float32) *Var {
	return a.tape.record(o, a.Rows, a.Cols, a, nil, nil, k, l)
}

// binary records an operation on pairs of elements. It lets b be a single row,
// which then stands for every row of a.
func (a *Var) binary(name string, o op, b *Var) *Var {
	if b.Cols != a.Cols || b.Rows != a.Rows && b.Rows != 1 {
		panic(fmt.Sprintf("tape: %s of %d×%d and %d×%d", name, a.Rows, a.Cols, b.Rows, b.Cols))
	}
	return a.tape.record(o, a.Rows, a.Cols, a, b, nil, 0, 0)
}

// Add returns a + b. A b of one row stands for every row of a.
func (a *Var) Add(b *Var) *Var { return a.binary("Add", add{}, b) }

// Sub returns a - b. A b of one row stands for every row of a.
func (a *Var) Sub(b *Var) *Var { return a.binary("Sub", sub{}, b) }

// Mul returns a ∘ b, element by element. A b of one row stands for every row of a.
func (a *Var) Mul(b *Var) *Var { return a.binary("Mul", mul{}, b) }

// Min returns min(a, b), element by element. Where they are equal, the gradient
// goes to each by half, as in PyTorch.
func (a *Var) Min(b *Var) *Var { return a.binary("Min", minimum{}, b) }

// Scale returns k a.
func (a *Var) Scale(k float32) *Var { return a.unary(affine{}, k, 0) }

// AddK returns a + k.
func (a *Var) AddK(k float32) *Var { return a.unary(affine{}, 1, k) }

// Neg returns -a.
func (a *Var) Neg() *Var { return a.unary(affine{}, -1, 0) }

// Square returns a², element by element.
func (a *Var) Square() *Var { return a.unary(square{}, 0, 0) }

// Clip returns min(max(a, low), high). Outside the gradient is 0.
func (a *Var) Clip(low, high float32) *Var { return a.unary(clip{}, low, high) }

// Exp returns eᵃ.
func (a *Var) Exp() *Var { return a.unary(exponential{}, 0, 0) }

// Log returns ln x, element by element; x must be above 0.
func (a *Var) Log() *Var { return a.unary(logarithm{}, 0, 0) }

// Tanh returns tanh a.
func (a *Var) Tanh() *Var { return a.unary(tanh{}, 0, 0) }

// ReLU returns max(a, 0). At 0 the gradient is 0.
func (a *Var) ReLU() *Var { return a.unary(relu{}, 0, 0) }

// Sigmoid returns 1 / (1 + e⁻ᵃ).
func (a *Var) Sigmoid() *Var { return a.unary(sigmoid{}, 0, 0) }

// LeakyReLU returns a where it is above 0, slope a elsewhere.
func (a *Var) LeakyReLU(slope float32) *Var { return a.unary(leakyReLU{}, slope, 0) }

// ELU returns a where it is above 0, eᵃ - 1 elsewhere.
func (a *Var) ELU() *Var { return a.unary(elu{}, 0, 0) }

// SiLU returns a σ(a), also called swish.
func (a *Var) SiLU() *Var { return a.unary(silu{}, 0, 0) }

// Softplus returns log(1 + eᵃ).
func (a *Var) Softplus() *Var { return a.unary(softplus{}, 0, 0) }

// GELU returns a Φ(a), Φ the standard normal distribution.
func (a *Var) GELU() *Var { return a.unary(gelu{}, 0, 0) }

// parts is how often v.b fits into v: once, or once a row. Part i of a slice
// as long as v's value belongs to the i-th time.
func (v *Var) parts() int { return v.Rows / v.b.Rows }

func (v *Var) part(x []float32, i int) []float32 {
	n := len(v.b.Value)
	return x[i*n : (i+1)*n]
}

type add struct{}

func (add) forward(v *Var) {
	for i := range v.parts() {
		f32.Add(v.part(v.Value, i), v.part(v.a.Value, i), v.b.Value)
	}
}

func (add) backward(v *Var) {
	if v.a.Grad != nil {
		f32.AddTo(v.a.Grad, v.Grad)
	}
	if v.b.Grad != nil {
		for i := range v.parts() {
			f32.AddTo(v.b.Grad, v.part(v.Grad, i))
		}
	}
}

type sub struct{}

func (sub) forward(v *Var) {
	for i := range v.parts() {
		f32.Sub(v.part(v.Value, i), v.part(v.a.Value, i), v.b.Value)
	}
}

func (sub) backward(v *Var) {
	if v.a.Grad != nil {
		f32.AddTo(v.a.Grad, v.Grad)
	}
	if v.b.Grad != nil {
		for i := range v.parts() {
			f32.SubFrom(v.b.Grad, v.part(v.Grad, i))
		}
	}
}

type mul struct{}

func (mul) forward(v *Var) {
	for i := range v.parts() {
		f32.Mul(v.part(v.Value, i), v.part(v.a.Value, i), v.b.Value)
	}
}

func (mul) backward(v *Var) {
	for i := range v.parts() {
		g := v.part(v.Grad, i)
		if v.a.Grad != nil {
			f32.MulAdd(v.part(v.a.Grad, i), g, v.b.Value)
		}
		if v.b.Grad != nil {
			f32.MulAdd(v.b.Grad, g, v.part(v.a.Value, i))
		}
	}
}

type minimum struct{}

func (minimum) forward(v *Var) {
	for i := range v.parts() {
		f32.Min(v.part(v.Value, i), v.part(v.a.Value, i), v.b.Value)
	}
}

func (minimum) backward(v *Var) {
	for i := range v.parts() {
		g, x, y := v.part(v.Grad, i), v.part(v.a.Value, i), v.b.Value
		if v.a.Grad != nil {
			f32.MinGrad(v.part(v.a.Grad, i), g, x, y)
		}
		if v.b.Grad != nil {
			f32.MinGrad(v.b.Grad, g, y, x)
		}
	}
}

// affine is k a + l.
type affine struct{}

func (affine) forward(v *Var)  { f32.Affine(v.Value, v.k, v.a.Value, v.l) }
func (affine) backward(v *Var) { f32.Axpy(v.a.Grad, v.k, v.Grad) }

type square struct{}

func (square) forward(v *Var) { f32.Mul(v.Value, v.a.Value, v.a.Value) }

func (square) backward(v *Var) {
	f32.MulAdd(v.a.Grad, v.Grad, v.a.Value)
	f32.MulAdd(v.a.Grad, v.Grad, v.a.Value)
}

// clip is min(max(a, k), l).
type clip struct{}

func (clip) forward(v *Var) { f32.Clip(v.Value, v.a.Value, v.k, v.l) }

func (clip) backward(v *Var) { f32.ClipGrad(v.a.Grad, v.Grad, v.a.Value, v.k, v.l) }

type exponential struct{}

func (exponential) forward(v *Var)  { f32.Exp(v.Value, v.a.Value) }
func (exponential) backward(v *Var) { f32.MulAdd(v.a.Grad, v.Grad, v.Value) }

type logarithm struct{}

func (logarithm) forward(v *Var) { f32.Log(v.Value, v.a.Value) }

func (logarithm) backward(v *Var) {
	for i, x := range v.a.Value {
		v.a.Grad[i] += v.Grad[i] / x
	}
}

type tanh struct{}

func (tanh) forward(v *Var)  { f32.Tanh(v.Value, v.a.Value) }
func (tanh) backward(v *Var) { f32.TanhGrad(v.a.Grad, v.Grad, v.Value) }

type relu struct{}

func (relu) forward(v *Var)  { f32.ReLU(v.Value, v.a.Value) }
func (relu) backward(v *Var) { f32.ReLUGrad(v.a.Grad, v.Grad, v.Value) }

type sigmoid struct{}

func (sigmoid) forward(v *Var)  { f32.Sigmoid(v.Value, v.a.Value) }
func (sigmoid) backward(v *Var) { f32.SigmoidGrad(v.a.Grad, v.Grad, v.Value) }

// leakyReLU has the slope k.
type leakyReLU struct{}

func (leakyReLU) forward(v *Var)  { f32.LeakyReLU(v.Value, v.a.Value, v.k) }
func (leakyReLU) backward(v *Var) { f32.LeakyReLUGrad(v.a.Grad, v.Grad, v.a.Value, v.k) }

type elu struct{}

func (elu) forward(v *Var)  { f32.ELU(v.Value, v.a.Value) }
func (elu) backward(v *Var) { f32.ELUGrad(v.a.Grad, v.Grad, v.a.Value) }

type silu struct{}

func (silu) forward(v *Var)  { f32.SiLU(v.Value, v.a.Value) }
func (silu) backward(v *Var) { f32.SiLUGrad(v.a.Grad, v.Grad, v.a.Value) }

type softplus struct{}

func (softplus) forward(v *Var)  { f32.Softplus(v.Value, v.a.Value) }
func (softplus) backward(v *Var) { f32.SoftplusGrad(v.a.Grad, v.Grad, v.a.Value) }

type gelu struct{}

func (gelu) forward(v *Var)  { f32.GELU(v.Value, v.a.Value) }
func (gelu) backward(v *Var) { f32.GELUGrad(v.a.Grad, v.Grad, v.a.Value) }
