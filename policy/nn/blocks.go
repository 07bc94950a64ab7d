package nn

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// residual is the layer act(x + f(x)), where f is a network. If the outputs of f have another shape
// than x, the layer is act(p(x) + f(x)), where p is a linear layer, or a 1×1 convolution for images. He
// et al. 2016, arXiv:1512.03385, section 3.2.
type residual struct {
	body       *Sequential // f
	projection Network     // p; nil if there is none
	act        f32.Activation
	in, out    int
	scratch    scratch // outputs of p
}

// newResidual is the Kind of residual layers.
func (b *planBuilder) newResidual(rng *rand.Rand, name string, in Shape, l Layer) (Network, Shape, error) {
	r := Read(l)
	layers, act := r.Layers(), r.Text("activation", "identity")
	init, gain := r.Text(initKey, defaultInit), r.Number("gain", 1)
	if err := r.Err(); err != nil {
		return nil, nil, err
	}
	own, ok := activations()[act]
	if !ok {
		return nil, nil, fmt.Errorf("%s: activation %q, %s", l.Kind, act, wantOneOf(act, activations()))
	}
	body, out, err := b.body(rng, name, name, in, layers)
	if err != nil {
		return nil, nil, err
	}
	n := &residual{body: body, act: own.Activation, in: in.Size(), out: out.Size()}
	if !slices.Equal(in, out) {
		n.projection, err = b.project(rng, name+".projection", in, out, init, float32(gain))
	}
	return n, out, err
}

// body returns the network of the inner layers of the layer with the given name. prefix is the
// prefix of the names of the inner layers. The weights of the network count.
func (b *planBuilder) body(rng *rand.Rand, name, prefix string, in Shape, layers Layers) (*Sequential, Shape, error) {
	if len(layers) == 0 {
		return nil, nil, errors.New("there are no layers in it, want a list, as [{linear: 64}, tanh]")
	}
	return b.sequence(rng, prefix, in, layers, b.places[name])
}

// project returns the projection of a residual layer with the given shapes of inputs and outputs.
func (b *planBuilder) project(rng *rand.Rand, name string, in, out Shape, init string, gain float32) (Network, error) {
	initialise, err := initialisationOf(init)
	switch {
	case err != nil:
		return nil, err
	case len(in) == 1 && len(out) == 1:
		if out[0] > (b.left-out[0])/in[0] {
			return nil, fmt.Errorf("its projection %w", errWeights)
		}
		n := zeroLinear(name, in[0], out[0])
		initialise(rng, n, gain)
		return n, nil
	case len(in) == 3 && len(out) == 3:
		for stride := 1; stride <= max(in[0], in[1]); stride++ {
			if (in[0]-1)/stride+1 != out[0] || (in[1]-1)/stride+1 != out[1] {
				continue
			}
			n, _, err := b.makeConv(name, f32.ConvShape{H: in[0], W: in[1], C: in[2], KH: 1, KW: 1, Stride: stride, O: out[2]})
			if err == nil {
				n.initialise(rng, initialise, gain)
			}
			return n, err
		}
	}
	return nil, fmt.Errorf("its layers turn %v into %v, and no 1×1 convolution or linear layer does that for the sum", in, out)
}

// inner returns f and, if there is one, p.
func (l *residual) inner() []Network {
	if l.projection == nil {
		return []Network{l.body}
	}
	return []Network{l.body, l.projection}
}

func (l *residual) Forward(t *tape.Tape, x *tape.Var, p Pass) *tape.Var {
	y := l.body.Forward(t, x, p)
	if l.projection != nil {
		x = l.projection.Forward(t, x, p)
	}
	if y = x.Add(y); l.act != f32.Identity {
		y = y.Activate(l.act)
	}
	return y
}

func (l *residual) Infer(y, x []float32, m Memory) {
	l.body.inferInside(y, x, m)
	if l.projection != nil {
		projected := l.scratch.take(len(y))
		defer l.scratch.give(projected)
		l.projection.Infer(projected, x, Memory{})
		x = projected
	}
	if f32.Add(y, x, y); l.act != f32.Identity {
		f32.Activate(y, y, l.act)
	}
}

// inputOrder tells f and p the order of the inputs. Without p the outputs are in the same order as
// the inputs: then each output of f is added to the input at the same place in memory.
func (l *residual) inputOrder(order []int) []int {
	out := l.body.inputOrder(order)
	if p, ok := l.projection.(ordered); ok {
		return p.inputOrder(order)
	}
	if order == nil {
		return out
	}
	return order
}

func (l *residual) Tensors() (params, buffers []*tape.Param) { return innerTensors(l) }
func (l *residual) MemorySize() int                          { return l.body.MemorySize() }
func (l *residual) State(s *state.State)                     { l.body.State(s) }
func (l *residual) MulAdds() int                             { return innerMulAdds(l) }

func (l *residual) Clone() Network {
	c := &residual{body: l.body.Clone().(*Sequential), act: l.act, in: l.in, out: l.out}
	if l.projection != nil {
		c.projection = l.projection.Clone()
	}
	return c
}

// innerTensors returns the parameters and buffers of all networks inside a layer.
func innerTensors(c container) (params, buffers []*tape.Param) {
	for _, n := range c.inner() {
		p, b := n.Tensors()
		params, buffers = append(params, p...), append(buffers, b...)
	}
	return params, buffers
}

// innerMulAdds returns the number of multiply-adds of all networks inside a layer.
func innerMulAdds(c container) (sum int) {
	for _, n := range c.inner() {
		var info LayerInfo
		info.count(n)
		sum += info.MulAdds
	}
	return sum
}
