package nn

import (
	"fmt"
	"maps"
	"slices"
)

// A named function returns the layers that the name of a network stands for, for inputs of shape
// in.
type named func(in Shape) Layers

// networks returns the networks that have names, by their names.
func networks() map[string]named {
	return map[string]named{
		"nature":        func(Shape) Layers { return natureLayers() },
		"minatar":       func(Shape) Layers { return minatarLayers() },
		"impala":        func(Shape) Layers { return impalaLayers() },
		"resnet":        resnetLayers,
		"densenet":      densenetLayers,
		lstmKind:        func(Shape) Layers { return Layers{{Kind: lstmKind, Size: 64}} },
		gruKind:         func(Shape) Layers { return Layers{{Kind: gruKind, Size: 64}} },
		rnnKind:         func(Shape) Layers { return Layers{{Kind: rnnKind, Size: 64}} },
		transformerKind: func(Shape) Layers { return Layers{{Kind: transformerKind, Size: 64}} },
		gtrxlKind:       func(Shape) Layers { return Layers{{Kind: gtrxlKind, Size: 64}} },
	}
}

// Names returns the names of all networks that Named knows, sorted.
func Names() []string { return slices.Sorted(maps.Keys(networks())) }

// CheckNamed returns an error if no network has this name.
func CheckNamed(name string) error {
	if _, ok := networks()[name]; !ok {
		return fmt.Errorf("no network is called %.70q, want a list of layers, or %s", name, wantOneOf(name, networks())[len("want "):])
	}
	return nil
}

// Named returns the hidden layers of the network with this name, for inputs of shape in: nature,
// minatar, impala, resnet and densenet for images, or lstm. It returns an error if there is no such
// network, or if its inputs must be images and in is not the shape of an image.
func Named(name string, in Shape) (Layers, error) {
	if err := CheckNamed(name); err != nil {
		return nil, err
	}
	layers := networks()[name](in)
	if len(in) != 3 && layers.NeedImage() {
		return nil, fmt.Errorf("the network %s has inputs of shape %v, want an image, as 84×84×4", name, in)
	}
	return layers, nil
}

// NeedImage reports whether the first layer that depends on the shape of its inputs wants an image.
func (ls Layers) NeedImage() bool {
	for _, l := range ls {
		switch l.Kind {
		case convKind, "max_pool", "avg_pool", "adaptive_avg_pool":
			return true
		case residualKind, denseKind:
			return l.Inner().NeedImage()
		}
		if _, ok := activations()[l.Kind]; !ok && l.Kind != "batch_norm" && l.Kind != "layer_norm" && l.Kind != dropoutKind {
			return false
		}
	}
	return false
}

// conv returns a convolutional layer.
func conv(filters, kernel, stride, padding int) Layer {
	return Layer{Kind: convKind, Size: float64(filters), Settings: map[string]any{
		"kernel": float64(kernel), "stride": float64(stride), "padding": float64(padding),
	}}
}

// relu returns the activation of the networks with names.
func relu() Layer { return Layer{Kind: "relu"} }

// head returns the layers after the last convolution: the activation, and a linear layer of this
// number of units with its activation.
func head(units int) Layers {
	return Layers{relu(), {Kind: "flatten"}, {Kind: linearKind, Size: float64(units)}, relu()}
}

// natureLayers returns the network of Mnih et al. 2015, "Human-level control through deep
// reinforcement learning", Methods. It is NatureCNN in Stable-Baselines3.
func natureLayers() Layers {
	return append(Layers{conv(32, 8, 4, 0), relu(), conv(64, 4, 2, 0), relu(), conv(64, 3, 1, 0)}, head(512)...)
}

// minatarLayers returns the network of Young and Tian 2019, arXiv:1903.03176, section 3.
func minatarLayers() Layers { return append(Layers{conv(16, 3, 1, 0)}, head(128)...) }

// impalaLayers returns the deep network of Espeholt et al. 2018, arXiv:1802.01561, figure 3,
// without its LSTM.
func impalaLayers() (layers Layers) {
	for _, channels := range []int{16, 32, 32} {
		block := Layer{Kind: residualKind, Settings: map[string]any{
			layersKey: Layers{relu(), conv(channels, 3, 1, 1), relu(), conv(channels, 3, 1, 1)},
		}}
		pool := Layer{Kind: "max_pool", Settings: map[string]any{"kernel": 3.0, "stride": 2.0, "padding": 1.0}}
		layers = append(layers, conv(channels, 3, 1, 1), pool, block, block)
	}
	return append(layers, head(256)...)
}

// small is the largest height of an image whose resolution resnet and densenet do not halve in
// their first layer.
const small = 32

// firstStride returns the stride of the first convolution of resnet and densenet.
func firstStride(in Shape) int {
	if len(in) == 3 && min(in[0], in[1]) > small {
		return 2
	}
	return 1
}

// resnetLayers returns a small residual network: the one for 32×32 images in He et al. 2016,
// arXiv:1512.03385, section 4.2, with one block a stage, and without batch normalisation, because the
// observations of an agent that learns do not keep their distribution.
func resnetLayers(in Shape) Layers {
	layers := Layers{conv(16, 3, firstStride(in), 1), relu()}
	for stage, channels := range []int{16, 32, 64} {
		stride := 2
		if stage == 0 {
			stride = 1
		}
		layers = append(layers, Layer{Kind: residualKind, Settings: map[string]any{
			layersKey: Layers{conv(channels, 3, stride, 1), relu(), conv(channels, 3, 1, 1)}, "activation": "relu",
		}})
	}
	return append(layers, head(256)[1:]...)
}

// densenetLayers returns a small densely connected network: two blocks of three convolutions with a
// growth of 12 and a transition between them, as in Huang et al. 2017, arXiv:1608.06993, section 3,
// without batch normalisation.
func densenetLayers(in Shape) Layers {
	block := Layer{Kind: denseKind, Settings: map[string]any{layersKey: Layers{relu(), conv(12, 3, 1, 1)}, "repeat": 3.0}}
	half := Layer{Kind: "avg_pool", Settings: map[string]any{"kernel": 2.0}}
	layers := Layers{conv(24, 3, firstStride(in), 1), block, relu(), conv(30, 1, 1, 0), half, block}
	if firstStride(in) > 1 {
		layers = append(layers, half)
	}
	return append(layers, head(256)...)
}
