package nn_test

import (
	"testing"

	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// variants are perceptrons whose Infer is their Forward, to the bit.
func variants() map[string]nn.MLPConfig {
	all := map[string]nn.MLPConfig{
		"norm":  {In: 7, Hidden: []int{33, 5}, Out: 3, Activation: "tanh", Norm: "layer", Gain: 1},
		"trunk": {In: 7, Hidden: []int{33, 3}, Activation: "relu"},
	}
	for _, name := range []string{"tanh", "relu", "leaky_relu", "elu", "gelu", "silu", "sigmoid", "softplus"} {
		all[name] = nn.MLPConfig{In: 7, Hidden: []int{33, 5}, Out: 3, Activation: name, Gain: 1}
	}
	return all
}

// TestInfer wants the very bits of Forward from Infer, for a batch in one piece
// and in any two: agents act with the one and learn with the other.
func TestInfer(t *testing.T) {
	for name, c := range variants() {
		m, rng := newMLP(t, c), newRand()
		for _, p := range m.Params() {
			normal(rng, p.Value)
		}
		for _, n := range []int{1, 2, 3, 64, 65} {
			x, tp := normal(rng, make([]float32, 7*n)), tape.New()
			want := m.Forward(tp, tp.Const(x, n)).Value
			for split := range n {
				y := make([]float32, 3*n)
				m.Infer(y[:3*split], x[:7*split])
				m.Infer(y[3*split:], x[7*split:])
				if !sameBits(y, want) {
					t.Errorf("%s: Infer of %d rows, split after %d, differs from Forward", name, n, split)
				}
			}
		}
	}
}

func TestMLPAllocs(t *testing.T) {
	for name, c := range variants() {
		c.Dropout = 0.5
		m, tp := newMLP(t, c), tape.New()
		x, y := make([]float32, 7*4), make([]float32, 3*4)
		if n := testing.AllocsPerRun(10, func() { m.Infer(y, x) }); n != 0 {
			t.Errorf("%s: a warm Infer allocates %v times, want 0", name, n)
		}
		if n := testing.AllocsPerRun(10, func() {
			tp.Reset()
			m.Forward(tp, tp.Const(x, 4)).Mean().Backward()
		}); n != 0 {
			t.Errorf("%s: a warm Forward and Backward allocate %v times, want 0", name, n)
		}
	}
}
