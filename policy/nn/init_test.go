package nn_test

import (
	"encoding/binary"
	"hash/fnv"
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/policy/nn"
)

// TestOrthogonal checks that W Wᵀ is gain² times the identity matrix, or Wᵀ W if W has more rows
// than columns. The gain of hidden layers is √2, and the gain of the last layer is the option
// Gain.
func TestOrthogonal(t *testing.T) {
	m := newMLP(t, 5, []int{8, 8, 2}, 3, nn.MLPOptions{Activation: "tanh", Gain: 0.5})
	for i, square := range []float64{2, 2, 2, 0.25} {
		w, b := nn.Params(m)[2*i], nn.Params(m)[2*i+1]
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
					t.Errorf("%s: vectors %d and %d have inner product %v, want %v", w.Name, r, c, got, want)
				}
			}
		}
		if slices.ContainsFunc(b.Value, func(v float32) bool { return v != 0 }) {
			t.Errorf("%s = %v, want zeros", b.Name, b.Value)
		}
	}
}

// TestInits checks the mean, the variance and the bounds of each initialisation's weights and
// biases against the formulas of its paper, or of PyTorch. A mean or variance may differ from the
// formula by 5 standard errors.
func TestInits(t *testing.T) {
	const in, out = 200, 300
	for name, want := range map[string]struct {
		variance, bound, bias float64
	}{
		"xavier_uniform":  {2. / (in + out), math.Sqrt(6. / (in + out)), 0},
		"xavier_normal":   {2. / (in + out), math.Inf(1), 0},
		"kaiming_uniform": {2. / in, math.Sqrt(6. / in), 0},
		"kaiming_normal":  {2. / in, math.Inf(1), 0},
		"pytorch":         {1. / in / 3, 1 / math.Sqrt(in), 1 / math.Sqrt(in)},
	} {
		m := newMLP(t, in, nil, out, nn.MLPOptions{Activation: "tanh", Init: name, Gain: 9})
		var sum, squares, bound, bias float64
		for _, w := range nn.Params(m)[0].Value {
			w := float64(w)
			sum, squares, bound = sum+w, squares+w*w, max(bound, math.Abs(w))
		}
		for _, b := range nn.Params(m)[1].Value {
			bias = max(bias, math.Abs(float64(b)))
		}
		const n = in * out
		if mean := sum / n; math.Abs(mean) > 5*math.Sqrt(want.variance/n) {
			t.Errorf("%s: mean %v, want 0", name, mean)
		}
		if v := squares / n; math.Abs(v/want.variance-1) > 5*math.Sqrt(2./n) {
			t.Errorf("%s: variance %v, want %v", name, v, want.variance)
		}
		if bound > want.bound*(1+1e-6) || bias > want.bias*(1+1e-6) || bias < want.bias/2 {
			t.Errorf("%s: weights up to %v and biases up to %v, want %v and %v", name, bound, bias, want.bound, want.bias)
		}
	}
}

// TestFirstWeights checks that a seed gives the same initial weights as in earlier versions, and
// leaves rng in the same state. It compares hashes of the values with recorded hashes. They come
// from the last version without plans.
func TestFirstWeights(t *testing.T) {
	for init, want := range map[string]uint64{
		"orthogonal": 0x9336566ee30f0981, "xavier_uniform": 0xea453d7a9f0ed504, "xavier_normal": 0xda199b637a8fa558,
		"kaiming_uniform": 0x2cc6093a012056ec, "kaiming_normal": 0x9b3379b09c8dbe7c, "pytorch": 0xb80c59e2c1e471ca,
	} {
		rng, h := newRand(), fnv.New64a()
		m, err := nn.Native{}.Build(rng, "net", mlp(t, 3, []int{20, 5}, 4, nn.MLPOptions{Activation: "tanh", Norm: "batch", Dropout: 0.25, Init: init, Gain: 0.01}))
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range nn.Tensors(m) {
			binary.Write(h, binary.LittleEndian, p.Value)
		}
		if binary.Write(h, binary.LittleEndian, rng.Uint64()); h.Sum64() != want {
			t.Errorf("%s: the hash of the weights is %#x, want %#x", init, h.Sum64(), want)
		}
	}
}
