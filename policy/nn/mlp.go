package nn

import (
	"cmp"
	"fmt"
	"slices"
)

// MLPOptions are the settings of a multilayer perceptron (MLP), except for the sizes of the
// layers.
type MLPOptions struct {
	Activation string  // tanh, relu, leaky_relu, elu, selu, gelu, gelu_tanh, silu, mish, sigmoid, softplus, hardtanh, hardswish or identity
	Norm       string  // normalisation: none, layer or batch; "" means none
	Dropout    float32 // dropout rate of the hidden layers, in [0, 1)
	Init       string  // initialisation: orthogonal, xavier_uniform, xavier_normal, kaiming_uniform, kaiming_normal or pytorch; "" means orthogonal
	Gain       float32 // gain of the last layer's orthogonal initialisation; the gain of hidden layers is √2
}

// MLP returns the Plan of a multilayer perceptron. For each number of units in hidden it has a
// linear layer, a normalisation, the activation and dropout, in this order. After them there is a
// linear output layer. The arguments in and out are the numbers of inputs and outputs; if out is
// 0, there is no output layer.
func MLP(in int, hidden []int, out int, o MLPOptions) (Plan, error) {
	o.Norm, o.Init = cmp.Or(o.Norm, "none"), cmp.Or(o.Init, defaultInit)
	if err := o.check(); err != nil {
		return Plan{}, err
	}
	if err := checkSizes(in, hidden, out); err != nil {
		return Plan{}, err
	}
	p := Plan{In: Shape{in}}
	for _, n := range hidden {
		p.Layers = append(p.Layers, Linear(n, o.Init, defaultGain))
		if o.Norm != "none" {
			p.Layers = append(p.Layers, Layer{Kind: o.Norm + "_norm"})
		}
		p.Layers = append(p.Layers, Layer{Kind: o.Activation})
		if o.Dropout > 0 {
			p.Layers = append(p.Layers, Layer{Kind: dropoutKind, Size: float64(o.Dropout)})
		}
	}
	if out > 0 {
		p.Layers = append(p.Layers, Linear(out, o.Init, o.Gain))
	}
	return p, nil
}

// check returns an error for the first option with an invalid value.
func (o *MLPOptions) check() error {
	norms := map[string]bool{"none": true, "layer": true, "batch": true}
	if _, ok := activations()[o.Activation]; !ok {
		return fmt.Errorf("nn: activation_fn %q, %s", o.Activation, wantOneOf(o.Activation, activations()))
	}
	if !norms[o.Norm] {
		return fmt.Errorf("nn: norm %q, %s", o.Norm, wantOneOf(o.Norm, norms))
	}
	if _, ok := initialisations()[o.Init]; !ok {
		return fmt.Errorf("nn: init_fn %q, %s", o.Init, wantOneOf(o.Init, initialisations()))
	}
	if !(0 <= o.Dropout && o.Dropout < 1) {
		return fmt.Errorf("nn: dropout is %v, want 0 or more and less than 1", o.Dropout)
	}
	return nil
}

// checkSizes returns an error if a layer has no outputs, too many outputs or too many weights.
func checkSizes(in int, hidden []int, out int) error {
	if in < 1 || in > MaxWeights {
		return fmt.Errorf("nn: %d inputs, want 1 … %d", in, MaxWeights)
	}
	widths := hidden
	if out != 0 || len(hidden) == 0 {
		widths = append(slices.Clone(hidden), out)
	}
	for _, n := range widths {
		if n < 1 || n > maxWidth || in > MaxWeights/n {
			return fmt.Errorf("nn: net_arch %v has a layer of %d×%d weights, want 1 … %d outputs and %d weights at most",
				hidden, n, in, maxWidth, MaxWeights)
		}
		in = n
	}
	return nil
}
