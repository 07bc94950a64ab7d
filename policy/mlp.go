package policy

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// What a layer may have, so that a slip of the finger is an error and does not
// eat the machine's memory.
const (
	maxWidth   = 1 << 16
	maxWeights = 1 << 26
)

// inferRows is how many rows Infer takes at a time, which bounds its scratch.
const inferRows = 256

// MLP is a multilayer perceptron.
type MLP struct {
	layers     []layer
	activation activation
	hidden     [2][]float32 // scratch of Infer: what a layer reads, what it writes
}

type layer struct{ weight, bias *tape.Param } // [O, I], [O]

// An activation is one function in two forms, of the same bits.
type activation struct {
	onTape func(*tape.Var) *tape.Var
	plain  func(dst, x []float32)
}

// activations are the names a configuration may give.
func activations() map[string]activation {
	return map[string]activation{
		"tanh": {(*tape.Var).Tanh, f32.Tanh},
		"relu": {(*tape.Var).ReLU, f32.ReLU},
	}
}

// NewMLP returns an MLP whose weights are orthogonal, of gain √2 but for the
// last layer's, and whose biases are 0. Layers have the numbers that PyTorch's
// Sequential gives them, which counts the activations between.
func NewMLP(rng *rand.Rand, name string, c MLPConfig) (*MLP, error) {
	m, ok := new(MLP), false
	if m.activation, ok = activations()[c.Activation]; !ok {
		return nil, fmt.Errorf("policy: activation_fn %q, want tanh or relu", c.Activation)
	}
	in := c.In
	if in < 1 || in > maxWeights {
		return nil, fmt.Errorf("policy: %s: %d inputs, want 1 … %d", name, in, maxWeights)
	}
	for i, out := range slices.Concat(c.Hidden, []int{c.Out}) {
		if out < 1 || out > maxWidth || out*in > maxWeights {
			return nil, fmt.Errorf("policy: %s: net_arch %v has a layer of %d×%d weights, want 1 … %d outputs and %d weights at most",
				name, c.Hidden, out, in, maxWidth, maxWeights)
		}
		l := layer{
			tape.NewParam(fmt.Sprintf("%s.%d.weight", name, 2*i), out, in),
			tape.NewVector(fmt.Sprintf("%s.%d.bias", name, 2*i), out),
		}
		gain := float32(math.Sqrt2)
		if i == len(c.Hidden) {
			gain = c.Gain
		}
		orthogonal(rng, l.weight, gain)
		m.layers, in = append(m.layers, l), out
	}
	return m, nil
}

// Params returns each layer's weight and bias.
func (m *MLP) Params() (ps []*tape.Param) {
	for _, l := range m.layers {
		ps = append(ps, l.weight, l.bias)
	}
	return ps
}

// Forward puts the network on t.
func (m *MLP) Forward(t *tape.Tape, x *tape.Var) *tape.Var {
	for i, l := range m.layers {
		if i > 0 {
			x = m.activation.onTape(x)
		}
		x = x.Linear(t.Param(l.weight), t.Param(l.bias))
	}
	return x
}

// Infer writes what Forward would, without a tape.
func (m *MLP) Infer(y, x []float32) {
	last := len(m.layers) - 1
	in, out := m.layers[0].weight.Cols, m.layers[last].weight.Rows
	for n := len(x) / in; n > 0; n -= inferRows {
		rows := min(n, inferRows)
		m.inferBlock(y[:rows*out], x[:rows*in], rows)
		y, x = y[rows*out:], x[rows*in:]
	}
}

func (m *MLP) inferBlock(y, x []float32, n int) {
	last := len(m.layers) - 1
	for i, l := range m.layers {
		out := y
		if i < last {
			out = grow(m.hidden[i%2], n*l.weight.Rows)
			m.hidden[i%2] = out
		}
		f32.Linear(out, x, l.weight.Value, l.bias.Value, n, l.weight.Cols, l.weight.Rows)
		if i < last {
			m.activation.plain(out, out)
		}
		x = out
	}
}

// Clone returns a copy of m.
func (m *MLP) Clone() Network {
	c := &MLP{activation: m.activation}
	for _, l := range m.layers {
		c.layers = append(c.layers, layer{l.weight.Clone(), l.bias.Clone()})
	}
	return c
}

// State visits the parameters.
func (m *MLP) State(s *state.State) { visit(s, m.Params()) }

// orthogonal fills p with gain times a random matrix whose rows, or columns if
// those are fewer, are orthonormal. Saxe et al. 2014, arXiv:1312.6120; by
// Gram and Schmidt's process, in float64.
func orthogonal(rng *rand.Rand, p *tape.Param, gain float32) {
	k, n := p.Rows, p.Cols // k vectors of n elements
	row, col := p.Cols, 1  // how far apart neighbours are in p.Value
	if k > n {
		k, n, row, col = n, k, col, row
	}
	basis := make([][]float64, k)
	for i := range basis {
		v := make([]float64, n)
		for j := range v {
			v[j] = rng.NormFloat64()
		}
		for _, b := range basis[:i] {
			along := inner(v, b)
			for j := range v {
				v[j] -= float64(along * b[j])
			}
		}
		norm := math.Sqrt(inner(v, v))
		for j := range v {
			v[j] /= norm
			p.Value[i*row+j*col] = gain * float32(v[j])
		}
		basis[i] = v
	}
}

func inner(x, y []float64) (sum float64) {
	for i := range x {
		sum += float64(x[i] * y[i])
	}
	return sum
}
