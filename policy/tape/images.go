package tape

import (
	"fmt"

	"github.com/rlrun/rlrun/policy/f32"
)

// Conv2d returns act(the convolution c of the images x, plus b). x is [N, H·W·C], w is
// [KH·KW·C, O], b is [1, O], and the result is [N, OH·OW·O].
func (x *Var) Conv2d(c *f32.Conv, w, b *Var, act f32.Activation) *Var {
	if x.Cols != c.In() || w.Rows != c.Terms() || w.Cols != c.O || len(b.Value) != c.O {
		panic(fmt.Sprintf("tape: Conv2d %v of %d×%d, %d×%d and %d×%d", c.ConvShape, x.Rows, x.Cols, w.Rows, w.Cols, b.Rows, b.Cols))
	}
	return x.tape.record((*conv2d)(c), constants{i: int(act)}, x.Rows, c.Out(), x, w, b)
}

// conv2d is the operation of Conv2d. The constant i is the activation.
type conv2d f32.Conv

// convData is what a Conv2d keeps in the forward pass for the backward pass.
type convData struct {
	*f32.Conv
	slope       []float32 // [N, OH·OW·O] slope of the activation; nil if the activation does not keep it
	panels      []float32 // packed weights for the result
	inputPanels []float32 // packed weights for the gradient of x; nil if x has no gradient
}

// conv returns the data that v keeps.
func (v *Var) conv() (d convData) {
	d.Conv = (*f32.Conv)(v.op.(*conv2d))
	slope, panels, inputPanels := 0, d.PanelsLen(), 0
	if v.keepsSlope() {
		slope = len(v.Value)
	}
	if v.in[0].Grad != nil {
		inputPanels = d.InputPanelsLen()
	}
	kept := v.Keep(slope + panels + inputPanels)
	d.slope, d.panels, d.inputPanels = kept[:slope], kept[slope:slope+panels], kept[slope+panels:]
	return d
}

// work returns the cost of the convolution, as a number of multiplications.
func (c *conv2d) work(v *Var) int {
	conv := (*f32.Conv)(c)
	return v.Rows * conv.Out() * conv.Terms()
}

func (c *conv2d) Forward(v *Var) {
	d := v.conv()
	d.Pack(d.panels, v.in[1].Value)
	v.Share(v.Rows, c.work(v), convRows)
}

// convRows computes the results of the images [from, to).
func convRows(v *Var, from, to int) {
	d, x, b, act := v.conv(), v.in[0].Value, v.in[2].Value, v.activation()
	if !v.keepsSlope() {
		d.Conv.Forward(v.Value, x, d.panels, b, from, to, act)
		return
	}
	d.Conv.Forward(v.Value, x, d.panels, b, from, to, f32.Identity)
	y := v.Value[from*v.Cols : to*v.Cols]
	f32.ActivateSlope(y, d.slope[from*v.Cols:to*v.Cols], y, act)
}

// Backward computes the gradients in two steps: first the gradients before the activation and those
// of the images, image by image; then the gradients of the weights and the bias, by rows of the
// weights.
func (c *conv2d) Backward(v *Var) {
	d := v.conv()
	if v.in[0].Grad != nil {
		d.PackInput(d.inputPanels, v.in[1].Value)
	}
	v.biasDone = false
	v.share(shareInput, v.Rows, c.work(v), convInputRows)
	if v.in[1].Grad != nil || v.in[2].Grad != nil {
		v.share(shareWeight, d.Terms(), c.work(v), convWeightRows)
	}
}

// convInputRows computes the gradient before the activation, and adds or sets the gradient of x, for the
// images [from, to). If these are all images, it also adds the gradient of the bias.
func convInputRows(v *Var, from, to int) {
	d, kept, db := v.conv(), v.Value, v.in[2].Grad
	if v.keepsSlope() {
		kept = d.slope
	}
	if db != nil && to-from == v.Rows {
		v.biasDone = true
		f32.LayerGrad(v.Grad, kept, db, v.Rows*d.OH*d.OW, v.activation())
	} else {
		f32.ActivateGrad(v.Grad[from*v.Cols:to*v.Cols], kept[from*v.Cols:to*v.Cols], v.activation())
	}
	if dx := v.in[0].Grad; dx != nil {
		d.Input(dx, v.Grad, d.inputPanels, from, to, !v.setsGrad)
	}
}

// convWeightRows adds the gradient of rows [from, to) of the weights. The call for the first rows
// adds the gradient of the bias too.
func convWeightRows(v *Var, from, to int) {
	d := v.conv()
	if db := v.in[2].Grad; db != nil && from == 0 && !v.biasDone {
		f32.SumRows(db, v.Grad, v.Rows*d.OH*d.OW)
	}
	if dw := v.in[1].Grad; dw != nil {
		d.Weight(dw, v.in[0].Value, v.Grad, v.Rows, from, to)
	}
}

// MaxPool returns the largest number of each window of the images x [N, H·W·C], as [N, OH·OW·C]. Of
// equal numbers, the first in a window gets the gradient.
func (x *Var) MaxPool(p *f32.Pool) *Var { return x.pool("MaxPool", (*maxPool)(p), p) }

// MeanPool returns the mean of each window of the images x [N, H·W·C], as [N, OH·OW·C].
func (x *Var) MeanPool(p *f32.Pool) *Var { return x.pool("MeanPool", (*meanPool)(p), p) }

// pool records MaxPool or MeanPool.
func (x *Var) pool(name string, op Op, p *f32.Pool) *Var {
	if x.Cols != p.In() {
		panic(fmt.Sprintf("tape: %s over %d×%d×%d of %d×%d", name, p.H, p.W, p.C, x.Rows, x.Cols))
	}
	return x.tape.record(op, constants{}, x.Rows, p.Out(), x)
}

// poolWork is the cost of a pool for each number of the images, in multiplications of a matrix
// product.
const poolWork = 16

// maxPool is the operation of MaxPool. The Var's places are the places of the largest numbers.
type maxPool f32.Pool

func (*maxPool) Forward(v *Var) {
	v.places = f32.Grow(v.places, len(v.Value))
	v.Share(v.Rows, poolWork*len(v.in[0].Value), maxPoolRows)
}

// maxPoolRows computes the results of the images [from, to).
func maxPoolRows(v *Var, from, to int) {
	(*f32.Pool)(v.op.(*maxPool)).Max(v.Value, v.places, v.in[0].Value, from, to)
}

func (*maxPool) Backward(v *Var) {
	v.share(shareInput, v.Rows, poolWork*len(v.in[0].Value), maxPoolGradRows)
}

// maxPoolGradRows adds or sets the gradients of the images [from, to).
func maxPoolGradRows(v *Var, from, to int) {
	(*f32.Pool)(v.op.(*maxPool)).MaxGrad(v.in[0].Grad, v.Grad, v.places, from, to, !v.setsGrad)
}

// meanPool is the operation of MeanPool.
type meanPool f32.Pool

func (*meanPool) Forward(v *Var) { v.Share(v.Rows, poolWork*len(v.in[0].Value), meanPoolRows) }

// meanPoolRows computes the results of the images [from, to).
func meanPoolRows(v *Var, from, to int) {
	(*f32.Pool)(v.op.(*meanPool)).Mean(v.Value, v.in[0].Value, from, to)
}

func (*meanPool) Backward(v *Var) {
	v.share(shareInput, v.Rows, poolWork*len(v.in[0].Value), meanPoolGradRows)
}

// meanPoolGradRows adds or sets the gradients of the images [from, to).
func meanPoolGradRows(v *Var, from, to int) {
	(*f32.Pool)(v.op.(*meanPool)).MeanGrad(v.in[0].Grad, v.Grad, from, to, !v.setsGrad)
}

// Reshape returns a as a matrix [rows, cols] with the same elements in the same order. Both matrices
// share the memory of the value and of the gradient.
func (a *Var) Reshape(rows, cols int) *Var {
	if rows*cols != len(a.Value) {
		panic(fmt.Sprintf("tape: Reshape of %d×%d to %d×%d", a.Rows, a.Cols, rows, cols))
	}
	v := a.tape.push(rows, cols)
	v.Value, v.Grad, v.base = a.Value, a.Grad, a
	return v
}

// Embed returns row x of the table [V, E] for each whole number in x [N, K], as [N, K·E]. Column k of
// x counts from row first[k] of the table. x is a constant. Embed keeps the slice first.
func (x *Var) Embed(table *Var, e *Embedding) *Var {
	if x.Cols != len(e.First) {
		panic(fmt.Sprintf("tape: Embed of %d×%d with %d choices", x.Rows, x.Cols, len(e.First)))
	}
	return x.tape.record(e, constants{}, x.Rows, x.Cols*table.Cols, x, table)
}

// An Embedding is the Op of Var.Embed.
type Embedding struct {
	First []int // [K] for each column of x, the row of the table for the number 0
}

// Forward copies rows of the table.
func (e *Embedding) Forward(v *Var) { e.Rows(v.Value, v.in[0].Value, v.in[1].Value, v.in[1].Cols) }

// Rows writes a row of table [V, size] for each number in x [N, K] to y [N, K·size].
func (e *Embedding) Rows(y, x, table []float32, size int) {
	for i, n := range x {
		row := e.First[i%len(e.First)] + int(n)
		copy(y[i*size:(i+1)*size], table[row*size:(row+1)*size])
	}
}

// Backward adds the gradients of the rows of the table, in the order of the rows of x.
func (e *Embedding) Backward(v *Var) {
	size := v.in[1].Cols
	for i, n := range v.in[0].Value {
		row := e.First[i%len(e.First)] + int(n)
		f32.AddTo(v.in[1].Grad[row*size:(row+1)*size], v.Grad[i*size:(i+1)*size])
	}
}
