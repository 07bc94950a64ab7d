package tape

import (
	"fmt"

	"github.com/rlrun/rlrun/policy/f32"
)

// Dense returns act(x w + b) for x [B, I], w [I, O] and b [1, O]. This layout of w, which is also
// Keras's, is faster than the layout of Linear if O is 16 or more.
func (x *Var) Dense(w, b *Var, act f32.Activation) *Var {
	return x.layer("Dense", dense{}, w.Rows, w.Cols, w, b, act)
}

// Linear returns act(x wᵀ + b) for x [B, I], w [O, I] and b [1, O]. This layout of w, which is
// also PyTorch's, is faster than the layout of Dense if O is less than 16.
func (x *Var) Linear(w, b *Var, act f32.Activation) *Var {
	return x.layer("Linear", linear{}, w.Cols, w.Rows, w, b, act)
}

// layer records Dense or Linear. The arguments in and out are the numbers of inputs and outputs.
func (x *Var) layer(name string, op Op, in, out int, w, b *Var, act f32.Activation) *Var {
	if x.Cols != in || b.Rows != 1 || b.Cols != out {
		panic(fmt.Sprintf("tape: %s of %d×%d, %d×%d and %d×%d", name, x.Rows, x.Cols, w.Rows, w.Cols, b.Rows, b.Cols))
	}
	return x.tape.record(op, constants{i: int(act)}, x.Rows, out, x, w, b)
}

// LayerNorm returns w ∘ (x - μ) / √(σ² + eps) + b, where μ and σ² are the mean and variance
// of each row. w and b are [1, columns of x]. See f32.LayerNorm.
func (x *Var) LayerNorm(w, b *Var, eps float32) *Var {
	return x.norm("LayerNorm", layerNorm{}, w, b, eps)
}

// BatchNorm returns w ∘ (x - μ) / √(σ² + eps) + b, where μ and σ² are the mean and variance
// of each column. w and b are [1, columns of x]. See f32.BatchNorm.
func (x *Var) BatchNorm(w, b *Var, eps float32) *Var {
	return x.norm("BatchNorm", batchNorm{}, w, b, eps)
}

// norm records LayerNorm or BatchNorm.
func (x *Var) norm(name string, op Op, w, b *Var, eps float32) *Var {
	if w.Rows != 1 || w.Cols != x.Cols || b.Rows != 1 || b.Cols != x.Cols {
		panic(fmt.Sprintf("tape: %s of %d×%d, %d×%d and %d×%d", name, x.Rows, x.Cols, w.Rows, w.Cols, b.Rows, b.Cols))
	}
	return x.tape.record(op, constants{k: eps}, x.Rows, x.Cols, x, w, b)
}

// setsGrad reports whether the operation's Backward can set the gradient of the first operand,
// instead of adding to it.
func setsGrad(op Op) bool {
	switch op.(type) {
	case dense, linear, recurrent, *conv2d, *maxPool, *meanPool:
		return true
	}
	return false
}

// dense is the operation of Dense. The constant i is the activation.
type dense struct{}

func (dense) Forward(v *Var)  { v.layerForward(denseRows) }
func (dense) Backward(v *Var) { v.layerBackward(denseInputRows, denseWeightRows) }

// denseRows computes rows [from, to) of a dense layer's outputs.
func denseRows(v *Var, from, to int) { v.layerRows(from, to, f32.Dense) }

// denseInputRows is inputGradRows of a dense layer.
func denseInputRows(v *Var, from, to int) { v.inputGradRows(from, to, f32.DenseInput) }

// denseWeightRows is weightGradRows of a dense layer.
func denseWeightRows(v *Var, from, to int) { v.weightGradRows(from, to, f32.DenseWeight) }

// linear is the operation of Linear. The constant i is the activation.
type linear struct{}

func (linear) Forward(v *Var)  { v.layerForward(linearRows) }
func (linear) Backward(v *Var) { v.layerBackward(linearInputRows, linearWeightRows) }

// linearRows computes rows [from, to) of a linear layer's outputs.
func linearRows(v *Var, from, to int) { v.layerRows(from, to, f32.Linear) }

// linearInputRows is inputGradRows of a linear layer.
func linearInputRows(v *Var, from, to int) { v.inputGradRows(from, to, f32.LinearInput) }

// linearWeightRows is weightGradRows of a linear layer.
func linearWeightRows(v *Var, from, to int) { v.weightGradRows(from, to, f32.LinearWeight) }

// work returns the cost of a layer's matrix product, as a number of multiplications.
func (v *Var) work() int {
	work := v.Rows * v.in[0].Cols * v.Cols
	if v.Cols < 16 {
		work *= 4 // a narrow layer uses only some lanes of the SIMD vectors
	}
	return work
}

// layerNorm is the operation of LayerNorm. The constant k is eps. Keep has the statistics of the rows.
type layerNorm struct{}

func (layerNorm) Forward(v *Var) {
	f32.LayerNorm(v.Value, v.in[0].Value, v.in[1].Value, v.in[2].Value, v.Keep(2*v.Rows), v.c.k)
}

func (layerNorm) Backward(v *Var) {
	a, b := v.in[0], v.in[1]
	dx, dw, db := v.normGrads()
	f32.LayerNormGrad(dx, dw, db, v.Grad, a.Value, b.Value, v.Keep(2*v.Rows))
}

// batchNorm is the operation of BatchNorm. The constant k is eps.
type batchNorm struct{}

func (batchNorm) Forward(v *Var) {
	scratch := v.tape.scratchFloats(2 * v.Cols)
	mean, variance := scratch[:v.Cols], scratch[v.Cols:]
	f32.Moments(mean, variance, v.in[0].Value)
	f32.BatchNorm(v.Value, v.in[0].Value, mean, variance, v.in[1].Value, v.in[2].Value, v.c.k)
}

func (batchNorm) Backward(v *Var) {
	a, b := v.in[0], v.in[1]
	dx, dw, db := v.normGrads()
	f32.BatchNormGrad(dx, dw, db, v.Grad, a.Value, b.Value, v.c.k)
}

// normGrads returns the gradients of the operands x, w and b of a normalisation. For an operand
// without a Grad it returns scratch memory, which nothing reads.
func (v *Var) normGrads() (dx, dw, db []float32) {
	scratch := v.tape.scratchFloats(len(v.Value))
	gradOf := func(u *Var) []float32 {
		if u.Grad == nil {
			return scratch[:len(u.Value)]
		}
		return u.Grad
	}
	return gradOf(v.in[0]), gradOf(v.in[1]), gradOf(v.in[2])
}
