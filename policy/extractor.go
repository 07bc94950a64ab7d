package policy

import (
	"errors"
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/nn"
)

// Names of feature extractors besides the names of networks.
const (
	autoExtractor = "auto" // a network that fits the size of the image
	noExtractor   = "none" // the image is a list of numbers
)

// An Extractor is the network that reads the images among the observations: auto, none, the name
// of a network, or a list of layers.
type Extractor LayerList

// UnmarshalText reads auto, none, or the name of a network.
func (x *Extractor) UnmarshalText(text []byte) error {
	switch name := string(text); name {
	case autoExtractor, noExtractor:
		*x = Extractor{Name: name}
		return nil
	default:
		if err := (*LayerList)(x).UnmarshalText(text); err != nil {
			return fmt.Errorf("%w, auto or none", err)
		}
		return nil
	}
}

// UnmarshalList reads a list of layers.
func (x *Extractor) UnmarshalList(decode func(into any) error) error {
	return (*LayerList)(x).UnmarshalList(decode)
}

// MarshalSetting returns the name or the list that stands for x in a YAML file.
func (x Extractor) MarshalSetting() any { return LayerList(x).MarshalSetting() }

// natureSide and minatarSide are the smallest height and width of an image for the networks nature
// and minatar.
const (
	natureSide  = 36
	minatarSide = 3
)

// layers returns the layers for an image of this shape. The list is empty if the image is a list of
// numbers.
func (x Extractor) layers(image nn.Shape) (nn.Layers, error) {
	switch side := min(image[0], image[1]); {
	case x.Name == noExtractor, (x.Name == autoExtractor || LayerList(x).empty()) && side < minatarSide:
		return nil, nil
	case x.Name == autoExtractor || LayerList(x).empty():
		if side < natureSide {
			return nn.Named("minatar", image)
		}
		return nn.Named("nature", image)
	}
	return LayerList(x).layers(image)
}

// An input describes the rows that a network reads: encoded observations, or the outputs of
// another network.
type input struct {
	size    int      // floats of a row
	encoder *encoder // encoder of the observations; nil: outputs of another network
	action  int      // floats of an action, which are the last floats of a row with an observation
}

// input returns the input of a network that reads encoded observations.
func (e *encoder) input() input { return input{size: e.size, encoder: e} }

// withAction returns the input of a network that reads an encoded observation and an action of n
// floats.
func (in input) withAction(n int) input {
	in.size, in.action = in.size+n, n
	return in
}

// image returns the shape of the observations if they are a single image and there is no action.
func (in input) image() (s nn.Shape, ok bool) {
	if in.encoder == nil || in.action > 0 || len(in.encoder.parts) != 1 || !in.encoder.parts[0].isImage() {
		return nil, false
	}
	return in.encoder.parts[0].Shape, true
}

// hasImages reports whether there is an image among the observations.
func (in input) hasImages() bool {
	if in.encoder != nil {
		for i := range in.encoder.parts {
			if in.encoder.parts[i].isImage() {
				return true
			}
		}
	}
	return false
}

// extract returns the shape of the rows that a network reads, and its first layers: the feature
// extractor of each image, the embeddings of choices, and what joins them with the other parts
// of the observations. Without images and embeddings there are no such layers.
func (c *NetworkConfig) extract(in input, init string) (nn.Shape, nn.Layers, error) {
	if in.encoder == nil {
		return nn.Shape{in.size}, nil, nil
	}
	if image, ok := in.image(); ok {
		layers, err := c.FeaturesExtractor.layers(image)
		if err != nil || len(layers) == 0 {
			return nn.Shape{in.size}, nil, err
		}
		return image, flattened(layers).Initialised(init), nil
	}
	var parts nn.Layers
	plain := 0 // floats of the parts that pass unchanged, since the last part with layers
	pass := func() {
		if plain > 0 {
			parts = append(parts, partLayer(nn.Shape{plain}, nil))
		}
		plain = 0
	}
	for i := range in.encoder.parts {
		p := &in.encoder.parts[i]
		layers, err := c.partLayers(p, in.encoder.indices)
		if err != nil {
			return nil, nil, fmt.Errorf("the part %s of the observations: %w", p.Name, err)
		}
		if len(layers) == 0 {
			plain += p.to - p.from
			continue
		}
		pass()
		parts = append(parts, partLayer(p.Shape, layers.Initialised(init)))
	}
	if len(parts) == 0 {
		return nn.Shape{in.size}, nil, nil
	}
	plain += in.action
	pass()
	return nn.Shape{in.size}, nn.Layers{{Kind: "parts", Settings: map[string]any{"layers": parts}}}, nil
}

// partLayers returns the layers that read a part of an observation; nil if it passes unchanged.
func (c *NetworkConfig) partLayers(p *inputPart, indices bool) (nn.Layers, error) {
	switch {
	case p.isImage():
		layers, err := c.FeaturesExtractor.layers(p.Shape)
		if err != nil || len(layers) == 0 {
			return nil, err
		}
		return flattened(layers), nil
	case p.Kind == env.Choice && indices:
		values := make([]float64, len(p.N))
		for i, n := range p.N {
			values[i] = float64(n)
		}
		return nn.Layers{{Kind: "embedding", Size: float64(c.Embedding), Settings: map[string]any{"values": values}}}, nil
	}
	return nil, nil
}

// partLayer returns the element of the layer parts for a part with this shape.
func partLayer(shape nn.Shape, layers nn.Layers) nn.Layer {
	axes := make([]float64, len(shape))
	for i, n := range shape {
		axes[i] = float64(n)
	}
	settings := map[string]any{"shape": axes}
	if len(layers) > 0 {
		settings["layers"] = layers
	}
	return nn.Layer{Kind: "part", Settings: settings}
}

// hiddenLayers returns the layers of a list for a network with the given input. readsImage is true if
// they read the image, without a feature extractor before them.
func (l LayerList) hiddenLayers(in input) (layers nn.Layers, readsImage bool, err error) {
	image, ok := in.image()
	switch {
	case ok && l.needImage():
		layers, err = l.layers(image)
		return layers, true, err
	case !l.needImage():
		layers, err = l.layers(nn.Shape{in.size})
		return layers, false, err
	case in.hasImages() && in.action > 0:
		return nil, false, errors.New("layers begin with a layer for images, and the critics read an action too, want features_extractor for the image, and layers for what follows")
	case in.hasImages():
		return nil, false, errors.New("layers begin with a layer for images, and the observations have other parts too, want features_extractor for the images, and layers for what follows")
	case in.encoder == nil:
		return nil, false, errors.New("layers begin with a layer for images, and share_features_extractor makes numbers of the images before, want features_extractor in place of layers")
	}
	return nil, false, fmt.Errorf("layers are %v for an image, and there is no image among the observations, want layers for numbers, as [{linear: 64}, tanh]", l)
}

// needImage reports whether the first layer of l that depends on the shape of its inputs wants an image.
func (l LayerList) needImage() bool {
	layers, err := l.layers(nn.Shape{natureSide, natureSide, 1})
	return err == nil && layers.NeedImage()
}

// layersReadShared reports whether the actor and the critic share all hidden layers because one list
// of layers reads the image for both.
func (c *NetworkConfig) layersReadShared(in input) bool {
	_, ok := in.image()
	return ok && c.ShareFeaturesExtractor && !c.Layers.Split() && c.Layers.Pi().needImage()
}

// sharesExtractor reports whether the actor and the critic share the feature extractor.
func (c *NetworkConfig) sharesExtractor(in input) bool {
	if _, ok := in.image(); ok && (c.Layers.Pi().needImage() || c.Layers.Critic().needImage()) {
		return false // the lists read the image
	}
	_, layers, err := c.extract(in, "orthogonal")
	return c.ShareFeaturesExtractor && err == nil && len(layers) > 0
}

// flattened returns the layers of a feature extractor with a layer flatten at the end, if there is
// none among them.
func flattened(layers nn.Layers) nn.Layers {
	for _, l := range layers {
		if l.Kind == "flatten" {
			return layers
		}
	}
	return append(layers[:len(layers):len(layers)], nn.Layer{Kind: "flatten"})
}

// checkEmbedding returns an error if the length of embeddings is not valid.
func (c *NetworkConfig) checkEmbedding() error {
	const most = 1 << 16
	if c.Embedding < 0 || c.Embedding > most {
		return fmt.Errorf("embedding is %d, want 0 … %d", c.Embedding, most)
	}
	return nil
}
