package nn

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// Layers is a list of layers, from the input to the output. In YAML, each layer is a name, a name
// with its size, a name with settings, or a name with a list of inner layers:
//
//	layers: [{linear: 64}, layer_norm, tanh, {linear: {size: 64, init: pytorch}}, {residual: [{linear: 64}, tanh]}, {dropout: 0.1}]
type Layers []Layer

// A Layer describes one layer of a Plan. Native lists the built-in layers.
type Layer struct {
	Kind string  // linear, tanh, …, or the name of a program's own layer
	Size float64 // number of outputs of linear, dropout rate of dropout; 0 if the layer has no size

	// Settings has the other settings. Each is a float64, a string, a bool, numbers as a []float64,
	// or inner layers as Layers. It may be nil.
	Settings map[string]any
}

// Keys of settings that have a meaning for every kind of layer.
const (
	sizeKey   = "size"   // Size in YAML and JSON
	layersKey = "layers" // inner layers, which a list in place of the settings gives too; lstm: height of the stack
	initKey   = "init"   // initialisation of the weights
)

// Inner returns the inner layers of l, or nil if it has none.
func (l Layer) Inner() Layers {
	inner, _ := l.Settings[layersKey].(Layers)
	return inner
}

// Check returns an error if there are too many layers, or if a name or value in a layer is not
// valid. An error about an inner layer names its place, for example "layer 2 of residual at layer 3".
func (ls Layers) Check() error {
	n := 0
	return ls.check("", 0, &n)
}

// place returns the place of layer i for an error message. of is the place of the layer around
// it, for example "residual at layer 3"; "" if there is no such layer.
func place(i int, of string) string {
	if of == "" {
		return fmt.Sprintf("layer %d", i)
	}
	return fmt.Sprintf("layer %d of %s", i, of)
}

// check checks the layers and their inner layers. of is the place of the layer around them, depth
// is the number of layers around them, and n is the number of layers that were checked before.
func (ls Layers) check(of string, depth int, n *int) error {
	if *n += len(ls); *n > maxLayers {
		return fmt.Errorf("%d layers, want 1 … %d", *n, maxLayers)
	}
	if depth > maxDepth {
		return fmt.Errorf("layers inside layers, more than %d deep, want %d at most", maxDepth, maxDepth)
	}
	for i, l := range ls {
		at := place(i, of)
		if err := l.check(); err != nil {
			return fmt.Errorf("%s: %w", at, err)
		}
		for _, key := range slices.Sorted(maps.Keys(l.Settings)) {
			if inner, ok := l.Settings[key].(Layers); ok {
				if err := inner.check(l.Kind+" at "+at, depth+1, n); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// check returns an error if a name or a value in l is not valid or is too long. It does not check
// inner layers.
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
	case []float64:
		if len(v) < 1 || len(v) > maxNumbers || slices.ContainsFunc(v, func(x float64) bool { return x-x != 0 }) {
			return fmt.Errorf("%.70q, want 1 … %d finite numbers", fmt.Sprint(v), maxNumbers)
		}
		return nil
	case Layers:
		if len(v) == 0 {
			return errors.New("an empty list, want one layer or more")
		}
		return nil
	}
	return fmt.Errorf("%.70q, want a number, a text of %d bytes at most, true or false, or a list of numbers or layers", fmt.Sprint(v), maxName)
}

// Linear returns a linear layer. The argument out is the number of outputs. init is the
// initialisation of the weights and biases: see MLPOptions. gain is the scale of orthogonal
// weights; other initialisations ignore it.
func Linear(out int, init string, gain float32) Layer {
	return Layer{Kind: linearKind, Size: float64(out), Settings: map[string]any{initKey: init, "gain": float64(gain)}}
}

// Initialised returns a copy of the layers. Linear and convolutional layers without an
// initialisation get the initialisation init.
func (ls Layers) Initialised(init string) Layers {
	return ls.mapEach(func(l *Layer) {
		if _, ok := l.Settings[initKey]; !ok && hasInit(l.Kind) && !slices.Contains(sequenceKinds(), l.Kind) {
			l.set(initKey, init)
		}
	})
}

// initialisedKinds returns the kinds of layers that have the settings init and gain.
func initialisedKinds() []string {
	return append(sequenceKinds(), linearKind, convKind, residualKind)
}

// sequenceKinds returns the kinds of layers that remember earlier steps.
func sequenceKinds() []string {
	return []string{lstmKind, gruKind, rnnKind, attentionKind, transformerKind, gtrxlKind}
}

// hasInit reports whether layers of a kind have the setting init.
func hasInit(kind string) bool { return slices.Contains(initialisedKinds(), kind) }

// mapEach returns a copy of the layers and their inner layers, in which the function change has
// changed each layer. It may change the layer's map of settings.
func (ls Layers) mapEach(change func(l *Layer)) Layers {
	ls = slices.Clone(ls)
	for i := range ls {
		l := &ls[i]
		l.Settings = maps.Clone(l.Settings)
		for key, value := range l.Settings {
			if inner, ok := value.(Layers); ok {
				l.Settings[key] = inner.mapEach(change)
			}
		}
		change(l)
	}
	return ls
}

// equal reports whether the lists have the same layers with the same settings.
func (ls Layers) equal(other Layers) bool {
	return slices.EqualFunc(ls, other, func(a, b Layer) bool {
		return a.Kind == b.Kind && a.Size == b.Size && maps.EqualFunc(a.Settings, b.Settings, sameValue)
	})
}

// sameValue reports whether two values of settings are equal.
func sameValue(a, b any) bool {
	switch a := a.(type) {
	case Layers:
		b, ok := b.(Layers)
		return ok && a.equal(b)
	case []float64:
		b, ok := b.([]float64)
		return ok && slices.Equal(a, b)
	}
	switch b.(type) {
	case Layers, []float64:
		return false
	}
	return a == b
}
