package nn

import (
	"maps"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// leak is the slope of leaky_relu below 0.
const leak = 0.01

// fused are the activations that a layer's own loop has.
func fused() map[string]f32.Activation {
	return map[string]f32.Activation{"tanh": f32.TanhAct, "relu": f32.ReLUAct}
}

// activations are all of them, by the names a configuration gives.
func activations() map[string]activation {
	return map[string]activation{
		"tanh":     {onTape: (*tape.Var).Tanh, apply: f32.Tanh},
		"relu":     {onTape: (*tape.Var).ReLU, apply: f32.ReLU},
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

// activation is a function of each element.
type activation struct {
	stateless
	onTape func(x *tape.Var) *tape.Var
	apply  func(dst, x []float32)
}

func (a activation) forward(_ *tape.Tape, x *tape.Var) *tape.Var { return a.onTape(x) }
func (a activation) infer(x []float32)                           { a.apply(x, x) }
func (a activation) clone() step                                 { return a }

// oneOf says which names there are.
func oneOf[T any](names map[string]T) string {
	return "want one of " + strings.Join(slices.Sorted(maps.Keys(names)), ", ")
}
