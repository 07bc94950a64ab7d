package nn_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

func newRand() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func normal(rng *rand.Rand, x []float32) []float32 {
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

func newMLP(t *testing.T, c nn.MLPConfig) *nn.MLP {
	t.Helper()
	m, err := nn.NewMLP(newRand(), "net", c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// sameBits reports whether x and y are the same numbers to the bit.
func sameBits(x, y []float32) bool {
	return slices.EqualFunc(x, y, func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) })
}

// named returns the parameters and buffers of n by their names.
func named(n nn.Network) map[string]*tape.Param {
	all := map[string]*tape.Param{}
	for _, p := range nn.Tensors(n) {
		all[p.Name] = p
	}
	return all
}
