package nn

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy/tape"
)

// A planBuilder builds the layers of one network, and the layers inside them.
type planBuilder struct {
	kinds       Kinds
	limit, left int               // largest number of weights of the network; weights that further layers may have
	pixels      int               // pixels of the images of all layers: see takePixels
	places      map[string]string // places of the layers, by their names
}

// newPlanBuilder returns a planBuilder with the built-in layers and a program's own layers. limit
// is the largest number of weights.
func newPlanBuilder(own Kinds, limit int) (*planBuilder, error) {
	b := &planBuilder{limit: limit, left: limit, places: map[string]string{}}
	b.kinds = b.builtin()
	for kind, make := range own {
		if _, ok := b.kinds[kind]; ok {
			return nil, fmt.Errorf("the program's own layer %s has the name of a built-in layer, want another name", kind)
		}
		b.kinds[kind] = make
	}
	return b, nil
}

// builtin returns the kinds of layers that every Native has, by their names in plans.
func (b *planBuilder) builtin() Kinds {
	all := Kinds{
		linearKind: newLinear, "layer_norm": newLayerNorm, "batch_norm": newBatchNorm, dropoutKind: newDropout,
		lstmKind: b.newRecurrent(tape.LSTM), gruKind: b.newRecurrent(tape.GRU), rnnKind: b.newRecurrent(tape.RNN),
		attentionKind: b.newAttention, transformerKind: b.newTransformer, gtrxlKind: b.newGTrXL,
		convKind: b.newConv, "max_pool": b.newMaxPool, "avg_pool": b.newAvgPool, "adaptive_avg_pool": b.newAdaptivePool,
		"flatten": newFlatten, embeddingKind: b.newEmbedding, residualKind: b.newResidual, denseKind: b.newDense, partsKind: b.newParts,
	}
	for name, a := range activations() {
		all[name] = a.kind()
	}
	return all
}

// sequence returns the network of a list of layers, and the shape of its outputs. name is the
// prefix of the layers' names, and of is the place of the layer around them: see place.
func (b *planBuilder) sequence(rng *rand.Rand, name string, in Shape, layers Layers, of string) (*Sequential, Shape, error) {
	m := &Sequential{in: in.Size()}
	for i, l := range layers {
		info := LayerInfo{Name: fmt.Sprintf("%s.%d", name, i), Layer: l}
		b.places[info.Name] = l.Kind + " at " + place(i, of)
		left := b.left
		n, err := info.build(rng, b.kinds, in, left)
		if errors.Is(err, errWeights) && of == "" {
			err = fmt.Errorf("%w, want a network of %d at most", err, b.limit)
		}
		if err != nil {
			return nil, nil, b.located(err, info.Name, i, of)
		}
		b.left = left - info.Params
		m.add(n, info)
		in = info.Out
	}
	m.finish()
	return m, in, nil
}

// located returns the error of layer i with the layer's name. If the layer is inside another
// layer, the error has its place too. An error that already has a place stays as it is.
func (b *planBuilder) located(err error, name string, i int, of string) error {
	var inner *layerError
	switch {
	case errors.As(err, &inner):
		return err
	case of == "":
		return &layerError{fmt.Errorf("%s: %w", name, err)}
	}
	return &layerError{fmt.Errorf("%s, %s: %w", name, place(i, of), err)}
}

// A layerError is an error with the place of its layer.
type layerError struct{ error }

func (e *layerError) Unwrap() error { return e.error }

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
	if l.Size*float64(in.Size()) > float64(maxParams) && !countsWeights(l.Kind) {
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

// countsWeights reports whether a kind checks the number of its weights itself, because it is not
// the product of its inputs and outputs.
func countsWeights(kind string) bool { return kind == convKind || kind == embeddingKind }
