package nn

import (
	"cmp"
	"fmt"
	"math/rand/v2"
)

// Native is the Engine of this package. It builds networks from operations of package tape. It
// has these kinds of layers:
//
//	linear      fully connected layer; size: number of outputs; init: initial weights, a value of init_fn; gain: scale of orthogonal initial weights, √2 by default
//	lstm, gru, rnn  recurrent units, which remember: long short-term memory, gated recurrent units, tanh; size: number of units; layers: number of layers in the stack, 1 by default; init: initial weights, pytorch by default; gain: scale of orthogonal initial weights, 1 by default; chrono: number of steps that lstm and gru remember at first
//	attention   attention of each step to the steps before it, of its episode; heads: 4 by default; context: number of steps to look back, 64 by default; positions: sinusoidal by default, or none; init: pytorch by default; gain
//	transformer attention and two linear layers, with normalisations, after a linear layer; size: width; layers: 1 by default; heads, context, positions, init, gain: as for attention; feedforward: units between the linear layers, 4 times the width by default; norm_first: true by default; activation: relu by default
//	gtrxl       transformer with gates; size, layers, heads, context, positions, init, gain, feedforward: as for transformer; gate_bias: 2 by default, above 0 the layer begins as the identity
//	conv2d      convolution of images; size: number of filters; kernel: height and width, a number or two, 3 by default; stride: 1 by default; padding: border of zeros, 0 by default; init and gain: as of linear
//	max_pool    largest number of each window of images; kernel: side of the windows, 2 by default; stride: distance of windows, kernel by default; padding: border, 0 by default
//	avg_pool    mean of each window of images; settings as of max_pool
//	adaptive_avg_pool  means of images over a grid of equal parts; size: side of the grid
//	flatten     makes a row of numbers of each image
//	embedding   learned vectors for choices, which are whole numbers; size: length of a vector; values: number of values, a number for each choice
//	residual    x + f(x), where f is a list of layers; layers: the list; activation: of the sum, identity by default; init and gain: of the projection where the shapes differ, gain 1 by default
//	dense_block  x joined with f(x), where f is a list of layers; layers: the list; repeat: number of such lists one after another, 1 by default
//	parts       networks of different inputs, joined; layers: a list of {part: {shape: […], layers: […]}}
//	layer_norm  scales each row to mean 0 and variance 1, then by a learned factor and offset
//	batch_norm  scales each column, or each channel of images, to mean 0 and variance 1 over the minibatch, then by a learned factor and offset
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

// Names of layers in plans.
const (
	linearKind    = "linear"
	convKind      = "conv2d"
	residualKind  = "residual"
	denseKind     = "dense_block"
	partsKind     = "parts"
	partKind      = "part"
	embeddingKind = "embedding"
)

// Build returns the *Sequential that the plan describes.
func (e Native) Build(rng *rand.Rand, name string, plan Plan) (Network, error) {
	if err := plan.Check(); err != nil {
		return nil, fmt.Errorf("nn: %s: %w", name, err)
	}
	limit := cmp.Or(e.Limit, MaxWeights)
	if plan.In.Size() > max(limit, maxRow) {
		return nil, fmt.Errorf("nn: %s: %v inputs, want a network of %d weights at most", name, plan.In, limit)
	}
	b, err := newPlanBuilder(e.Kinds, limit)
	if err != nil {
		return nil, fmt.Errorf("nn: %w", err)
	}
	m, _, err := b.sequence(rng, name, plan.In, plan.Layers, "")
	if err != nil {
		return nil, fmt.Errorf("nn: %w", err)
	}
	m.inputOrder(nil)
	return m, nil
}
