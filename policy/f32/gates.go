package f32

// This file has the arithmetic of recurrent layers after their matrix products. n is the number of
// units of the layer, H. Matrices have R rows, one for each sequence; one call for all rows is faster
// than one for each. A row does not depend on the other rows or on R, bit for bit.

// LSTMGates computes a step of an LSTM. gates [R, 4H] has the sums for the gates i, f, g and o beside
// each other, and gets the gates. before [R, H] are the cells before the step. h and c [R, H] get the
// results and the cells after the step. Hochreiter and Schmidhuber 1997, as in PyTorch's LSTM:
//
//	i, f, g, o = σ(i), σ(f), tanh(g), σ(o)
//	c = f ∘ before + i ∘ g
//	h = o ∘ tanh(c)
func LSTMGates(gates, h, c, before []float32, n int) {
	rows := len(h) / n
	gates, c, before = gates[:rows*4*n], c[:rows*n], before[:rows*n]
	for r := range rows {
		at := r * n
		active.lstmGates(gates[4*at:4*(at+n)], h[at:at+n], c[at:at+n], before[at:at+n], n)
	}
}

// LSTMGatesGrad sets dgates [R, 4H] to the gradient of the sums of LSTMGates. gates, c and before are
// as LSTMGates has left them. dh [R, H] is the gradient of h. dc [R, H] is the gradient of c from the
// next step, and it gets the gradient of before.
func LSTMGatesGrad(dgates, gates, dh, dc, c, before []float32, n int) {
	rows := len(dh) / n
	dgates, gates = dgates[:rows*4*n], gates[:rows*4*n]
	dc, c, before = dc[:rows*n], c[:rows*n], before[:rows*n]
	for r := range rows {
		at := r * n
		active.lstmGatesGrad(dgates[4*at:4*(at+n)], gates[4*at:4*(at+n)], dh[at:at+n], dc[at:at+n], c[at:at+n], before[at:at+n], n)
	}
}

// GRUGates computes a step of a GRU. gates [R, 3H] has the sums of the inputs for r, z and n beside
// each other, and gets the gates. parts [R, 3H] has the sums of the state. before [R, H] is the state
// before the step, and h [R, H] gets the state after it. Cho et al. 2014, arXiv:1406.1078, as in
// PyTorch's GRU, which applies r after the matrix product:
//
//	r, z = σ(r + r'), σ(z + z')
//	n = tanh(n + r ∘ n')
//	h = (1 - z) ∘ n + z ∘ before
//
// GRUGatesGrad needs the last third of parts, n'.
func GRUGates(gates, parts, h, before []float32, n int) {
	rows := len(h) / n
	gates, parts, before = gates[:rows*3*n], parts[:rows*3*n], before[:rows*n]
	for r := range rows {
		at := r * n
		active.gruGates(gates[3*at:3*(at+n)], parts[3*at:3*(at+n)], h[at:at+n], before[at:at+n], n)
	}
}

// GRUGatesGrad sets dgates and dparts [R, 3H] to the gradients of gates and parts of GRUGates. gates and
// before are as GRUGates has left them, and part [R, H] is the last third of each row of parts. dh
// [R, H] is the gradient of h. It gets the part of the gradient of before that does not go through
// parts.
func GRUGatesGrad(dgates, dparts, gates, part, dh, before []float32, n int) {
	rows := len(dh) / n
	dgates, dparts, gates = dgates[:rows*3*n], dparts[:rows*3*n], gates[:rows*3*n]
	part, before = part[:rows*n], before[:rows*n]
	for r := range rows {
		at := r * n
		active.gruGatesGrad(dgates[3*at:3*(at+n)], dparts[3*at:3*(at+n)], gates[3*at:3*(at+n)], part[at:at+n], dh[at:at+n], before[at:at+n], n)
	}
}
