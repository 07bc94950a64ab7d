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

// normal fills x with normally distributed random numbers, and returns x.
func normal(rng *rand.Rand, x []float32) []float32 {
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// build returns the network that Native builds from a plan, with the name net.
func build(t testing.TB, p nn.Plan) *nn.Sequential {
	t.Helper()
	n, err := nn.Native{}.Build(newRand(), "net", p)
	if err != nil {
		t.Fatal(err)
	}
	return n.(*nn.Sequential)
}

// mlp returns the plan of a multilayer perceptron.
func mlp(t testing.TB, in int, hidden []int, out int, o nn.MLPOptions) nn.Plan {
	t.Helper()
	p, err := nn.MLP(in, hidden, out, o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// newMLP returns a multilayer perceptron.
func newMLP(t testing.TB, in int, hidden []int, out int, o nn.MLPOptions) *nn.Sequential {
	t.Helper()
	return build(t, mlp(t, in, hidden, out, o))
}

// sameBits reports whether x and y are equal, bit for bit.
func sameBits(x, y []float32) bool {
	return slices.EqualFunc(x, y, func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) })
}

// byName returns the parameters and buffers of n by their names.
func byName(n nn.Network) map[string]*tape.Param {
	all := map[string]*tape.Param{}
	for _, p := range nn.Tensors(n) {
		all[p.Name] = p
	}
	return all
}
