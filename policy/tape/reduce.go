package tape

import (
	"fmt"

	"github.com/rlrun/rlrun/policy/f32"
)

// LogSoftmax returns a - log Σ eᵃ, where the sum is over each row.
func (a *Var) LogSoftmax() *Var { return a.unary(logSoftmax{}, 0, 0) }

// Mean returns the mean of all elements, as a 1×1 matrix.
func (a *Var) Mean() *Var { return a.tape.record(mean{}, constants{}, 1, 1, a) }

// Sum returns the sum of all elements, as a 1×1 matrix.
func (a *Var) Sum() *Var { return a.tape.record(sum{}, constants{}, 1, 1, a) }

// SumCols returns the sum of each row, [rows, 1].
func (a *Var) SumCols() *Var { return a.tape.record(sumCols{}, constants{}, a.Rows, 1, a) }

// At returns the elements a[i, index[i]] of all rows i, [rows, 1]. Each index[i] must be a whole
// number. The tape keeps the slice index until its next Reset.
func (a *Var) At(index []float32) *Var {
	if len(index) != a.Rows {
		panic(fmt.Sprintf("tape: At of %d×%d and %d indices", a.Rows, a.Cols, len(index)))
	}
	return a.tape.record(at{}, constants{}, a.Rows, 1, a, a.tape.Const(index, a.Rows))
}

type logSoftmax struct{}

func (logSoftmax) Forward(v *Var)  { f32.LogSoftmax(v.Value, v.in[0].Value, v.Cols) }
func (logSoftmax) Backward(v *Var) { f32.LogSoftmaxGrad(v.in[0].Grad, v.Grad, v.Value, v.Cols) }

type mean struct{}

func (mean) Forward(v *Var) {
	a := v.in[0]
	v.Value[0] = float32(f32.Sum(a.Value) / float64(len(a.Value)))
}

func (mean) Backward(v *Var) {
	a := v.in[0]
	g := v.Grad[0] / float32(len(a.Value))
	f32.Affine(a.Grad, 1, a.Grad, g)
}

type sum struct{}

func (sum) Forward(v *Var)  { v.Value[0] = float32(f32.Sum(v.in[0].Value)) }
func (sum) Backward(v *Var) { f32.Affine(v.in[0].Grad, 1, v.in[0].Grad, v.Grad[0]) }

type sumCols struct{}

func (sumCols) Forward(v *Var) {
	a := v.in[0]
	if a.Cols == 1 {
		copy(v.Value, a.Value)
		return
	}
	for r := range v.Rows {
		var sum float64
		for _, x := range a.row(r) {
			sum += float64(x)
		}
		v.Value[r] = float32(sum)
	}
}

func (sumCols) Backward(v *Var) {
	a := v.in[0]
	if a.Cols == 1 {
		f32.AddTo(a.Grad, v.Grad)
		return
	}
	for r, g := range v.Grad {
		row := a.gradRow(r)
		for i := range row {
			row[i] += g
		}
	}
}

type at struct{}

func (at) Forward(v *Var) {
	a, b := v.in[0], v.in[1]
	for r, i := range b.Value {
		v.Value[r] = a.row(r)[int(i)]
	}
}

func (at) Backward(v *Var) {
	a, b := v.in[0], v.in[1]
	for r, i := range b.Value {
		a.gradRow(r)[int(i)] += v.Grad[r]
	}
}
