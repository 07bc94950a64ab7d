package nn

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Limits of a plan, so that a slip of the finger, or a file of unknown origin, is an error
// and does not eat the machine's memory.
const (
	maxWidth    = 1 << 16 // outputs of a layer
	MaxWeights  = 1 << 26 // weights of a network, or values of a table
	maxLayers   = 1 << 10 // of a plan
	maxSettings = 1 << 5  // of a layer
	maxName     = 1 << 6  // bytes of a kind, and of the name or text of a setting
	maxAxes     = 4       // of a shape
)

// A Plan describes a network: what a row is, and the layers one after the other. It is
// data: a scenario gives the layers, and a policy's file has the whole as JSON.
type Plan struct {
	In     Shape
	Layers Layers
}

// A Shape is the sizes of a row: [8] of eight numbers, [84, 84, 4] of an image.
type Shape []int

// Size returns the number of floats in a row.
func (s Shape) Size() int {
	n := 1
	for _, k := range s {
		n *= k
	}
	return n
}

// String writes 84×84×4.
func (s Shape) String() string {
	var text []string
	for _, n := range s {
		text = append(text, strconv.Itoa(n))
	}
	return strings.Join(text, "×")
}

// check returns an error unless s has axes of 1 or more, and MaxWeights floats at most.
func (s Shape) check() error {
	size := 1
	for _, n := range s {
		if n < 1 || n > MaxWeights/size {
			return fmt.Errorf("inputs %v, want %d numbers at most, and 1 or more along each axis", []int(s), MaxWeights)
		}
		size *= n
	}
	if len(s) < 1 || len(s) > maxAxes {
		return fmt.Errorf("inputs %v, want 1 … %d axes", []int(s), maxAxes)
	}
	return nil
}

// Layers are layers one after the other. In YAML they are a list of layers, each a name
// alone, a name with a number, or a name with settings:
//
//	layers: [{linear: 64}, layer_norm, tanh, {linear: {size: 64, init: pytorch}}, relu, {dropout: 0.1}]
type Layers []Layer

// A Layer describes one layer of a Plan. Native lists the kinds that there are.
type Layer struct {
	Kind     string         // linear, tanh, …, or a layer of the program's own
	Size     float64        // the number behind the kind: the outputs of linear, the share of dropout; 0 is none
	Settings map[string]any // the others, each a float64, a string or a bool; nil is none
}

// Check returns an error where p cannot be what an engine builds from.
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

// check returns an error where a name or a value of l cannot be one, or is too long.
func (l Layer) check() error {
	if err := checkName(l.Kind); err != nil {
		return fmt.Errorf("a layer is called %w", err)
	}
	if len(l.Settings) > maxSettings {
		return fmt.Errorf("%s has %d settings, want %d at most", l.Kind, len(l.Settings), maxSettings)
	}
	if l.Size-l.Size != 0 {
		return fmt.Errorf("%s has the size %v, want a number", l.Kind, l.Size)
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

// checkName returns an error unless s can be the name of a kind or setting.
func checkName(s string) error {
	notName := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '-' }
	if s == "" || len(s) > maxName || strings.ContainsFunc(s, notName) || !unicode.IsLetter([]rune(s)[0]) {
		return fmt.Errorf("%.70q, want a letter, then letters, digits, - and _, %d bytes at most", s, maxName)
	}
	return nil
}

// checkValue returns an error unless v can be the value of a setting.
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

// Linear returns a layer of a product with weights, and biases. An initialisation gives
// them their first values: see MLPOptions. The gain is of orthogonal weights.
func Linear(out int, init string, gain float32) Layer {
	return Layer{Kind: linearKind, Size: float64(out), Settings: map[string]any{"init": init, "gain": float64(gain)}}
}

// Initialised returns the layers with an initialisation for each linear layer that has
// none.
func (ls Layers) Initialised(init string) Layers {
	return ls.each(linearKind, func(l *Layer) {
		if _, ok := l.Settings["init"]; !ok {
			l.Settings["init"] = init
		}
	})
}

// Zeroed returns p with weights that start at 0, for a network whose weights are read
// from a file.
func (p Plan) Zeroed() Plan {
	p.Layers = p.Layers.each(linearKind, func(l *Layer) {
		l.Settings["init"] = zeros
		delete(l.Settings, "gain")
	})
	return p
}

// Same reports whether networks of p and q that have the same weights have the same
// results in use, whatever their initialisations and dropout.
func (p Plan) Same(q Plan) bool {
	passes := func(l *Layer) { l.Size = 0 }
	p.Layers, q.Layers = p.Zeroed().Layers.each(dropoutKind, passes), q.Zeroed().Layers.each(dropoutKind, passes)
	return slices.Equal(p.In, q.In) && slices.EqualFunc(p.Layers, q.Layers, func(a, b Layer) bool {
		return a.Kind == b.Kind && a.Size == b.Size && maps.Equal(a.Settings, b.Settings)
	})
}

// each returns a copy of the layers with every layer of a kind changed.
func (ls Layers) each(kind string, change func(l *Layer)) Layers {
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
