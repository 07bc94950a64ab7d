// Package gorgonia is the second engine for networks: it builds them as graphs of Gorgonia
// (gorgonia.org/gorgonia), whose operations compute the outputs and the gradients.
//
// [Engine] builds the networks of plans, as nn.Native does. [New] makes a [Network] from a graph
// that a program builds itself with Gorgonia's functions: see the example of New. A whole graph
// is one operation on the tape. So distributions, losses and optimisers work in the same way with
// both engines.
package gorgonia

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/policy/nn"
	G "gorgonia.org/gorgonia"

	// Gorgonia's tensors import this package. Old versions of it stop programs that are compiled
	// with a newer Go. With this import, go.mod requires a version that works.
	_ "go4.org/unsafe/assume-no-moving-gc"
)

// Engine is the nn.Engine that builds networks as graphs of Gorgonia.
type Engine struct{}

var _ nn.Engine = Engine{}

// Build returns a *Network with the same parameters and initial values as the network of
// nn.Native. The layers of the plan must be linear layers, or activations for which Gorgonia has
// operations.
func (Engine) Build(rng *rand.Rand, name string, plan nn.Plan) (nn.Network, error) {
	acts := activations()
	for i, l := range plan.Layers {
		if _, ok := acts[l.Kind]; !ok && l.Kind != linear {
			names := slices.Sorted(maps.Keys(acts))
			return nil, fmt.Errorf("gorgonia: %s.%d: no layer is called %q, want %s, %s, or the native engine", name, i, l.Kind, linear, strings.Join(names, ", "))
		}
	}
	native, err := nn.Native{}.Build(rng, name, plan)
	if err != nil {
		return nil, err
	}
	params := nn.Params(native)
	n, err := New(params, plan.In.Size(), nn.Outputs(native, plan.In.Size()), func(_ *G.ExprGraph, x *G.Node, nodes []*G.Node) (*G.Node, error) {
		i := 0
		for _, l := range plan.Layers {
			if act, ok := acts[l.Kind]; ok {
				x = act(x)
				continue
			}
			w, b := nodes[i], nodes[i+1]
			if !params[i].Transposed() {
				w = G.Must(G.Transpose(w))
			}
			x = G.Must(G.BroadcastAdd(G.Must(G.Mul(x, w)), b, nil, []byte{0})) // adds b to every row
			i += 2
		}
		return x, nil
	})
	if err != nil {
		return nil, err
	}
	return n, nil
}

// linear is the name of the linear layer in plans.
const linear = "linear"

// activations returns the activations for which Gorgonia has operations, by their names in
// plans.
func activations() map[string]func(x *G.Node) *G.Node {
	return map[string]func(x *G.Node) *G.Node{
		"tanh":     func(x *G.Node) *G.Node { return G.Must(G.Tanh(x)) },
		"sigmoid":  func(x *G.Node) *G.Node { return G.Must(G.Sigmoid(x)) },
		"softplus": func(x *G.Node) *G.Node { return G.Must(G.Softplus(x)) },
		"silu":     func(x *G.Node) *G.Node { return times(x, G.Must(G.Sigmoid(x))) },
		"relu":     positive,
		"leaky_relu": func(x *G.Node) *G.Node {
			return G.Must(G.Add(positive(x), times(negative(x), G.NewConstant(float32(0.01)))))
		},
		"elu": func(x *G.Node) *G.Node { return G.Must(G.Add(positive(x), G.Must(G.Expm1(negative(x))))) },
	}
}

// times returns the elementwise product of x and y.
func times(x, y *G.Node) *G.Node { return G.Must(G.HadamardProd(x, y)) }

// positive returns max(x, 0). Its derivative at 0 is 0, as in PyTorch; the derivative of
// Gorgonia's Rectify at 0 is 1.
func positive(x *G.Node) *G.Node {
	return times(x, G.Must(G.Gt(x, G.NewConstant(float32(0)), true)))
}

// negative returns min(x, 0). Its derivative at 0 is 1.
func negative(x *G.Node) *G.Node {
	return times(x, G.Must(G.Lte(x, G.NewConstant(float32(0)), true)))
}
