// Package gorgonia has the networks of package policy as graphs of Gorgonia
// (gorgonia.org/gorgonia), computed and differentiated by its operations, and
// takes graphs of users' own. A graph is one operation on the tape: what comes
// after it, distributions and losses, is the same with either engine.
package gorgonia

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/policy/nn"
	G "gorgonia.org/gorgonia"

	// Gorgonia's tensors import it, and its older versions stop a program that a
	// newer Go has compiled. Imported here, go.mod requires one that does not.
	_ "go4.org/unsafe/assume-no-moving-gc"
)

// Engine is the nn.Engine of this package.
type Engine struct{}

var _ nn.Engine = Engine{}

// Build returns a *Network with the parameters that nn.Native would have. It has linear
// layers, and the activations for which Gorgonia has operations.
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
			x = G.Must(G.BroadcastAdd(G.Must(G.Mul(x, w)), b, nil, []byte{0})) // b to every row
			i += 2
		}
		return x, nil
	})
	if err != nil {
		return nil, err
	}
	return n, nil
}

// linear is the layer of a product with weights, and biases.
const linear = "linear"

// activations are those of the native engine for which Gorgonia has operations.
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

func times(x, y *G.Node) *G.Node { return G.Must(G.HadamardProd(x, y)) }

// positive is max(x, 0), whose derivative at 0 is 0. That of Gorgonia's Rectify is 1.
func positive(x *G.Node) *G.Node {
	return times(x, G.Must(G.Gt(x, G.NewConstant(float32(0)), true)))
}

// negative is min(x, 0), whose derivative at 0 is 1.
func negative(x *G.Node) *G.Node {
	return times(x, G.Must(G.Lte(x, G.NewConstant(float32(0)), true)))
}
