package nn

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/internal/nearest"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// leak is the slope of leaky_relu for negative inputs.
const leak = 0.01

// activations returns all activations by their names in scenario files.
func activations() map[string]activation {
	return map[string]activation{
		"tanh":     {onTape: (*tape.Var).Tanh, apply: f32.Tanh, fused: f32.TanhAct},
		"relu":     {onTape: (*tape.Var).ReLU, apply: f32.ReLU, fused: f32.ReLUAct},
		"sigmoid":  {onTape: (*tape.Var).Sigmoid, apply: f32.Sigmoid},
		"elu":      {onTape: (*tape.Var).ELU, apply: f32.ELU},
		"gelu":     {onTape: (*tape.Var).GELU, apply: f32.GELU},
		"silu":     {onTape: (*tape.Var).SiLU, apply: f32.SiLU},
		"softplus": {onTape: (*tape.Var).Softplus, apply: f32.Softplus},
		"leaky_relu": {
			onTape: func(x *tape.Var) *tape.Var { return x.LeakyReLU(leak) },
			apply:  func(dst, x []float32) { f32.LeakyReLU(dst, x, leak) },
		},
	}
}

// activation is a function of each element, as a layer of a network.
type activation struct {
	onTape func(x *tape.Var) *tape.Var // records the function on the tape of x
	apply  func(dst, x []float32)      // computes the function without a tape
	fused  f32.Activation              // the same function for f32.Linear, which computes it together with the layer; Identity if f32 does not have it
}

// kind returns the Kind that makes layers with the activation a.
func (a activation) kind() Kind {
	return func(_ *rand.Rand, _ string, in Shape, l Layer) (Network, Shape, error) {
		return a, in, Read(l).Err()
	}
}

func (a activation) Forward(_ *tape.Tape, x *tape.Var, _ Mode) *tape.Var { return a.onTape(x) }
func (a activation) Infer(y, x []float32)                                { a.apply(y, x) }
func (activation) Tensors() (params, buffers []*tape.Param)              { return nil, nil }
func (a activation) Clone() Network                                      { return a }
func (activation) inPlace()                                              {}

// wantOneOf returns the end of an error message: "want one of", the names, sorted, and the name
// nearest to the given one.
func wantOneOf[T any](given string, names map[string]T) string {
	return "want one of " + strings.Join(slices.Sorted(maps.Keys(names)), ", ") + nearest.Hint(given, maps.Keys(names))
}
