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
	layers     []*layer
	activation f32.Activation
	hidden     [2][]float32 // scratch of Infer: what a layer reads, what it writes
}

// activations are the names a configuration may give.
func activations() map[string]f32.Activation {
	return map[string]f32.Activation{"tanh": f32.TanhAct, "relu": f32.ReLUAct}
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
		gain, act := float32(math.Sqrt2), m.activation
		if i == len(c.Hidden) {
			gain, act = c.Gain, f32.Identity
		}
		l := newLayer(fmt.Sprintf("%s.%d", name, 2*i), in, out, act)
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
	for _, l := range m.layers {
		x = l.forward(t, x)
	}
	return x
}

// Infer writes what Forward would, without a tape.
func (m *MLP) Infer(y, x []float32) {
	in, out := m.layers[0].in, m.layers[len(m.layers)-1].out
	if len(x) == in { // spares the division, which takes longer than a small layer
		m.inferBlock(y[:out], x, 1)
		return
	}
	for n := len(x) / in; n > 0; n -= inferRows {
		rows := min(n, inferRows)
		m.inferBlock(y[:rows*out], x[:rows*in], rows)
		y, x = y[rows*out:], x[rows*in:]
	}
}

func (m *MLP) inferBlock(y, x []float32, n int) {
	last := len(m.layers) - 1
	for i, l := range m.layers[:last] {
		m.hidden[i%2] = grow(m.hidden[i%2], n*l.out)
		l.infer(m.hidden[i%2], x, n)
		x = m.hidden[i%2]
	}
	m.layers[last].infer(y, x, n)
}

// Clone returns a copy of m.
func (m *MLP) Clone() Network {
	c := &MLP{activation: m.activation}
	for _, l := range m.layers {
		c.layers = append(c.layers, l.clone())
	}
	return c
}

// State visits the parameters.
func (m *MLP) State(s *state.State) { visit(s, m.Params()) }

// orthogonal fills p with gain times a random matrix whose rows, or columns if
// those are fewer, are orthonormal. Saxe et al. 2014, arXiv:1312.6120; by
// Gram and Schmidt's process, in float64.
func orthogonal(rng *rand.Rand, p *tape.Param, gain float32) {
	shape, value := p.Shape(), make([]float32, len(p.Value))
	k, n := shape[0], shape[1] // k vectors of n elements
	row, col := shape[1], 1    // how far apart neighbours are in value
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
			value[i*row+j*col] = gain * float32(v[j])
		}
		basis[i] = v
	}
	p.Import(value)
}

func inner(x, y []float64) (sum float64) {
	for i := range x {
		sum += float64(x[i] * y[i])
	}
	return sum
}
