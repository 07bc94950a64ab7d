package nn

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Limits of a plan. A typing error or an untrusted file that exceeds a limit gives an error, and
// does not use up the machine's memory.
const (
	maxWidth    = 1 << 16 // largest number of outputs of a layer
	MaxWeights  = 1 << 26 // largest number of weights of a network, or of values of a table
	maxLayers   = 1 << 10 // largest number of layers of a plan
	maxSettings = 1 << 5  // largest number of settings of a layer
	maxName     = 1 << 6  // largest length of a layer's kind, a setting's name or a setting's text [bytes]
	maxAxes     = 4       // largest number of axes of a shape
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

// Layers is the list of a network's layers, from the input to the output. In YAML, each layer is
// a name, a name with its size, or a name with settings:
//
//	layers: [{linear: 64}, layer_norm, tanh, {linear: {size: 64, init: pytorch}}, relu, {dropout: 0.1}]
type Layers []Layer

// A Layer describes one layer of a Plan. Native lists the built-in layers.
type Layer struct {
	Kind     string         // linear, tanh, …, or the name of a program's own layer
	Size     float64        // number of outputs of linear, dropout rate of dropout; 0 if the layer has no size
	Settings map[string]any // other settings, each a float64, a string or a bool; may be nil
}

// Check returns an error if the shape, the number of layers, or a name or value in a layer is not
// valid. It does not check whether an engine can build the layers.
func (p Plan) Check() error {
	if err := p.In.check(); err != nil {
		return err
	}
	if n := len(p.Layers); n < 1 || n > maxLayers {
		return fmt.Errorf("%d layers, want 1 … %d", n, maxLayers)
	}
	for i, l := range p.Layers {
		if err := l.check(); err != nil {
			return fmt.Errorf("layer %d: %w", i, err)
		}
	}
	return nil
}

// check returns an error if a name or a value in l is not valid or is too long.
func (l Layer) check() error {
	if err := checkName(l.Kind); err != nil {
		return fmt.Errorf("the layer has the name %w", err)
	}
	if len(l.Settings) > maxSettings {
		return fmt.Errorf("%s has %d settings, want %d at most", l.Kind, len(l.Settings), maxSettings)
	}
	if l.Size-l.Size != 0 {
		return fmt.Errorf("%s has the size %v, want a finite number", l.Kind, l.Size)
	}
	for key, value := range l.Settings {
		if err := checkName(key); err != nil || key == sizeKey {
			return fmt.Errorf("%s has a setting %q, want another name", l.Kind, key)
		}
		if err := checkValue(value); err != nil {
			return fmt.Errorf("%s: %s is %w", l.Kind, key, err)
		}
	}
	return nil
}

// checkName returns an error if s is not a valid name of a layer or of a setting.
func checkName(s string) error {
	notName := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-' }
	if s == "" || len(s) > maxName || strings.ContainsFunc(s, notName) || !unicode.IsLetter([]rune(s)[0]) {
		return fmt.Errorf("%.70q, want a letter, then letters, digits, - and _, %d bytes at most", s, maxName)
	}
	return nil
}

// checkValue returns an error if v is not a valid value of a setting.
func checkValue(v any) error {
	switch v := v.(type) {
	case float64:
		if v-v == 0 {
			return nil
		}
	case string:
		if len(v) <= maxName && !strings.ContainsFunc(v, unicode.IsControl) {
			return nil
		}
	case bool:
		return nil
	}
	return fmt.Errorf("%.70q, want a number, a text of %d bytes at most, or true or false", fmt.Sprint(v), maxName)
}

// Linear returns a linear layer. The argument out is the number of outputs. init is the
// initialisation of the weights and biases: see MLPOptions. gain is the scale of orthogonal
// weights; other initialisations ignore it.
func Linear(out int, init string, gain float32) Layer {
	return Layer{Kind: linearKind, Size: float64(out), Settings: map[string]any{"init": init, "gain": float64(gain)}}
}

// Initialised returns a copy of the layers. Linear layers without an initialisation get the
// initialisation init.
func (ls Layers) Initialised(init string) Layers {
	return ls.mapKind(linearKind, func(l *Layer) {
		if _, ok := l.Settings["init"]; !ok {
			l.Settings["init"] = init
		}
	})
}

// Zeroed returns a copy of p in which all initial weights are 0. It is for a network whose
// weights are then read from a file.
func (p Plan) Zeroed() Plan {
	p.Layers = p.Layers.mapKind(linearKind, func(l *Layer) {
		l.Settings["init"] = zeros
		delete(l.Settings, "gain")
	})
	return p
}

// Same reports whether networks of the plans p and q have the same outputs at inference
// when they have the same weights. Initialisations and dropout rates may differ.
func (p Plan) Same(q Plan) bool {
	clearRate := func(l *Layer) { l.Size = 0 }
	p.Layers, q.Layers = p.Zeroed().Layers.mapKind(dropoutKind, clearRate), q.Zeroed().Layers.mapKind(dropoutKind, clearRate)
	return slices.Equal(p.In, q.In) && slices.EqualFunc(p.Layers, q.Layers, func(a, b Layer) bool {
		return a.Kind == b.Kind && a.Size == b.Size && maps.Equal(a.Settings, b.Settings)
	})
}

// mapKind returns a copy of the layers, in which the function change has changed each layer of
// the given kind.
func (ls Layers) mapKind(kind string, change func(l *Layer)) Layers {
	ls = slices.Clone(ls)
	for i := range ls {
		if l := &ls[i]; l.Kind == kind {
			settings := map[string]any{}
			maps.Copy(settings, l.Settings)
			l.Settings = settings
			change(l)
		}
	}
	return ls
}
