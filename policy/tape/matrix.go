package tape

import (
	"fmt"

	"github.com/rlrun/rlrun/policy/f32"
)

// Linear returns x wᵀ + b for x [B, I], w [O, I], b [1, O]: PyTorch's layout.
func (x *Var) Linear(w, b *Var) *Var {
	if x.Cols != w.Cols || b.Rows != 1 || b.Cols != w.Rows {
		panic(fmt.Sprintf("tape: Linear of %d×%d, %d×%d and %d×%d", x.Rows, x.Cols, w.Rows, w.Cols, b.Rows, b.Cols))
	}
	return x.tape.record(linear{}, x.Rows, w.Rows, x, w, b, 0, 0)
}

// LogSoftmax returns a - log Σ eᵃ of each row.
func (a *Var) LogSoftmax() *Var { return a.unary(logSoftmax{}, 0, 0) }

// Mean returns the 1×1 mean of all elements.
func (a *Var) Mean() *Var { return a.tape.record(mean{}, 1, 1, a, nil, nil, 0, 0) }

// SumCols returns the sum of each row, [rows, 1].
func (a *Var) SumCols() *Var { return a.tape.record(sumCols{}, a.Rows, 1, a, nil, nil, 0, 0) }

// At returns a[i, index[i]] for each row i, [rows, 1]. The index is a column of
// whole numbers, and is kept until the tape's Reset.
func (a *Var) At(index []float32) *Var {
	if len(index) != a.Rows {
		panic(fmt.Sprintf("tape: At of %d×%d and %d indices", a.Rows, a.Cols, len(index)))
	}
	return a.tape.record(at{}, a.Rows, 1, a, a.tape.Const(index, a.Rows), nil, 0, 0)
}

// Beside returns [a | b], the columns of b to the right of a's. A b of one row
// stands for every row of a.
func (a *Var) Beside(b *Var) *Var {
	if b.Rows != a.Rows && b.Rows != 1 {
		panic(fmt.Sprintf("tape: Beside of %d×%d and %d×%d", a.Rows, a.Cols, b.Rows, b.Cols))
	}
	return a.tape.record(beside{}, a.Rows, a.Cols+b.Cols, a, b, nil, 0, 0)
}

// Columns returns the columns from, …, to-1 of a.
func (a *Var) Columns(from, to int) *Var {
	if from < 0 || to > a.Cols || from >= to {
		panic(fmt.Sprintf("tape: Columns %d to %d of %d×%d", from, to, a.Rows, a.Cols))
	}
	return a.tape.record(columns{}, a.Rows, to-from, a, nil, nil, float32(from), 0)
}

type linear struct{}

func (linear) forward(v *Var) {
	f32.Linear(v.Value, v.a.Value, v.b.Value, v.c.Value, v.Rows, v.a.Cols, v.Cols)
}

func (linear) backward(v *Var) {
	x, w, b := v.a, v.b, v.c
	if x.Grad != nil {
		f32.LinearInput(x.Grad, v.Grad, w.Value, v.Rows, x.Cols, v.Cols)
	}
	if w.Grad != nil {
		f32.LinearWeight(w.Grad, v.Grad, x.Value, v.Rows, x.Cols, v.Cols)
	}
	if b.Grad != nil {
		f32.LinearBias(b.Grad, v.Grad, v.Rows)
	}
}

type logSoftmax struct{}

func (logSoftmax) forward(v *Var)  { f32.LogSoftmax(v.Value, v.a.Value, v.Cols) }
func (logSoftmax) backward(v *Var) { f32.LogSoftmaxGrad(v.a.Grad, v.Grad, v.Value, v.Cols) }

type mean struct{}

func (mean) forward(v *Var) {
	v.Value[0] = float32(f32.Sum(v.a.Value) / float64(len(v.a.Value)))
}

func (mean) backward(v *Var) {
	g := v.Grad[0] / float32(len(v.a.Value))
	f32.Affine(v.a.Grad, 1, v.a.Grad, g)
}

type sumCols struct{}

func (sumCols) forward(v *Var) {
	for r := range v.Rows {
		v.Value[r] = float32(f32.Sum(v.a.row(r)))
	}
}

func (sumCols) backward(v *Var) {
	for r, g := range v.Grad {
		f32.Affine(v.a.gradRow(r), 1, v.a.gradRow(r), g)
	}
}

type at struct{}

func (at) forward(v *Var) {
	for r, i := range v.b.Value {
		v.Value[r] = v.a.row(r)[int(i)]
	}
}

func (at) backward(v *Var) {
	for r, i := range v.b.Value {
		v.a.gradRow(r)[int(i)] += v.Grad[r]
	}
}

type beside struct{}

func (beside) forward(v *Var) {
	for r := range v.Rows {
		copy(v.row(r), v.a.row(r))
		copy(v.row(r)[v.a.Cols:], v.b.row(r%v.b.Rows))
	}
}

func (beside) backward(v *Var) {
	for r := range v.Rows {
		g := v.gradRow(r)
		if v.a.Grad != nil {
			f32.AddTo(v.a.gradRow(r), g[:v.a.Cols])
		}
		if v.b.Grad != nil {
			f32.AddTo(v.b.gradRow(r%v.b.Rows), g[v.a.Cols:])
		}
	}
}

// columns starts at column k.
type columns struct{}

func (columns) forward(v *Var) {
	for r := range v.Rows {
		copy(v.row(r), v.a.row(r)[int(v.k):])
	}
}

func (columns) backward(v *Var) {
	for r := range v.Rows {
		f32.AddTo(v.a.gradRow(r)[int(v.k):][:v.Cols], v.gradRow(r))
	}
}
