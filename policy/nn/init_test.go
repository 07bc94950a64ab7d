package nn_test

import (
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/policy/nn"
)

// TestOrthogonal holds W Wᵀ, or Wᵀ W if that is smaller, to gain² I: the gain is
// √2, and the last layer's its own.
func TestOrthogonal(t *testing.T) {
	m := newMLP(t, nn.MLPConfig{In: 5, Hidden: []int{8, 8, 2}, Out: 3, Activation: "tanh", Gain: 0.5})
	for i, square := range []float64{2, 2, 2, 0.25} {
		w, b := m.Params()[2*i], m.Params()[2*i+1]
		at := func(i, j int) float64 { return float64(w.Value[i*w.Cols+j]) }
		n, k := w.Rows, w.Cols
		if n > k {
			n, k = k, n
			at = func(i, j int) float64 { return float64(w.Value[j*w.Cols+i]) }
		}
		for r := range n {
			for c := range n {
				var got, want float64
				for j := range k {
					got += at(r, j) * at(c, j)
				}
				if r == c {
					want = square
				}
				if math.Abs(got-want) > 1e-5 {
					t.Errorf("%s: vectors %d and %d have product %v, want %v", w.Name, r, c, got, want)
				}
			}
		}
		if slices.ContainsFunc(b.Value, func(v float32) bool { return v != 0 }) {
			t.Errorf("%s = %v, want zeros", b.Name, b.Value)
		}
	}
}

// TestInits holds the mean and the mean square of each initialisation's weights
// to what it says they are, at 5 standard errors or more, and bounds to theirs.
func TestInits(t *testing.T) {
	const in, out = 200, 300
	for name, want := range map[string]struct {
		variance, most, bias float64
	}{
		"xavier_uniform":  {2. / (in + out), math.Sqrt(6. / (in + out)), 0},
		"xavier_normal":   {2. / (in + out), math.Inf(1), 0},
		"kaiming_uniform": {2. / in, math.Sqrt(6. / in), 0},
		"kaiming_normal":  {2. / in, math.Inf(1), 0},
		"pytorch":         {1. / in / 3, 1 / math.Sqrt(in), 1 / math.Sqrt(in)},
	} {
		m := newMLP(t, nn.MLPConfig{In: in, Out: out, Activation: "tanh", Init: name, Gain: 9})
		var sum, squares, most, bias float64
		for _, w := range m.Params()[0].Value {
			w := float64(w)
			sum, squares, most = sum+w, squares+w*w, max(most, math.Abs(w))
		}
		for _, b := range m.Params()[1].Value {
			bias = max(bias, math.Abs(float64(b)))
		}
		const n = in * out
		if mean := sum / n; math.Abs(mean) > 5*math.Sqrt(want.variance/n) {
			t.Errorf("%s: mean %v, want 0", name, mean)
		}
		if v := squares / n; math.Abs(v/want.variance-1) > 5*math.Sqrt(2./n) {
			t.Errorf("%s: variance %v, want %v", name, v, want.variance)
		}
		if most > want.most*(1+1e-6) || bias > want.bias*(1+1e-6) || bias < want.bias/2 {
			t.Errorf("%s: weights up to %v and biases up to %v, want %v and %v", name, most, bias, want.most, want.bias)
		}
	}
}
