package policy

import (
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// A Network is a differentiable function of a batch of rows.
type Network interface {
	Params() []*tape.Param

	// Forward puts the network on t: [B, O] of x [B, I].
	Forward(t *tape.Tape, x *tape.Var) *tape.Var

	// Infer writes the same bits without a tape: y [B, O] of x [B, I]. What
	// can fail in it comes out of the next Forward's tape.
	Infer(y, x []float32)

	Clone() Network // with parameters of its own
}

// An Engine makes networks. Another engine's networks put themselves on the
// tape with Tape.Apply; losses and optimisers do not see the difference.
type Engine interface {
	// MLP returns a multilayer perceptron with parameters name.0.weight [O, I],
	// name.0.bias [O], name.2.weight, … and random values from rng.
	MLP(rng *rand.Rand, name string, c MLPConfig) (Network, error)
}

// MLPConfig describes a multilayer perceptron.
type MLPConfig struct {
	In, Out    int
	Hidden     []int
	Activation string  // between the layers: tanh or relu
	Gain       float32 // of the last layer's weights at the start
}

// Native is the Engine of this package, whose networks are made of the tape's
// own operations.
type Native struct{}

var _ Engine = Native{}

// MLP returns an *MLP.
func (Native) MLP(rng *rand.Rand, name string, c MLPConfig) (Network, error) {
	return NewMLP(rng, name, c)
}

// Params gathers the parameters of several networks.
func Params(nets ...Network) []*tape.Param {
	var ps []*tape.Param
	for _, n := range nets {
		ps = append(ps, n.Params()...)
	}
	return ps
}

// Blend moves the parameters dst towards src, which are as many of the same
// shapes: θ' ← τθ + (1-τ)θ'. τ = 1 copies. Lillicrap et al. 2016,
// arXiv:1509.02971, algorithm 1.
func Blend(dst, src []*tape.Param, tau float32) {
	if len(dst) != len(src) {
		panic(fmt.Sprintf("policy: Blend of %d parameters and %d", len(dst), len(src)))
	}
	for i, p := range dst {
		f32.Blend(p.Value, src[i].Value, tau)
	}
}

// ArgMax returns the index of the greatest element, the first of equals.
func ArgMax(x []float32) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}

// visit visits the values of parameters.
func visit(s *state.State, params []*tape.Param) {
	for _, p := range params {
		s.Floats(p.Name, p.Value)
	}
}

// grow returns x with n elements, whose values are arbitrary.
func grow(x []float32, n int) []float32 {
	if cap(x) < n {
		return make([]float32, n)
	}
	return x[:n]
}
