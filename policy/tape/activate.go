package tape

import "github.com/rlrun/rlrun/policy/f32"

// activate is the operation of Activate. The constant i is the activation.
type activate struct{}

func (activate) Forward(v *Var) {
	if act := v.activation(); v.keepsSlope() {
		f32.ActivateSlope(v.Value, v.Keep(len(v.Value)), v.in[0].Value, act)
	} else {
		f32.Activate(v.Value, v.in[0].Value, act)
	}
}

func (activate) Backward(v *Var) {
	dx := v.in[0].Grad
	if v.keepsSlope() {
		f32.MulAdd(dx, v.Grad, v.kept)
		return
	}
	f32.ActivateGrad(v.Grad, v.Value, v.activation())
	f32.AddTo(dx, v.Grad)
}

// activation returns the activation of an operation whose constant i is an activation.
func (v *Var) activation() f32.Activation { return f32.Activation(v.c.i) }

// keepsSlope reports whether the forward pass of v writes the slope of the activation to v.kept, for
// the backward pass.
func (v *Var) keepsSlope() bool { return v.Grad != nil && v.activation().KeepsSlope() }

// A layerFunc computes a linear layer with an activation: f32.Dense or f32.Linear.
type layerFunc func(y, x, w, b []float32, n, in, out int, act f32.Activation)

// layerForward computes a layer's outputs and, if v keeps it, the slope of the activation. rows
// computes some of the rows.
func (v *Var) layerForward(rows func(v *Var, from, to int)) {
	if v.keepsSlope() {
		v.Keep(len(v.Value)) // the only call, because several cores use v.kept
	}
	v.Share(v.Rows, v.work(), rows)
}

// layerRows computes rows [from, to) of a layer's outputs.
func (v *Var) layerRows(from, to int, layer layerFunc) {
	in, out, act := v.in[0].Cols, v.Cols, v.activation()
	y, x := v.Value[from*out:to*out], v.in[0].Value[from*in:to*in]
	if !v.keepsSlope() {
		layer(y, x, v.in[1].Value, v.in[2].Value, to-from, in, out, act)
		return
	}
	layer(y, x, v.in[1].Value, v.in[2].Value, to-from, in, out, f32.Identity)
	f32.ActivateSlope(y, v.kept[from*out:to*out], y, act)
}

// layerBackward computes the gradients of a layer in two steps, each divided by rows: first the
// gradients before the activation and those of the inputs, by rows of the batch; then the
// gradients of the weight and the bias, by rows of the weight.
func (v *Var) layerBackward(inputRows, weightRows func(v *Var, from, to int)) {
	v.biasDone = false
	v.share(shareInput, v.Rows, v.work(), inputRows)
	if v.in[1].Grad != nil || v.in[2].Grad != nil {
		v.share(shareWeight, v.in[1].Rows, v.work(), weightRows)
	}
}

// inputGradRows computes the gradient before the activation, and adds or sets the gradient of the
// inputs, for rows [from, to). grad is f32.DenseInput or f32.LinearInput.
func (v *Var) inputGradRows(from, to int, grad func(dx, dy, w []float32, n, in, out int, add bool)) {
	v.activationGradRows(from, to)
	if in, out := v.in[0].Cols, v.Cols; v.in[0].Grad != nil {
		grad(v.in[0].Grad[from*in:], v.Grad[from*out:], v.in[1].Value, to-from, in, out, !v.setsGrad)
	}
}

// weightGradRows adds the gradient of rows [from, to) of the weight. The call for the first rows
// adds the gradient of the bias too. grad is f32.DenseWeight or f32.LinearWeight.
func (v *Var) weightGradRows(from, to int, grad func(dw, x, dy []float32, n, in, out, from, to int)) {
	v.biasGrad(from)
	if dw := v.in[1].Grad; dw != nil {
		grad(dw, v.in[0].Value, v.Grad, v.Rows, v.in[0].Cols, v.Cols, from, to)
	}
}

// activationGradRows replaces rows [from, to) of v.Grad, the gradient of a layer's outputs, by the
// gradient before the activation. If these are all rows, it also adds the gradient of the bias,
// because this is faster than a second pass.
func (v *Var) activationGradRows(from, to int) {
	kept, db := v.Value, v.in[2].Grad
	if v.keepsSlope() {
		kept = v.kept
	}
	if db != nil && to-from == v.Rows {
		v.biasDone = true
		f32.LayerGrad(v.Grad, kept, db, v.Rows, v.activation())
		return
	}
	f32.ActivateGrad(v.Grad[from*v.Cols:to*v.Cols], kept[from*v.Cols:], v.activation())
}

// biasGrad adds the gradient of the bias. Only the call for the first rows of the weight does so.
func (v *Var) biasGrad(from int) {
	if db := v.in[2].Grad; db != nil && from == 0 && !v.biasDone {
		f32.SumRows(db, v.Grad, v.Rows)
	}
}
