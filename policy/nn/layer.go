package nn

import (
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// narrow is the number of outputs from which on a layer's weight is kept
// transposed, which is the better form for the kernels of f32.
const narrow = 16

// A layer is act(x wᵀ + b) for w [O, I] and b [O], and what follows it.
type layer struct {
	weight, bias *tape.Param
	in, out      int
	act          f32.Activation
	then         []step
}

// A step is something that follows a layer's product. It changes no shape.
type step interface {
	forward(t *tape.Tape, x *tape.Var) *tape.Var // as in training
	infer(x []float32)                           // as in use, in place
	params() []*tape.Param
	buffers() []*tape.Param // what infer depends on besides
	state(s *state.State)   // what else training depends on
	clone() step
}

// newLayer returns a layer of zeros.
func newLayer(name string, in, out int) *layer {
	l := &layer{bias: tape.NewVector(name+".bias", out), in: in, out: out}
	if out < narrow {
		l.weight = tape.NewParam(name+".weight", out, in)
	} else {
		l.weight = tape.NewTransposed(name+".weight", in, out)
	}
	return l
}

// forward puts the layer on t.
func (l *layer) forward(t *tape.Tape, x *tape.Var) *tape.Var {
	w, b := t.Param(l.weight), t.Param(l.bias)
	if l.out < narrow {
		x = x.Linear(w, b, l.act)
	} else {
		x = x.Dense(w, b, l.act)
	}
	for _, s := range l.then {
		x = s.forward(t, x)
	}
	return x
}

// infer writes y [n, O] of x [n, I] without a tape.
func (l *layer) infer(y, x []float32, n int) {
	if l.out < narrow {
		f32.Linear(y, x, l.weight.Value, l.bias.Value, n, l.in, l.out, l.act)
	} else {
		f32.Dense(y, x, l.weight.Value, l.bias.Value, n, l.in, l.out, l.act)
	}
	for _, s := range l.then {
		s.infer(y)
	}
}

func (l *layer) clone() *layer {
	c := *l
	c.weight, c.bias, c.then = l.weight.Clone(), l.bias.Clone(), nil
	for _, s := range l.then {
		c.then = append(c.then, s.clone())
	}
	return &c
}

// stateless is a step that has nothing of its own.
type stateless struct{}

func (stateless) params() []*tape.Param  { return nil }
func (stateless) buffers() []*tape.Param { return nil }
func (stateless) state(*state.State)     {}
