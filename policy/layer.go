package policy

import (
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// narrow is the number of outputs from which on a layer's weight is kept
// transposed, which is the better form for the kernels of f32.
const narrow = 16

// A layer is act(x wᵀ + b) for w [O, I] and b [O].
type layer struct {
	weight, bias *tape.Param
	in, out      int
	act          f32.Activation
}

// newLayer returns a layer of zeros.
func newLayer(name string, in, out int, act f32.Activation) *layer {
	l := &layer{bias: tape.NewVector(name+".bias", out), in: in, out: out, act: act}
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
		return x.Linear(w, b, l.act)
	}
	return x.Dense(w, b, l.act)
}

// infer writes the same bits without a tape: y [n, O] of x [n, I].
func (l *layer) infer(y, x []float32, n int) {
	if l.out < narrow {
		f32.Linear(y, x, l.weight.Value, l.bias.Value, n, l.in, l.out, l.act)
	} else {
		f32.Dense(y, x, l.weight.Value, l.bias.Value, n, l.in, l.out, l.act)
	}
}

func (l *layer) clone() *layer { return &layer{l.weight.Clone(), l.bias.Clone(), l.in, l.out, l.act} }
