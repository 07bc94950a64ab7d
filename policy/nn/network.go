// Package nn has networks: layers, the plans that describe them, and the engines that make
// them.
package nn

import (
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// A Network is a differentiable function of a batch of rows: a layer, or many. It may be
// a state.Stater of what its training depends on besides its tensors, and a Sharer. One
// goroutine at a time may use it.
type Network interface {
	// Forward puts the network on t: [B, O] of x [B, I].
	Forward(t *tape.Tape, x *tape.Var, mode Mode) *tape.Var

	// Infer writes y [B, O] of x [B, I] without a tape: the bits of Forward in Use. The
	// two do not overlap. What can fail in it comes out of the next Forward's tape.
	Infer(y, x []float32)

	// Tensors returns the parameters, which are learned, and the buffers: numbers that
	// the result depends on and that are not learned, like running averages. Both are the
	// network's own, have different names, and are saved. The slices are the same every
	// time, and callers leave them as they are.
	Tensors() (params, buffers []*tape.Param)

	// Clone returns a copy that shares nothing with the network.
	Clone() Network
}

// A Mode says what Forward is for.
type Mode uint8

const (
	Training Mode = iota // dropout leaves out, and norms use and remember the batch's statistics
	Use                  // as Infer: nothing is left out or remembered
)

// An Engine makes networks. Another engine's networks record operations of their own on
// the tape; losses and optimisers do not see the difference.
type Engine interface {
	// Build returns the network that a plan describes, with random weights from rng. The
	// tensors of layer i are called name.i.…, as in PyTorch's Sequential: name.0.weight
	// [O, I], name.0.bias [O]. A plan with a layer that the engine does not have is an
	// error.
	Build(rng *rand.Rand, name string, plan Plan) (Network, error)
}

// Outputs returns the floats in a row of a network's result, for rows of in floats.
func Outputs(n Network, in int) int {
	t := tape.New()
	return n.Forward(t, t.Const(make([]float32, in), 1), Use).Cols
}

// Params returns the parameters of several networks.
func Params(nets ...Network) (all []*tape.Param) {
	for _, n := range nets {
		params, _ := n.Tensors()
		all = append(all, params...)
	}
	return all
}

// Tensors returns all numbers of several networks: the parameters, then the buffers.
func Tensors(nets ...Network) []*tape.Param {
	all := Params(nets...)
	for _, n := range nets {
		_, buffers := n.Tensors()
		all = append(all, buffers...)
	}
	return all
}

// Follow moves a target network towards its source: parameters by θ' ← τθ + (1-τ)θ', and
// buffers become the source's. τ = 1 copies. Lillicrap et al. 2016, arXiv:1509.02971,
// algorithm 1.
func Follow(target, source Network, tau float32) {
	params, buffers := target.Tensors()
	sourceParams, sourceBuffers := source.Tensors()
	blend(params, sourceParams, tau)
	blend(buffers, sourceBuffers, 1)
}

// blend moves the values dst towards src.
func blend(dst, src []*tape.Param, tau float32) {
	if len(dst) != len(src) {
		panic(fmt.Sprintf("nn: Follow of %d tensors and %d", len(dst), len(src)))
	}
	for i, p := range dst {
		f32.Blend(p.Value, src[i].Value, tau)
	}
}

// Visit visits networks: the tensors of each, and its State if it has one.
func Visit(s *state.State, nets ...Network) {
	for _, n := range nets {
		VisitParams(s, Tensors(n))
		if own, ok := n.(state.Stater); ok {
			own.State(s)
		}
	}
}

// VisitParams visits the values of parameters.
func VisitParams(s *state.State, params []*tape.Param) {
	for _, p := range params {
		s.Floats(p.Name, p.Value)
	}
}

// A Sharer can have several cores do its larger work, to the same bytes. A stopped
// Pool is as good as none.
type Sharer interface{ Share(cores *parallel.Pool) }

// Share has the networks share that can.
func Share(cores *parallel.Pool, nets ...Network) {
	for _, n := range nets {
		if s, ok := n.(Sharer); ok {
			s.Share(cores)
		}
	}
}
