// Package nn has networks: layers, what describes them, and the engines that make them.
package nn

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

	// Forward puts the network on t, as it is in training: [B, O] of x [B, I].
	Forward(t *tape.Tape, x *tape.Var) *tape.Var

	// Infer writes y [B, O] of x [B, I] without a tape, the same bits as
	// Forward, but for what is not the same in training and in use: dropout,
	// and the statistics of a batch. What can fail in it comes out of the next
	// Forward's tape.
	Infer(y, x []float32)

	Clone() Network // with parameters of its own
}

// A Buffered Network has more to it than parameters: numbers that Infer depends
// on, but that are not learned, like running averages. They are saved like them.
type Buffered interface {
	Network
	Buffers() []*tape.Param
}

// An Engine makes networks. Another engine's networks put themselves on the
// tape with Tape.Apply; losses and optimisers do not see the difference.
type Engine interface {
	// MLP returns a multilayer perceptron with parameters name.0.weight [O, I],
	// name.0.bias [O], name.2.weight, … and random values from rng.
	MLP(rng *rand.Rand, name string, c MLPConfig) (Network, error)
}

// MLPConfig describes a multilayer perceptron: hidden layers of a product with
// weights, a norm, the activation and dropout, in this order, and a last layer
// of a product alone.
type MLPConfig struct {
	In         int
	Out        int // 0 means no last layer
	Hidden     []int
	Activation string  // tanh, relu, leaky_relu, elu, gelu, silu, sigmoid or softplus
	Norm       string  // none, layer or batch; "" is none
	Dropout    float32 // share of a hidden layer's outputs that training leaves out
	Init       string  // of weights: orthogonal, xavier_uniform, xavier_normal, kaiming_uniform, kaiming_normal or pytorch; "" is orthogonal
	Gain       float32 // of the last layer's weights at the start where they are orthogonal; hidden layers' is √2
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

// Tensors gathers all that is saved of several networks: parameters and buffers.
func Tensors(nets ...Network) []*tape.Param {
	ps := Params(nets...)
	for _, n := range nets {
		if b, ok := n.(Buffered); ok {
			ps = append(ps, b.Buffers()...)
		}
	}
	return ps
}

// Blend moves the parameters dst towards src, which are as many of the same
// shapes: θ' ← τθ + (1-τ)θ'. τ = 1 copies. Lillicrap et al. 2016,
// arXiv:1509.02971, algorithm 1.
func Blend(dst, src []*tape.Param, tau float32) {
	if len(dst) != len(src) {
		panic(fmt.Sprintf("nn: Blend of %d parameters and %d", len(dst), len(src)))
	}
	for i, p := range dst {
		f32.Blend(p.Value, src[i].Value, tau)
	}
}

// Visit visits networks: what a network's State does if it has one, or its tensors.
func Visit(s *state.State, nets ...Network) {
	for _, n := range nets {
		if own, ok := n.(state.Stater); ok {
			own.State(s)
		} else {
			VisitParams(s, Tensors(n))
		}
	}
}

// VisitParams visits the values of parameters.
func VisitParams(s *state.State, params []*tape.Param) {
	for _, p := range params {
		s.Floats(p.Name, p.Value)
	}
}
