package nn

import (
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// Names of layers with memory in plans.
const (
	lstmKind        = "lstm"
	gruKind         = "gru"
	rnnKind         = "rnn"
	attentionKind   = "attention"
	transformerKind = "transformer"
	gtrxlKind       = "gtrxl"
)

// recurrent is a stack of layers of recurrent units. A row of its Memory has the states of the first
// layer, h and then the cell state of an LSTM, then the states of the second layer, and so on.
type recurrent struct {
	cell    tape.Cell
	stack   []recurrentWeights // one per layer
	in, out int                // numbers of inputs and outputs
	scratch scratch
}

// recurrentWeights are the parameters of one layer of a stack. G is the number of gates. The names, and the
// shapes in files, are those of PyTorch.
type recurrentWeights struct {
	wx, wh *tape.Param // weights of the inputs [G·H, I] and of h [G·H, H]
	bx, bh *tape.Param // biases [G·H] of both
}

// maxStack is the largest number of layers in a stack.
const maxStack = 64

// newRecurrent returns the Kind of layers of the given cell.
func (b *planBuilder) newRecurrent(cell tape.Cell) Kind {
	return func(rng *rand.Rand, name string, in Shape, l Layer) (Network, Shape, error) {
		r := Read(l)
		size, layers := r.Outputs(), r.Count("layers", 1, maxStack)
		init, gain := r.Text("init", "pytorch"), float32(r.Number("gain", 1))
		chrono := readChrono(r, l, cell)
		if err := r.Err(); err != nil {
			return nil, nil, err
		}
		initialise, err := initialisationOf(init)
		if err != nil {
			return nil, nil, err
		}
		if err := oneAxis(l.Kind, in); err != nil {
			return nil, nil, err
		}
		i, h := float64(in[0]), float64(size)
		if h*float64(cell.Gates())*(i+h+2+float64(layers-1)*(2*h+2)) > float64(b.left) {
			return nil, nil, fmt.Errorf("%s of %d layers of %d units %w", l.Kind, layers, size, errWeights)
		}
		n := &recurrent{cell: cell, in: in.Size(), out: size}
		for k, inputs := 0, n.in; k < layers; k, inputs = k+1, size {
			w := zeroRecurrent(name, k, inputs, size, cell.Gates())
			w.initialise(rng, initialise, gain)
			if chrono > 0 {
				w.chrono(rng, cell, chrono)
			}
			n.stack = append(n.stack, w)
		}
		return n, Shape{size}, nil
	}
}

// zeroRecurrent returns the weights and biases of layer k of a stack. They are all 0.
func zeroRecurrent(name string, k, in, size, gates int) recurrentWeights {
	of := func(tensor string) string { return fmt.Sprintf("%s.%s_l%d", name, tensor, k) }
	return recurrentWeights{
		wx: tape.NewTransposed(of("weight_ih"), in, gates*size), wh: tape.NewTransposed(of("weight_hh"), size, gates*size),
		bx: tape.NewVector(of("bias_ih"), gates*size), bh: tape.NewVector(of("bias_hh"), gates*size),
	}
}

// initialise sets the initial weights and biases. For init pytorch, the bounds of all weights and biases
// depend on the number of units only, as in PyTorch.
func (w recurrentWeights) initialise(rng *rand.Rand, init initialisation, gain float32) {
	size, out := w.wh.Rows, w.wh.Cols
	init(rng, &linear{weight: w.wx, bias: w.bx, in: size, out: out}, gain)
	init(rng, &linear{weight: w.wh, bias: w.bh, in: size, out: out}, gain)
}

func (l *recurrent) Forward(t *tape.Tape, x *tape.Var, p Pass) *tape.Var {
	n, first := p.Sequences(x.Rows), firstRows(t, p.First, x.Rows)
	for _, w := range l.stack {
		memory := rowsBefore(t, p.Memory, n, l.rowSize())
		p.Memory = p.Memory.After(l.rowSize())
		x = x.Recurrent(l.cell, t.Param(w.wx), t.Param(w.wh), t.Param(w.bx), t.Param(w.bh), first, memory)
	}
	return x
}

// firstRows returns a constant [rows, 1] with 1 for each row that is the first of an episode, and 0
// for the other rows.
func firstRows(t *tape.Tape, first []bool, rows int) *tape.Var {
	v := t.Blank(rows, 1)
	clear(v.Value)
	for i, yes := range first {
		if yes {
			v.Value[i] = 1
		}
	}
	return v
}

// rowsBefore returns a constant [n, size] with the first size floats of each row of m, or zeros if
// m is empty.
func rowsBefore(t *tape.Tape, m Memory, n, size int) *tape.Var {
	v := t.Blank(n, size)
	if m.Empty() {
		clear(v.Value)
		return v
	}
	for i := range n {
		copy(v.Value[i*size:(i+1)*size], m.Row(i, size))
	}
	return v
}

func (l *recurrent) Infer(y, x []float32, m Memory) {
	n, size := len(y)/l.out, l.rowSize()
	gates, h := n*l.cell.Gates()*l.out, n*l.out
	floats := l.scratch.take(2*gates + h + size)
	s := recurrentScratch{floats[:gates], floats[gates : 2*gates], floats[2*gates : 2*gates+h], floats[2*gates+h:]}
	for _, w := range l.stack {
		w.step(l.cell, y, x, m, s, l.out)
		x, m = y, m.After(size)
	}
	l.scratch.give(floats)
}

// recurrentScratch is temporary memory for a step of n rows.
type recurrentScratch struct {
	gates, parts []float32 // [n, G·H] as in the forward pass on a tape
	h            []float32 // [n, H] h before the step
	state        []float32 // [States·H] states of a row without a memory
}

// step computes one step: outputs y [n, H] for inputs x [n, I], which may be the slice y.
func (w recurrentWeights) step(c tape.Cell, y, x []float32, m Memory, s recurrentScratch, size int) {
	n, g := len(y)/size, w.wh.Cols
	for i := range n {
		h := s.h[i*size : (i+1)*size]
		if clear(h); !m.Empty() {
			copy(h, m.Row(i, size))
		}
	}
	bias := s.parts[:g] // the slice has another use below for a GRU only
	if c == tape.GRU {
		bias = w.bx.Value
	} else {
		f32.Add(bias, w.bx.Value, w.bh.Value)
	}
	f32.Product(s.gates, x, w.wx.Value, bias, n, w.wx.Rows, g, f32.Identity)
	switch c {
	case tape.RNN:
		f32.Product(s.gates, s.h, w.wh.Value, nil, n, size, g, f32.TanhAct)
		copy(y, s.gates)
	case tape.GRU:
		f32.Product(s.parts, s.h, w.wh.Value, w.bh.Value, n, size, g, f32.Identity)
	case tape.LSTM:
		f32.Product(s.gates, s.h, w.wh.Value, nil, n, size, g, f32.Identity)
	}
	for i := range n {
		out, state := y[i*size:(i+1)*size], s.state
		if clear(state); !m.Empty() {
			state = m.Row(i, len(state))
		}
		switch c {
		case tape.GRU:
			f32.GRUGates(s.gates[i*g:], s.parts[i*g:], out, s.h[i*size:], size)
		case tape.LSTM:
			f32.LSTMGates(s.gates[i*g:], out, state[size:], state[size:], size)
		}
		copy(state, out)
	}
}

// rowSize returns the number of floats of memory per row of one layer of the stack.
func (l *recurrent) rowSize() int { return l.cell.States() * l.out }

func (l *recurrent) MemorySize() int { return len(l.stack) * l.rowSize() }

func (l *recurrent) Tensors() (params, buffers []*tape.Param) {
	for _, w := range l.stack {
		params = append(params, w.wx, w.wh, w.bx, w.bh)
	}
	return params, nil
}

func (l *recurrent) Clone() Network {
	n := &recurrent{cell: l.cell, in: l.in, out: l.out}
	for _, w := range l.stack {
		n.stack = append(n.stack, recurrentWeights{w.wx.Clone(), w.wh.Clone(), w.bx.Clone(), w.bh.Clone()})
	}
	return n
}

// inputOrder tells the first layer of the stack the order of its inputs.
func (l *recurrent) inputOrder(order []int) []int {
	l.stack[0].wx.SetInputOrder(order)
	return nil
}

func (*recurrent) concurrent() {}
