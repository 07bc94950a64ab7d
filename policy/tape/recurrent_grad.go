package tape

import "github.com/rlrun/rlrun/policy/f32"

func (recurrent) Backward(v *Var) {
	r := v.recurrence()
	h := f32.PackedIn(r.panelsH, r.g, r.h)
	h.Pack(v.in[recurrentWH].Value, r.g, r.h, true)
	v.share(shareInput, r.n, v.Rows*r.h*r.g, recurrentStepsGrad)
	v.share(shareWeight, r.i+r.h, v.Rows*(r.i+r.h)*r.g, recurrentWeights)
	if v.in[0].Grad != nil {
		x := f32.PackedIn(r.panelsX, r.g, r.i)
		x.Pack(v.in[recurrentWX].Value, r.g, r.i, true)
		v.share(shareRowsGrad, v.Rows, v.Rows*r.i*r.g, recurrentInputsGrad)
	}
}

// gradients returns the gradients of W x + b and of U h + c, [R, G·H].
func (r *recurrence) gradients(v *Var) (dx, dh []float32) {
	switch r.cell {
	case RNN:
		return v.Grad, v.Grad
	case GRU:
		return r.gates, r.dparts
	}
	return r.gates, r.gates
}

// recurrentStepsGrad computes the gradients of the gates for all steps of the sequences [from, to), from
// the last step to the first.
func recurrentStepsGrad(v *Var, from, to int) {
	r, n, first := v.recurrence(), to-from, v.in[recurrentFirst].Value
	h := r.h
	dh, w := r.dh[from*h:to*h], f32.PackedIn(r.panelsH, r.g, h)
	_, dparts := r.gradients(v)
	clear(dh)
	if r.cell == LSTM {
		clear(r.ds[from*h : to*h])
	}
	for step := r.steps - 1; step >= 0; step-- {
		row := step*r.n + from
		r.stepGrad(v, row, from, n)
		if step == 0 {
			break
		}
		if r.cell != GRU { // the gradient of h by U alone; a GRU has z ∘ h, too
			clear(dh)
		}
		w.Product(dh, dparts[row*r.g:(row+n)*r.g], nil, n, f32.Identity)
		for i := range n {
			if first[row+i] == 0 {
				continue
			}
			clear(dh[i*h : (i+1)*h])
			if r.cell == LSTM {
				clear(r.ds[(from+i)*h : (from+i+1)*h])
			}
		}
	}
}

// stepGrad computes the gradients of the gates for a step of n sequences, the first of them sequence i. For
// a GRU it sets dh to the part of the gradient that reaches the step before by z ∘ h.
func (r *recurrence) stepGrad(v *Var, row, i, n int) {
	h, dh := r.h, r.dh[i*r.h:(i+n)*r.h]
	dy := v.Grad[row*h : (row+n)*h]
	if r.cell == RNN {
		f32.AddTo(dy, dh)
		f32.ActivateGrad(dy, v.Value[row*h:(row+n)*h], f32.TanhAct)
		return
	}
	f32.AddTo(dh, dy)
	from, to := row*h, (row+n)*h
	gates := r.gates[row*r.g : (row+n)*r.g]
	if r.cell == GRU {
		f32.GRUGatesGrad(gates, r.dparts[row*r.g:], gates, r.part[from:to], dh, r.hBefore[from:to], h)
	} else {
		f32.LSTMGatesGrad(gates, gates, dh, r.ds[i*h:(i+n)*h], r.s[from:to], r.sBefore[from:to], h)
	}
}

// recurrentWeights adds the gradients of rows [from, to) of the weights: the rows of wx, then those of
// wh. The call for the first row adds the gradients of the biases too.
func recurrentWeights(v *Var, from, to int) {
	r := v.recurrence()
	dx, dh := r.gradients(v)
	if from == 0 {
		if b := v.in[recurrentBX].Grad; b != nil {
			f32.SumRows(b, dx, v.Rows)
		}
		if b := v.in[recurrentBH].Grad; b != nil {
			f32.SumRows(b, dh, v.Rows)
		}
	}
	if w := v.in[recurrentWX].Grad; w != nil && from < r.i {
		f32.SequenceWeights(w, v.in[0].Value, dx, v.Rows, r.i, r.g, from, min(to, r.i))
	}
	if w := v.in[recurrentWH].Grad; w != nil && to > r.i {
		f32.SequenceWeights(w, r.hBefore, dh, v.Rows, r.h, r.g, max(from, r.i)-r.i, to-r.i)
	}
}

// recurrentInputsGrad adds or sets rows [from, to) of the gradient of the inputs.
func recurrentInputsGrad(v *Var, from, to int) {
	r := v.recurrence()
	d, _ := r.gradients(v)
	w, dx := f32.PackedIn(r.panelsX, r.g, r.i), v.in[0].Grad[from*r.i:to*r.i]
	if v.setsGrad {
		clear(dx)
	}
	w.Product(dx, d[from*r.g:to*r.g], nil, to-from, f32.Identity)
}
