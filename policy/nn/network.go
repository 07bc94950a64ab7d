// Package nn has the neural networks of policies.
//
// A [Plan] describes a network as data: the shape of the inputs and a list of layers. It comes
// from a scenario's YAML file, from a policy's file, or from [MLP]. An [Engine] builds the
// [Network] of a Plan: [Native] with the layers of this package, and package gorgonia with
// Gorgonia's graphs. A Network has the method Forward, which records the network on a tape for
// training, Infer, which computes the same outputs without a tape for acting, and Tensors, which
// returns the weights.
//
//	plan, err := nn.MLP(4, []int{64, 64}, 2, nn.MLPOptions{Activation: "tanh", Gain: 0.01})
//	net, err := nn.Native{}.Build(rng, "actor", plan)
//	y := net.Forward(t, t.Const(obs, batch), nn.Pass{Mode: nn.Training}) // [batch, 2]
//
// A program can add its own layers: a [Kind] makes a layer, and plans name it like a built-in
// layer. [Read] reads the settings of a layer.
package nn

import (
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// A Network is a differentiable function of a batch of rows. It has one or more layers. A network
// whose training depends on more than its tensors, for example on a random generator, is also a
// state.Stater. A network that can use several cores is also a Sharer. Only one goroutine at a
// time may use a network.
type Network interface {
	// Forward records the network on t and returns the outputs [B, O] for inputs x [B, I].
	Forward(t *tape.Tape, x *tape.Var, p Pass) *tape.Var

	// Infer writes the outputs for inputs x [B, I] to y [B, O] without a tape: one step of B
	// sequences. It reads their memory m, and writes to m what the network remembers after the step.
	// Step by step, the outputs are equal, bit for bit, to the outputs of Forward in mode Inference.
	// y and x must not overlap. If Infer fails, the next Forward reports the error on its tape.
	Infer(y, x []float32, m Memory)

	// MemorySize returns the number of floats in a row of the network's Memory; 0 if the outputs of
	// a row do not depend on earlier rows.
	MemorySize() int

	// Tensors returns the parameters and the buffers. Parameters are learned by gradient steps.
	// Buffers, for example running averages, change the outputs but have no gradients. A policy
	// file contains both. All tensors have different names. The network owns the tensors and
	// returns the same slices every time; callers must not change the slices.
	Tensors() (params, buffers []*tape.Param)

	// Clone returns a copy that shares no memory with the network.
	Clone() Network
}

// A Mode tells Forward whether the network is trained or only used.
type Mode uint8

const (
	Training  Mode = iota // dropout is on; batch normalisation uses the batch's statistics and updates its running averages
	Inference             // dropout is off; batch normalisation uses its running averages and does not change them
)

// An Engine builds networks. The networks of different engines record different
// operations on the tape, but losses and optimisers work with all of them.
type Engine interface {
	// Build returns the network that a plan describes, with random weights from rng. The
	// tensors of layer i have the names of PyTorch's Sequential: name.i.weight [O, I],
	// name.i.bias [O]. If the engine does not have one of the layers, Build returns an
	// error.
	Build(rng *rand.Rand, name string, plan Plan) (Network, error)
}

// Outputs returns the number of outputs per row of a network. The argument in is its number of
// inputs.
func Outputs(n Network, in int) int {
	t := tape.New()
	return n.Forward(t, t.Const(make([]float32, in), 1), Pass{Mode: Inference}).Cols
}

// Params returns the parameters of the networks, in the order of the networks.
func Params(nets ...Network) (all []*tape.Param) {
	for _, n := range nets {
		params, _ := n.Tensors()
		all = append(all, params...)
	}
	return all
}

// Tensors returns all tensors of the networks: first the parameters of all networks, then the
// buffers of all networks.
func Tensors(nets ...Network) []*tape.Param {
	all := Params(nets...)
	for _, n := range nets {
		_, buffers := n.Tensors()
		all = append(all, buffers...)
	}
	return all
}

// PolyakUpdate makes one soft (Polyak) update of a target network: its parameters become
// θ' ← τθ + (1-τ)θ', where θ are the parameters of source. Its buffers become copies of
// the buffers of source. With τ = 1 the target becomes a copy of source. Lillicrap et al.
// 2016, arXiv:1509.02971, algorithm 1.
func PolyakUpdate(target, source Network, tau float32) {
	params, buffers := target.Tensors()
	sourceParams, sourceBuffers := source.Tensors()
	interpolate(params, sourceParams, tau)
	interpolate(buffers, sourceBuffers, 1)
}

// interpolate sets the values of dst to τ src + (1-τ) dst.
func interpolate(dst, src []*tape.Param, tau float32) {
	if len(dst) != len(src) {
		panic(fmt.Sprintf("nn: PolyakUpdate of %d tensors by %d", len(dst), len(src)))
	}
	for i, p := range dst {
		f32.Blend(p.Value, src[i].Value, tau)
	}
}

// Visit saves or loads networks: the tensors of each network, and its State if it is a
// state.Stater.
func Visit(s *state.State, nets ...Network) {
	for _, n := range nets {
		VisitParams(s, Tensors(n))
		if own, ok := n.(state.Stater); ok {
			own.State(s)
		}
	}
}

// VisitParams saves or loads the values of parameters, with their names.
func VisitParams(s *state.State, params []*tape.Param) {
	for _, p := range params {
		s.Floats(p.Name, p.Value)
	}
}

// A Sharer can divide large computations among several cores. The results are the same,
// bit for bit, as on one core. A nil or stopped Pool means one core.
type Sharer interface{ Share(cores *parallel.Pool) }

// Share gives the cores to every network that is a Sharer.
func Share(cores *parallel.Pool, nets ...Network) {
	for _, n := range nets {
		if s, ok := n.(Sharer); ok {
			s.Share(cores)
		}
	}
}

// RowWise reports whether all layers of the networks compute each row of their outputs from the
// same row of inputs, or from rows of the same sequence, in training too, and keep nothing but their
// tensors. Then the gradient for a batch is the sum of the gradients for its parts, which have
// whole sequences. Only layers of this package count.
func RowWise(nets ...Network) bool {
	for _, n := range nets {
		switch n.(type) {
		case *linear, *layerNorm, activation, *recurrent, *attentionLayer, *transformer, rowWise:
		case *Sequential, *residual, *denseBlock, *parts:
			if !RowWise(n.(container).inner()...) {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// A rowWise layer computes each row of its outputs from the same row of inputs, and remembers
// nothing but its tensors.
type rowWise interface{ rowWise() }
