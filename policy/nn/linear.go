package nn

import (
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// minTransposed is the smallest number of outputs for which a layer stores its weight matrix
// transposed. With fewer outputs, f32 is faster with the matrix as it is.
const minTransposed = 16

// linear is the layer act(x wᵀ + b), with weights w [O, I] and biases b [O].
type linear struct {
	weight, bias *tape.Param
	in, out      int            // numbers of inputs and outputs
	act          f32.Activation // activation of the layer after it, which f32.Linear computes together with this layer
}

// newLinear is the Kind of linear layers.
func newLinear(rng *rand.Rand, name string, in Shape, l Layer) (Network, Shape, error) {
	r := Read(l)
	out, init, gain := r.Outputs(), r.Text("init", defaultInit), r.Number("gain", float64(defaultGain))
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
	n := zeroLinear(name, in.Size(), out)
	initialise(rng, n, float32(gain))
	return n, Shape{out}, nil
}

// oneAxis returns an error if the inputs of a layer have a shape with several axes.
func oneAxis(kind string, in Shape) error {
	if len(in) != 1 {
		return fmt.Errorf("%s has inputs of shape %v, want a shape with one axis: a layer flatten before it", kind, in)
	}
	return nil
}

// zeroLinear returns a linear layer whose weights and biases are 0.
func zeroLinear(name string, in, out int) *linear {
	l := &linear{bias: tape.NewVector(name+".bias", out), in: in, out: out}
	if out < minTransposed {
		l.weight = tape.NewParam(name+".weight", out, in)
	} else {
		l.weight = tape.NewTransposed(name+".weight", in, out)
	}
	return l
}

func (l *linear) Forward(t *tape.Tape, x *tape.Var, _ Pass) *tape.Var {
	w, b := t.Param(l.weight), t.Param(l.bias)
	if l.out < minTransposed {
		return x.Linear(w, b, l.act)
	}
	return x.Dense(w, b, l.act)
}

func (l *linear) Infer(y, x []float32, _ Memory) {
	n := 1
	if len(x) != l.in { // for one row n is 1; the division below would take longer than a small layer
		n = len(x) / l.in
	}
	if l.out < minTransposed {
		f32.Linear(y, x, l.weight.Value, l.bias.Value, n, l.in, l.out, l.act)
	} else {
		f32.Dense(y, x, l.weight.Value, l.bias.Value, n, l.in, l.out, l.act)
	}
}

func (l *linear) Tensors() (params, buffers []*tape.Param) {
	return []*tape.Param{l.weight, l.bias}, nil
}

func (*linear) MemorySize() int { return 0 }

func (l *linear) Clone() Network {
	c := *l
	c.weight, c.bias = l.weight.Clone(), l.bias.Clone()
	return &c
}
