package nn

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
)

// Native is the Engine of this package, whose networks are made of the tape's
// own operations. Its kinds of layers are
//
//	linear       a product with weights, and biases: size (its outputs), init and gain
//	layer_norm   each row normalised, scaled and shifted
//	batch_norm   each column normalised, scaled and shifted
//	dropout      size is the share of numbers that training leaves out
//	tanh, relu, leaky_relu, elu, gelu, silu, sigmoid, softplus
//
// and the program's own in Kinds. The zero Native is ready for use.
type Native struct {
	Kinds Kinds // a program's own layers; nil adds nothing
	Limit int   // the weights that a network may have, for plans of unknown origin; 0 is MaxWeights
}

// A Kind makes a layer called name for rows of a shape, with random weights from rng, and
// returns the shape of its result's rows. See Read for the layer's settings.
type Kind func(rng *rand.Rand, name string, in Shape, l Layer) (n Network, out Shape, err error)

// Kinds are a program's own layers by the names that plans have for them.
type Kinds map[string]Kind

var _ Engine = Native{}

// linearKind is the name of a linear layer.
const linearKind = "linear"

// builtin returns the kinds that every Native has.
func builtin() Kinds {
	all := Kinds{linearKind: newLinear, "layer_norm": newLayerNorm, "batch_norm": newBatchNorm, dropoutKind: newDropout}
	for name, a := range activations() {
		all[name] = a.kind()
	}
	return all
}

// Build returns a *Sequential.
func (e Native) Build(rng *rand.Rand, name string, plan Plan) (Network, error) {
	if err := plan.Check(); err != nil {
		return nil, fmt.Errorf("nn: %s: %w", name, err)
	}
	kinds := builtin()
	for kind, own := range e.Kinds {
		if _, ok := kinds[kind]; ok {
			return nil, fmt.Errorf("nn: a layer of the program's own is called %s, as a layer of rlrun's: want another name", kind)
		}
		kinds[kind] = own
	}
	m, in, limit := &Sequential{in: plan.In.Size()}, plan.In, cmp.Or(e.Limit, MaxWeights)
	if m.in > limit {
		return nil, fmt.Errorf("nn: %s: %v inputs, want a network of %d weights at most", name, plan.In, limit)
	}
	for i, l := range plan.Layers {
		r := Row{Name: fmt.Sprintf("%s.%d", name, i), Layer: l}
		n, err := r.build(rng, kinds, in, limit-m.weights)
		if errors.Is(err, errWeights) {
			err = fmt.Errorf("%w, want a network of %d at most", err, limit)
		}
		if err != nil {
			return nil, fmt.Errorf("nn: %s: %w", r.Name, err)
		}
		m.add(n, r)
		in = r.Out
	}
	m.finish()
	return m, nil
}

// errWeights is in the error of a layer with too many weights.
var errWeights = errors.New("has too many weights")

// build makes the row's layer, of a number of weights at most, and completes the row.
func (r *Row) build(rng *rand.Rand, kinds Kinds, in Shape, most int) (Network, error) {
	l := r.Layer
	kind, ok := kinds[l.Kind]
	if !ok {
		return nil, fmt.Errorf("no layer is called %q, %s", l.Kind, oneOf(kinds))
	}
	if kind == nil {
		return nil, fmt.Errorf("the layer %s has a Kind that is nil", l.Kind)
	}
	if l.Size*float64(in.Size()) > float64(most) {
		return nil, fmt.Errorf("%s of %v inputs and %v outputs %w", l.Kind, in, l.Size, errWeights)
	}
	n, out, err := kind(rng, r.Name, in, l)
	if err != nil {
		return nil, err
	}
	if r.Out = out; n == nil || out.check() != nil {
		return nil, fmt.Errorf("the layer %s is %T with the shape %v, want a Network and 1 or more along each axis", l.Kind, n, []int(out))
	}
	if r.count(n); r.Params > most {
		return nil, fmt.Errorf("%s %w", l.Kind, errWeights)
	}
	return n, nil
}
