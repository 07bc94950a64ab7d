package nn

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
)

// Native is the Engine of this package. It builds networks from operations of package tape. It
// has these kinds of layers:
//
//	linear      fully connected layer; size: number of outputs; init: initial weights, a value of init_fn; gain: scale of orthogonal initial weights, √2 by default
//	layer_norm  scales each row to mean 0 and variance 1, then by a learned factor and offset
//	batch_norm  scales each column to mean 0 and variance 1 over the minibatch, then by a learned factor and offset
//	dropout     sets random elements to 0 in training; size: dropout rate, the probability of a 0
//	tanh, relu, leaky_relu, elu, selu, gelu, gelu_tanh, silu, mish, sigmoid, softplus, hardtanh, hardswish, identity  activation of each element
//
// Kinds adds a program's own layers. The zero Native is ready for use.
type Native struct {
	Kinds Kinds // the program's own layers; nil: no such layers
	Limit int   // largest number of weights in a network, for plans from untrusted files; 0: MaxWeights
}

// A Kind makes the layer l for inputs of shape in. name is the prefix of the names of the layer's
// tensors. A Kind reads the settings of l with Read, and its random weights come from rng. It
// returns the layer and the shape of one row of its outputs.
type Kind func(rng *rand.Rand, name string, in Shape, l Layer) (n Network, out Shape, err error)

// Kinds are a program's own layers, by their names in plans.
type Kinds map[string]Kind

var _ Engine = Native{}

// linearKind is the name of the linear layer in plans.
const linearKind = "linear"

// builtin returns the kinds of layers that every Native has, by their names in plans.
func builtin() Kinds {
	all := Kinds{linearKind: newLinear, "layer_norm": newLayerNorm, "batch_norm": newBatchNorm, dropoutKind: newDropout}
	for name, a := range activations() {
		all[name] = a.kind()
	}
	return all
}

// Build returns the *Sequential that the plan describes.
func (e Native) Build(rng *rand.Rand, name string, plan Plan) (Network, error) {
	if err := plan.Check(); err != nil {
		return nil, fmt.Errorf("nn: %s: %w", name, err)
	}
	kinds := builtin()
	for kind, own := range e.Kinds {
		if _, ok := kinds[kind]; ok {
			return nil, fmt.Errorf("nn: the program's own layer %s has the name of a built-in layer, want another name", kind)
		}
		kinds[kind] = own
	}
	m, in, limit := &Sequential{in: plan.In.Size()}, plan.In, cmp.Or(e.Limit, MaxWeights)
	if m.in > limit {
		return nil, fmt.Errorf("nn: %s: %v inputs, want a network of %d weights at most", name, plan.In, limit)
	}
	for i, l := range plan.Layers {
		info := LayerInfo{Name: fmt.Sprintf("%s.%d", name, i), Layer: l}
		n, err := info.build(rng, kinds, in, limit-m.weights)
		if errors.Is(err, errWeights) {
			err = fmt.Errorf("%w, want a network of %d at most", err, limit)
		}
		if err != nil {
			return nil, fmt.Errorf("nn: %s: %w", info.Name, err)
		}
		m.add(n, info)
		in = info.Out
	}
	m.finish()
	return m, nil
}

// errWeights is the error of a layer with too many weights. Build wraps it.
var errWeights = errors.New("has too many weights")

// build makes the layer info.Layer and sets the other fields of info. It returns errWeights if
// the layer would have more than maxParams weights.
func (info *LayerInfo) build(rng *rand.Rand, kinds Kinds, in Shape, maxParams int) (Network, error) {
	l := info.Layer
	kind, ok := kinds[l.Kind]
	if !ok {
		return nil, fmt.Errorf("no layer is called %q, %s", l.Kind, wantOneOf(l.Kind, kinds))
	}
	if kind == nil {
		return nil, fmt.Errorf("the layer %s has a nil Kind, want a function", l.Kind)
	}
	if l.Size*float64(in.Size()) > float64(maxParams) {
		return nil, fmt.Errorf("%s of %v inputs and %v outputs %w", l.Kind, in, l.Size, errWeights)
	}
	n, out, err := kind(rng, info.Name, in, l)
	if err != nil {
		return nil, err
	}
	if info.Out = out; n == nil || out.check() != nil {
		return nil, fmt.Errorf("the layer %s is a %T with outputs of shape %v, want a Network and a shape of 1 or more along each axis", l.Kind, n, []int(out))
	}
	if info.count(n); info.Params > maxParams {
		return nil, fmt.Errorf("%s %w", l.Kind, errWeights)
	}
	return n, nil
}
