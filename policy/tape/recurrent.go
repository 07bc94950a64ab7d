package tape

import (
	"fmt"

	"github.com/rlrun/rlrun/policy/f32"
)

// A Cell is a kind of recurrent units. Its equations are those of PyTorch. W, U and b are weights and
// biases, σ is the sigmoid, ∘ the product of elements, and x and h are the inputs and the outputs before
// the step:
type Cell int

const (
	// RNN is h' = tanh(W x + b + U h + c). Elman 1990.
	RNN Cell = iota

	// GRU has a reset gate r, an update gate z and a candidate n. Cho et al. 2014, arXiv:1406.1078,
	// with the reset gate after the product, as cuDNN has it:
	//
	//	r, z = σ(W x + b + U h + c)    n = tanh(W x + b + r ∘ (U h + c))    h' = (1 - z) ∘ n + z ∘ h
	GRU

	// LSTM has an input gate i, a forget gate f, a candidate g and an output gate o, and a second
	// state, the cell state s. Hochreiter and Schmidhuber 1997; the forget gate is from Gers et al. 2000:
	//
	//	i, f, o = σ(W x + b + U h + c)    g = tanh(W x + b + U h + c)    s' = f ∘ s + i ∘ g    h' = o ∘ tanh s'
	LSTM
)

// Gates returns the number of gates, of H numbers each, in the order of the equations; LSTM has
// them in the order i, f, g, o.
func (c Cell) Gates() int { return [...]int{1, 3, 4}[c] }

// States returns the number of states, of H numbers each, that a step passes to the next: h, and s of an LSTM.
func (c Cell) States() int { return [...]int{1, 1, 2}[c] }

// Recurrent returns the outputs [T·N, H] of a layer of H recurrent units for N sequences of T steps. x
// [T·N, I] is ordered by time: row t·N+i is step t of sequence i. With G gates, wx is [I, G·H], wh
// is [H, G·H], and bx and bh are [1, G·H]. Where first [T·N, 1] is not 0, an episode begins: the
// states become 0 before the step. memory [N, States·H] has the states before the first step. first
// and memory are constants.
func (x *Var) Recurrent(c Cell, wx, wh, bx, bh, first, memory *Var) *Var {
	h, wide, n := wh.Rows, c.Gates()*wh.Rows, memory.Rows
	if wx.Rows != x.Cols || wx.Cols != wide || wh.Cols != wide || len(bx.Value) != wide || len(bh.Value) != wide ||
		memory.Cols != c.States()*h || x.Rows%n != 0 || len(first.Value) != x.Rows {
		panic(fmt.Sprintf("tape: Recurrent with %d gates of %d×%d, %d×%d, %d×%d, %d first rows and memory %d×%d",
			c.Gates(), x.Rows, x.Cols, wx.Rows, wx.Cols, wh.Rows, wh.Cols, len(first.Value), n, memory.Cols))
	}
	return x.tape.record(recurrent{}, constants{i: int(c)}, x.Rows, h, x, wx, wh, bx, bh, first, memory)
}

// recurrent is the operation of Recurrent. The constant i is the Cell.
type recurrent struct{}

// The operands of recurrent, besides x.
const (
	recurrentWX = iota + 1
	recurrentWH
	recurrentBX
	recurrentBH
	recurrentFirst
	recurrentMemory
)

// A recurrence is what a recurrent layer keeps in the forward pass for the backward pass.
type recurrence struct {
	cell           Cell
	i, h, g        int       // numbers of inputs and outputs, and numbers of all gates in a row
	rows, steps, n int       // R = T·N, T and N
	gates          []float32 // [R, G·H] activated gates, and in the backward pass the gradients of W x + b; of an RNN these are Value and Grad
	hBefore        []float32 // [R, H] h before each step
	sBefore, s     []float32 // [R, H] s of an LSTM before and after each step
	part           []float32 // [R, H] U h + c in the candidate of a GRU
	dparts         []float32 // [R, 3H] gradients of U h + c of a GRU
	parts          []float32 // [N, 3H] U h + c of a GRU in the current step
	dh, ds         []float32 // [N, H] gradients of h and s after the current step
	bias           []float32 // [G·H] b + c, except for a GRU
	panelsX        []float32 // wx in panels, and in the backward pass its transpose
	panelsH        []float32 // wh in panels, and in the backward pass its transpose
}

// recurrence returns the data that v keeps.
func (v *Var) recurrence() recurrence {
	c, i, h, n := Cell(v.c.i), v.in[0].Cols, v.Cols, v.in[recurrentMemory].Rows
	g := c.Gates() * h
	r := recurrence{cell: c, i: i, h: h, g: g, rows: v.Rows, steps: v.Rows / n, n: n}
	x, u := max(f32.PackedLen(i, g), f32.PackedLen(g, i)), max(f32.PackedLen(h, g), f32.PackedLen(g, h))
	size := v.Rows*h + n*h + g + x + u
	switch c {
	case GRU:
		size += v.Rows*(g+h+g) + n*g
	case LSTM:
		size += v.Rows*(g+2*h) + n*h
	}
	kept := v.Keep(size)
	take := func(n int) []float32 {
		part := kept[:n:n]
		kept = kept[n:]
		return part
	}
	r.hBefore, r.dh, r.bias, r.panelsX, r.panelsH = take(v.Rows*h), take(n*h), take(g), take(x), take(u)
	switch c {
	case RNN:
		r.gates = v.Value
	case GRU:
		r.gates, r.part, r.dparts, r.parts = take(v.Rows*g), take(v.Rows*h), take(v.Rows*g), take(n*g)
	case LSTM:
		r.gates, r.sBefore, r.s, r.ds = take(v.Rows*g), take(v.Rows*h), take(v.Rows*h), take(n*h)
	}
	return r
}

func (recurrent) Forward(v *Var) {
	r := v.recurrence()
	if r.cell != GRU {
		f32.Add(r.bias, v.in[recurrentBX].Value, v.in[recurrentBH].Value)
	}
	x, h := f32.PackedIn(r.panelsX, r.i, r.g), f32.PackedIn(r.panelsH, r.h, r.g)
	x.Pack(v.in[recurrentWX].Value, r.i, r.g, false)
	h.Pack(v.in[recurrentWH].Value, r.h, r.g, false)
	v.share(shareRows, v.Rows, v.Rows*r.i*r.g, recurrentInputs)
	v.Share(r.n, v.Rows*r.h*r.g, recurrentSteps)
}

// recurrentInputs computes W x + b for the rows [from, to), and adds c except for a GRU.
func recurrentInputs(v *Var, from, to int) {
	r := v.recurrence()
	w, b := f32.PackedIn(r.panelsX, r.i, r.g), r.bias
	if r.cell == GRU {
		b = v.in[recurrentBX].Value
	}
	w.Product(r.gates[from*r.g:to*r.g], v.in[0].Value[from*r.i:to*r.i], b, to-from, f32.Identity)
}

// recurrentSteps computes all steps of the sequences [from, to).
func recurrentSteps(v *Var, from, to int) {
	r := v.recurrence()
	for step := range r.steps {
		row := step*r.n + from
		r.before(v, row, from, to-from)
		r.step(v, row, from, to-from)
	}
}

// before sets the states before a step of n sequences. row is the row of the first sequence, which
// is sequence i.
func (r *recurrence) before(v *Var, row, i, n int) {
	first, h := v.in[recurrentFirst].Value, r.h
	for k := row; k < row+n; k, i = k+1, i+1 {
		at, last := k*h, (k-r.n)*h
		switch {
		case first[k] != 0:
			clear(r.hBefore[at : at+h])
			if r.cell == LSTM {
				clear(r.sBefore[at : at+h])
			}
		case last < 0:
			m := v.in[recurrentMemory].row(i)
			copy(r.hBefore[at:at+h], m)
			if r.cell == LSTM {
				copy(r.sBefore[at:at+h], m[h:])
			}
		default:
			copy(r.hBefore[at:at+h], v.Value[last:])
			if r.cell == LSTM {
				copy(r.sBefore[at:at+h], r.s[last:])
			}
		}
	}
}

// step computes a step of n sequences, the first of them sequence i.
func (r *recurrence) step(v *Var, row, i, n int) {
	w, h := f32.PackedIn(r.panelsH, r.h, r.g), r.h
	from, to := row*h, (row+n)*h
	y, before, gates := v.Value[from:to], r.hBefore[from:to], r.gates[row*r.g:(row+n)*r.g]
	switch r.cell {
	case RNN:
		w.Product(gates, before, nil, n, f32.TanhAct)
	case GRU:
		parts := r.parts[i*r.g : (i+n)*r.g]
		w.Product(parts, before, v.in[recurrentBH].Value, n, f32.Identity)
		f32.GRUGates(gates, parts, y, before, h)
		for k := range n {
			copy(r.part[from+k*h:][:h], parts[k*r.g+2*h:])
		}
	case LSTM:
		w.Product(gates, before, nil, n, f32.Identity)
		f32.LSTMGates(gates, y, r.s[from:to], r.sBefore[from:to], h)
	}
}
