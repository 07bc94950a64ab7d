package nn

import (
	"cmp"
	"fmt"
	"slices"
)

// MLPOptions describe a multilayer perceptron, besides its sizes.
type MLPOptions struct {
	Activation string  // tanh, relu, leaky_relu, elu, gelu, silu, sigmoid or softplus
	Norm       string  // none, layer or batch; "" is none
	Dropout    float32 // share of a hidden layer's outputs that training leaves out
	Init       string  // of weights: orthogonal, xavier_uniform, xavier_normal, kaiming_uniform, kaiming_normal or pytorch; "" is orthogonal
	Gain       float32 // of the last layer's weights at the start where they are orthogonal; hidden layers' is √2
}

// MLP returns the Plan of a multilayer perceptron: for each hidden size a product with
// weights, a norm, the activation and dropout, in this order, and a last layer of a
// product alone. Without outputs there is no last layer.
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

// check returns what is wrong with the first thing that cannot be.
func (o *MLPOptions) check() error {
	norms := map[string]bool{"none": true, "layer": true, "batch": true}
	if _, ok := activations()[o.Activation]; !ok {
		return fmt.Errorf("nn: activation_fn %q, %s", o.Activation, oneOf(activations()))
	}
	if !norms[o.Norm] {
		return fmt.Errorf("nn: norm %q, %s", o.Norm, oneOf(norms))
	}
	if _, ok := initialisations()[o.Init]; !ok {
		return fmt.Errorf("nn: init_fn %q, %s", o.Init, oneOf(initialisations()))
	}
	if !(0 <= o.Dropout && o.Dropout < 1) {
		return fmt.Errorf("nn: dropout is %v, want 0 or more and less than 1", o.Dropout)
	}
	return nil
}

// checkSizes returns an error where a perceptron's sizes cannot be.
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
