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

func (x *Var) layer(name string, op Op, in, out int, w, b *Var, act f32.Activation) *Var {
	if x.Cols != in || b.Rows != 1 || b.Cols != out {
		panic(fmt.Sprintf("tape: %s of %d×%d, %d×%d and %d×%d", name, x.Rows, x.Cols, w.Rows, w.Cols, b.Rows, b.Cols))
	}
	return x.tape.record(op, constants{i: int(act)}, x.Rows, out, x, w, b)
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

func (x *Var) norm(name string, op Op, w, b *Var, eps float32) *Var {
	if w.Rows != 1 || w.Cols != x.Cols || b.Rows != 1 || b.Cols != x.Cols {
		panic(fmt.Sprintf("tape: %s of %d×%d, %d×%d and %d×%d", name, x.Rows, x.Cols, w.Rows, w.Cols, b.Rows, b.Cols))
	}
	return x.tape.record(op, constants{k: eps}, x.Rows, x.Cols, x, w, b)
}

// dense has the activation i.
type dense struct{}

func (dense) Forward(v *Var) {
	v.Share(v.Rows, v.products(), denseRows)
}

func (dense) Backward(v *Var) {
	x, w := v.in[0], v.in[1]
	v.layerGrad()
	if x.Grad != nil {
		v.Share(v.Rows, v.products(), denseInputRows)
	}
	if w.Grad != nil {
		v.Share(w.Rows, v.products(), denseWeightRows)
	}
}

func denseRows(v *Var, from, to int) {
	in, out := v.in[0].Cols, v.Cols
	f32.Dense(v.Value[from*out:], v.in[0].Value[from*in:], v.in[1].Value, v.in[2].Value, to-from, in, out, f32.Activation(v.c.i))
}

func denseInputRows(v *Var, from, to int) {
	in, out := v.in[0].Cols, v.Cols
	f32.DenseInput(v.in[0].Grad[from*in:], v.Grad[from*out:], v.in[1].Value, to-from, in, out)
}

func denseWeightRows(v *Var, from, to int) {
	f32.DenseWeight(v.in[1].Grad, v.in[0].Value, v.Grad, v.Rows, v.in[0].Cols, v.Cols, from, to)
}

// linear has the activation i.
type linear struct{}

func (linear) Forward(v *Var) {
	v.Share(v.Rows, v.products(), linearRows)
}

func (linear) Backward(v *Var) {
	x, w := v.in[0], v.in[1]
	v.layerGrad()
	if x.Grad != nil {
		v.Share(v.Rows, v.products(), linearInputRows)
	}
	if w.Grad != nil {
		f32.LinearWeight(w.Grad, x.Value, v.Grad, v.Rows, x.Cols, v.Cols, 0, w.Rows)
	}
}

func linearRows(v *Var, from, to int) {
	in, out := v.in[0].Cols, v.Cols
	f32.Linear(v.Value[from*out:], v.in[0].Value[from*in:], v.in[1].Value, v.in[2].Value, to-from, in, out, f32.Activation(v.c.i))
}

func linearInputRows(v *Var, from, to int) {
	in, out := v.in[0].Cols, v.Cols
	f32.LinearInput(v.in[0].Grad[from*in:], v.Grad[from*out:], v.in[1].Value, to-from, in, out)
}

// products is the work of a layer's product.
func (v *Var) products() int {
	work := v.Rows * v.in[0].Cols * v.Cols
	if v.Cols < 16 {
		work *= 4 // vectors are less full then
	}
	return work
}

// layerGrad turns a layer's Grad into the gradient of the sums before its activation, in
// place, and adds the bias's gradient.
func (v *Var) layerGrad() {
	db := v.in[2].Grad
	if db == nil {
		db = v.tape.unwanted(v.Cols)
	}
	f32.LayerGrad(v.Grad, v.Value, db, v.Rows, f32.Activation(v.c.i))
}

// layerNorm and batchNorm have the ε k.
type layerNorm struct{}

func (layerNorm) Forward(v *Var) {
	f32.LayerNorm(v.Value, v.in[0].Value, v.in[1].Value, v.in[2].Value, v.c.k)
}

func (layerNorm) Backward(v *Var) {
	a, b := v.in[0], v.in[1]
	dx, dw, db := v.normGrads()
	f32.LayerNormGrad(dx, dw, db, v.Grad, a.Value, b.Value, v.c.k)
}

type batchNorm struct{}

func (batchNorm) Forward(v *Var) {
	room := v.tape.unwanted(2 * v.Cols)
	mean, variance := room[:v.Cols], room[v.Cols:]
	f32.Moments(mean, variance, v.in[0].Value)
	f32.BatchNorm(v.Value, v.in[0].Value, mean, variance, v.in[1].Value, v.in[2].Value, v.c.k)
}

func (batchNorm) Backward(v *Var) {
	a, b := v.in[0], v.in[1]
	dx, dw, db := v.normGrads()
	f32.BatchNormGrad(dx, dw, db, v.Grad, a.Value, b.Value, v.c.k)
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
	return wanted(v.in[0]), wanted(v.in[1]), wanted(v.in[2])
}
