package nn

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/tape"
)

// What a layer may have, so that a slip of the finger is an error and does not
// eat the machine's memory.
const (
	maxWidth   = 1 << 16 // outputs of a layer
	MaxWeights = 1 << 26 // weights of a layer, or values of a table
)

// MLP is a multilayer perceptron.
type MLP struct {
	layers []*layer
	inference
}

// NewMLP returns an MLP. Its modules have the numbers that PyTorch's Sequential
// gives them: every layer's product, norm, activation and dropout counts.
func NewMLP(rng *rand.Rand, name string, c MLPConfig) (*MLP, error) {
	c = c.complete()
	if err := c.check(name); err != nil {
		return nil, err
	}
	begin, m, in, module := initialisations()[c.Init], new(MLP), c.In, 0
	next := func() string {
		module++
		return fmt.Sprintf("%s.%d", name, module-1)
	}
	for _, out := range c.Hidden {
		l := newLayer(next(), in, out)
		begin(rng, l, math.Sqrt2)
		c.follow(rng, l, next)
		m.layers, in = append(m.layers, l), out
	}
	if c.Out > 0 {
		l := newLayer(next(), in, c.Out)
		begin(rng, l, c.Gain)
		m.layers = append(m.layers, l)
	}
	return m, nil
}

// follow gives a hidden layer what comes after its product.
func (c *MLPConfig) follow(rng *rand.Rand, l *layer, next func() string) {
	if c.Norm != "none" {
		l.then = append(l.then, norms()[c.Norm](next(), l.out))
	}
	next()
	if act, ok := fused()[c.Activation]; ok && l.then == nil {
		l.act = act
	} else {
		l.then = append(l.then, activations()[c.Activation])
	}
	if c.Dropout > 0 {
		l.then = append(l.then, newDropout(rng, next(), c.Dropout))
	}
}

// complete returns c with what is left empty.
func (c MLPConfig) complete() MLPConfig {
	c.Norm, c.Init = cmp.Or(c.Norm, "none"), cmp.Or(c.Init, "orthogonal")
	return c
}

// check returns what is wrong with the first thing that cannot be.
func (c *MLPConfig) check(name string) error {
	if _, ok := activations()[c.Activation]; !ok {
		return fmt.Errorf("policy: activation_fn %q, %s", c.Activation, oneOf(activations()))
	}
	if _, ok := norms()[c.Norm]; !ok {
		return fmt.Errorf("policy: norm %q, %s", c.Norm, oneOf(norms()))
	}
	if _, ok := initialisations()[c.Init]; !ok {
		return fmt.Errorf("policy: init_fn %q, %s", c.Init, oneOf(initialisations()))
	}
	if !(0 <= c.Dropout && c.Dropout < 1) {
		return fmt.Errorf("policy: dropout is %v, want 0 or more and less than 1", c.Dropout)
	}
	in, widths := c.In, c.Hidden
	if in < 1 || in > MaxWeights {
		return fmt.Errorf("policy: %s: %d inputs, want 1 … %d", name, in, MaxWeights)
	}
	if c.Out != 0 || len(c.Hidden) == 0 {
		widths = append(slices.Clone(widths), c.Out)
	}
	for _, out := range widths {
		if out < 1 || out > maxWidth || in > MaxWeights/out {
			return fmt.Errorf("policy: %s: net_arch %v has a layer of %d×%d weights, want 1 … %d outputs and %d weights at most",
				name, c.Hidden, out, in, maxWidth, MaxWeights)
		}
		in = out
	}
	return nil
}

// Split returns c's hidden layers as a network of their own, and leaves c without
// them.
func (c *MLPConfig) Split(rng *rand.Rand, name string, e Engine) (Network, error) {
	if len(c.Hidden) == 0 {
		return nil, fmt.Errorf("policy: net_arch is %v, want a layer for a share_trunk or use_sde", c.Hidden)
	}
	n, err := e.MLP(rng, name, *c)
	c.In, c.Hidden = c.Hidden[len(c.Hidden)-1], nil
	return n, err
}

// Params returns each layer's weight and bias.
func (m *MLP) Params() (ps []*tape.Param) {
	for _, l := range m.layers {
		ps = append(ps, l.weight, l.bias)
		for _, s := range l.then {
			ps = append(ps, s.params()...)
		}
	}
	return ps
}

// Buffers returns the running averages of norms.
func (m *MLP) Buffers() (ps []*tape.Param) {
	for _, l := range m.layers {
		for _, s := range l.then {
			ps = append(ps, s.buffers()...)
		}
	}
	return ps
}

// Forward puts the network on t.
func (m *MLP) Forward(t *tape.Tape, x *tape.Var) *tape.Var {
	for _, l := range m.layers {
		x = l.forward(t, x)
	}
	return x
}

// Clone returns a copy of m.
func (m *MLP) Clone() Network {
	c := new(MLP)
	for _, l := range m.layers {
		c.layers = append(c.layers, l.clone())
	}
	return c
}

// State visits the parameters, the running averages, and the generators of dropout.
func (m *MLP) State(s *state.State) {
	VisitParams(s, Tensors(m))
	for _, l := range m.layers {
		for _, next := range l.then {
			next.state(s)
		}
	}
}
