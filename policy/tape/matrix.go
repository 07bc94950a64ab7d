package tape

import (
	"fmt"

	"github.com/rlrun/rlrun/policy/f32"
)

// Dense returns act(x w + b) for x [B, I], w [I, O], b [1, O]: a layer in the
// layout of Keras, which is the faster one where O is 16 or more.
func (x *Var) Dense(w, b *Var, act f32.Activation) *Var {
	return x.layer("Dense", dense{}, w.Rows, w.Cols, w, b, act)
}

// Linear returns act(x wᵀ + b) for x [B, I], w [O, I], b [1, O]: a layer in the
// layout of PyTorch, which is the faster one where O is less than 16.
func (x *Var) Linear(w, b *Var, act f32.Activation) *Var {
	return x.layer("Linear", linear{}, w.Cols, w.Rows, w, b, act)
}

func (x *Var) layer(name string, o op, in, out int, w, b *Var, act f32.Activation) *Var {
	if x.Cols != in || b.Rows != 1 || b.Cols != out {
		panic(fmt.Sprintf("tape: %s of %d×%d, %d×%d and %d×%d", name, x.Rows, x.Cols, w.Rows, w.Cols, b.Rows, b.Cols))
	}
	return x.tape.record(o, x.Rows, out, x, w, b, float32(act), 0)
}

// LayerNorm returns w ∘ (x - μ) / √(σ² + eps) + b with each row's mean and variance,
// for w and b [1, columns of x]: see f32.LayerNorm.
func (x *Var) LayerNorm(w, b *Var, eps float32) *Var {
	return x.norm("LayerNorm", layerNorm{}, w, b, eps)
}

// BatchNorm returns w ∘ (x - μ) / √(σ² + eps) + b with each column's mean and
// variance, for w and b [1, columns of x]: see f32.BatchNorm.
func (x *Var) BatchNorm(w, b *Var, eps float32) *Var {
	return x.norm("BatchNorm", batchNorm{}, w, b, eps)
}

func (x *Var) norm(name string, o op, w, b *Var, eps float32) *Var {
	if w.Rows != 1 || w.Cols != x.Cols || b.Rows != 1 || b.Cols != x.Cols {
		panic(fmt.Sprintf("tape: %s of %d×%d, %d×%d and %d×%d", name, x.Rows, x.Cols, w.Rows, w.Cols, b.Rows, b.Cols))
	}
	return x.tape.record(o, x.Rows, x.Cols, x, w, b, eps, 0)
}

// LogSoftmax returns a - log Σ eᵃ of each row.
func (a *Var) LogSoftmax() *Var { return a.unary(logSoftmax{}, 0, 0) }

// Mean returns the 1×1 mean of all elements.
func (a *Var) Mean() *Var { return a.tape.record(mean{}, 1, 1, a, nil, nil, 0, 0) }

// Sum returns the 1×1 sum of all elements.
func (a *Var) Sum() *Var { return a.tape.record(sum{}, 1, 1, a, nil, nil, 0, 0) }

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

// dense has the activation k.
type dense struct{}

func (dense) forward(v *Var) {
	v.tape.sharing.run(v, v.Rows, denseRows)
}

func (dense) backward(v *Var) {
	x, w := v.a, v.b
	v.layerGrad()
	if x.Grad != nil {
		v.tape.sharing.run(v, v.Rows, denseInputRows)
	}
	if w.Grad != nil {
		v.tape.sharing.run(v, w.Rows, denseWeightRows)
	}
}

// linear has the activation k.
type linear struct{}

func (linear) forward(v *Var) {
	v.tape.sharing.run(v, v.Rows, linearRows)
}

func (linear) backward(v *Var) {
	x, w := v.a, v.b
	v.layerGrad()
	if x.Grad != nil {
		v.tape.sharing.run(v, v.Rows, linearInputRows)
	}
	if w.Grad != nil {
		f32.LinearWeight(w.Grad, x.Value, v.Grad, v.Rows, x.Cols, v.Cols, 0, w.Rows)
	}
}

// layerGrad turns a layer's Grad into that of the sums before its activation,
// for nobody needs the other any more, and sees to the bias.
func (v *Var) layerGrad() {
	db := v.c.Grad
	if db == nil {
		db = v.tape.unwanted(v.Cols)
	}
	f32.LayerGrad(v.Grad, v.Value, db, v.Rows, f32.Activation(v.k))
}

// layerNorm and batchNorm have the ε k.
type layerNorm struct{}

func (layerNorm) forward(v *Var) { f32.LayerNorm(v.Value, v.a.Value, v.b.Value, v.c.Value, v.k) }

func (layerNorm) backward(v *Var) {
	dx, dw, db := v.normGrads()
	f32.LayerNormGrad(dx, dw, db, v.Grad, v.a.Value, v.b.Value, v.k)
}

type batchNorm struct{}

func (batchNorm) forward(v *Var) {
	room := v.tape.unwanted(2 * v.Cols)
	mean, variance := room[:v.Cols], room[v.Cols:]
	f32.Moments(mean, variance, v.a.Value)
	f32.BatchNorm(v.Value, v.a.Value, mean, variance, v.b.Value, v.c.Value, v.k)
}

func (batchNorm) backward(v *Var) {
	dx, dw, db := v.normGrads()
	f32.BatchNormGrad(dx, dw, db, v.Grad, v.a.Value, v.b.Value, v.k)
}

// normGrads are where a norm's gradients go. Of those that nobody wants, all
// go to the same place.
func (v *Var) normGrads() (dx, dw, db []float32) {
	void := v.tape.unwanted(len(v.Value))
	wanted := func(u *Var) []float32 {
		if u.Grad == nil {
			return void[:len(u.Value)]
		}
		return u.Grad
	}
	return wanted(v.a), wanted(v.b), wanted(v.c)
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

type sum struct{}

func (sum) forward(v *Var)  { v.Value[0] = float32(f32.Sum(v.a.Value)) }
func (sum) backward(v *Var) { f32.Affine(v.a.Grad, 1, v.a.Grad, v.Grad[0]) }

type sumCols struct{}

func (sumCols) forward(v *Var) {
	if v.a.Cols == 1 {
		copy(v.Value, v.a.Value)
		return
	}
	for r := range v.Rows {
		var sum float64
		for _, x := range v.a.row(r) {
			sum += float64(x)
		}
		v.Value[r] = float32(sum)
	}
}

func (sumCols) backward(v *Var) {
	if v.a.Cols == 1 {
		f32.AddTo(v.a.Grad, v.Grad)
		return
	}
	for r, g := range v.Grad {
		row := v.a.gradRow(r)
		for i := range row {
			row[i] += g
		}
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
	left, right := v.block(0, v.a.Cols), v.block(v.a.Cols, v.Cols)
	left.set(v.Value, v.a.Value, v.a.whole(), v.Rows)
	for r := 0; r < v.Rows; r += v.b.Rows {
		right.set(v.Value[r*v.Cols:], v.b.Value, v.b.whole(), v.b.Rows)
	}
}

func (beside) backward(v *Var) {
	left, right := v.block(0, v.a.Cols), v.block(v.a.Cols, v.Cols)
	if v.a.Grad != nil {
		v.a.whole().add(v.a.Grad, v.Grad, left, v.Rows)
	}
	if v.b.Grad != nil {
		for r := 0; r < v.Rows; r += v.b.Rows {
			v.b.whole().add(v.b.Grad, v.Grad[r*v.Cols:], right, v.b.Rows)
		}
	}
}

// columns starts at column k.
type columns struct{}

func (columns) forward(v *Var) { v.whole().set(v.Value, v.a.Value, v.source(), v.Rows) }

func (columns) backward(v *Var) { v.source().add(v.a.Grad, v.Grad, v.whole(), v.Rows) }

func (v *Var) source() block { return v.a.block(int(v.k), int(v.k)+v.Cols) }

// A block is the columns from … to-1 of a matrix of cols columns.
type block struct{ from, to, cols int }

func (v *Var) block(from, to int) block { return block{from, to, v.Cols} }
func (v *Var) whole() block             { return block{0, v.Cols, v.Cols} }

// set copies the rows of the block s of src into b of dst. Single columns, which are
// common, are spared the call.
func (b block) set(dst, src []float32, s block, rows int) {
	if s.to-s.from == 1 {
		for r := range rows {
			dst[r*b.cols+b.from] = src[r*s.cols+s.from]
		}
		return
	}
	for r := range rows {
		copy(dst[r*b.cols+b.from:r*b.cols+b.to], src[r*s.cols+s.from:r*s.cols+s.to])
	}
}

// add adds them.
func (b block) add(dst, src []float32, s block, rows int) {
	for r := range rows {
		x, y := src[r*s.cols+s.from:r*s.cols+s.to], dst[r*b.cols+b.from:r*b.cols+b.to]
		for i, v := range x {
			y[i] += v
		}
	}
}
