package nn

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Limits of a plan. A typing error or an untrusted file that exceeds a limit gives an error, and
// does not use up the machine's memory.
const (
	maxWidth    = 1 << 16 // largest number of outputs of a layer
	MaxWeights  = 1 << 26 // largest number of weights of a network, or of values of a table
	maxLayers   = 1 << 10 // largest number of layers of a plan, with the layers inside other layers
	maxDepth    = 8       // largest depth of layers inside layers
	maxSettings = 1 << 5  // largest number of settings of a layer
	maxNumbers  = 1 << 4  // largest number of numbers in a setting
	maxName     = 1 << 6  // largest length of a layer's kind, a setting's name or a setting's text [bytes]
	maxAxes     = 4       // largest number of axes of a shape
	maxRow      = 1 << 20 // largest number of floats in a row of inputs or outputs, if a network with fewer weights has such rows
)

// A Plan describes a network as data: the shape of a row of inputs, and the list of layers. A
// scenario lists the layers in YAML. A policy file has the Plan as JSON.
type Plan struct {
	In     Shape
	Layers Layers
}

// A Shape is the shape of one row of inputs or outputs: [8] for eight numbers,
// [84, 84, 4] for an image.
type Shape []int

// Size returns the number of floats in a row of the shape.
func (s Shape) Size() int {
	n := 1
	for _, k := range s {
		n *= k
	}
	return n
}

// String returns the shape as text, for example 84×84×4.
func (s Shape) String() string {
	var text []string
	for _, n := range s {
		text = append(text, strconv.Itoa(n))
	}
	return strings.Join(text, "×")
}

// check returns an error if s has more than maxAxes axes, an axis smaller than 1, or a size
// larger than MaxWeights.
func (s Shape) check() error {
	size := 1
	for _, n := range s {
		if n < 1 || n > MaxWeights/size {
			return fmt.Errorf("the inputs have shape %v, want 1 or more along each axis, and %d numbers at most", []int(s), MaxWeights)
		}
		size *= n
	}
	if len(s) < 1 || len(s) > maxAxes {
		return fmt.Errorf("the inputs have shape %v, want 1 … %d axes", []int(s), maxAxes)
	}
	return nil
}

// Check returns an error if the shape, the number of layers, or a name or value in a layer is not
// valid. It does not check whether an engine can build the layers.
func (p Plan) Check() error {
	if err := p.In.check(); err != nil {
		return err
	}
	if n := len(p.Layers); n < 1 {
		return fmt.Errorf("%d layers, want 1 … %d", n, maxLayers)
	}
	return p.Layers.Check()
}

// Zeroed returns a copy of p in which all initial weights are 0. It is for a network whose
// weights are then read from a file.
func (p Plan) Zeroed() Plan {
	p.Layers = p.Layers.mapEach(func(l *Layer) {
		if hasInit(l.Kind) {
			l.set(initKey, zeros)
			delete(l.Settings, "gain")
			delete(l.Settings, chronoKey)
		}
	})
	return p
}

// Same reports whether networks of the plans p and q have the same outputs at inference
// when they have the same weights. Initialisations and dropout rates may differ.
func (p Plan) Same(q Plan) bool {
	clearRate := func(l *Layer) {
		if l.Kind == dropoutKind {
			l.Size = 0
		}
	}
	return slices.Equal(p.In, q.In) && p.Zeroed().Layers.mapEach(clearRate).equal(q.Zeroed().Layers.mapEach(clearRate))
}
