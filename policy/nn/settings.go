package nn

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// A Reader reads the settings of a Layer, for a Kind that makes the layer:
//
//	r := nn.Read(l)
//	size, init := r.Outputs(), r.Text("init", "orthogonal")
//	if err := r.Err(); err != nil {
//		return nil, nil, err
//	}
//
// Err returns an error if a setting is out of range, has the wrong type, or is unknown. A setting
// is unknown if the Kind did not read it.
type Reader struct {
	layer    Layer
	sizeRead bool     // whether Outputs or Fraction was called
	keysRead []string // names of the settings that were read
	err      error
}

// Read returns a Reader of the settings of l.
func Read(l Layer) *Reader { return &Reader{layer: l} }

// sizeKey is the key of a layer's Size in YAML and JSON.
const sizeKey = "size"

// Outputs returns the layer's Size as a number of outputs. It is an error if the Size is not a
// whole number from 1 to 65536.
func (r *Reader) Outputs() int {
	r.sizeRead = true
	n := r.layer.Size
	if n != math.Trunc(n) || n < 1 || n > maxWidth {
		r.fail(fmt.Errorf("%s has %v outputs, want a whole number, 1 … %d, as {%s: 64}", r.layer.Kind, n, maxWidth, r.layer.Kind))
		return 0
	}
	return int(n)
}

// Fraction returns the layer's Size as a fraction, for example a dropout rate. It is an error if
// the Size is not in [0, 1).
func (r *Reader) Fraction() float64 {
	r.sizeRead = true
	p := r.layer.Size
	if !(0 <= p && p < 1) {
		r.fail(fmt.Errorf("%s is %v, want 0 or more and less than 1", r.layer.Kind, p))
	}
	return p
}

// Number returns the number with the given key, or byDefault if the layer does not set it.
func (r *Reader) Number(key string, byDefault float64) float64 {
	return value(r, key, byDefault, "a number")
}

// Text returns the text with the given key, or byDefault if the layer does not set it.
func (r *Reader) Text(key, byDefault string) string { return value(r, key, byDefault, "a text") }

// Bool returns the truth value with the given key, or byDefault if the layer does not set it.
func (r *Reader) Bool(key string, byDefault bool) bool {
	return value(r, key, byDefault, "true or false")
}

// value returns the setting with the given key, or byDefault if the layer does not set it. The
// argument form describes the valid values in error messages, for example "a text".
func value[T any](r *Reader, key string, byDefault T, form string) T {
	r.keysRead = append(r.keysRead, key)
	given, ok := r.layer.Settings[key]
	if !ok {
		return byDefault
	}
	v, ok := given.(T)
	if !ok {
		r.fail(fmt.Errorf("%s: %s is %v, want %s", r.layer.Kind, key, given, form))
		return byDefault
	}
	return v
}

// fail keeps err as the result of Err, if it is the first error.
func (r *Reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// Err returns an error if the layer has a setting that was not read, and otherwise the first error
// of a value. Call it after all settings are read.
func (r *Reader) Err() error {
	for _, key := range slices.Sorted(maps.Keys(r.layer.Settings)) {
		if !slices.Contains(r.keysRead, key) {
			return fmt.Errorf("%s has no setting %s, want %s", r.layer.Kind, key, r.validKeys())
		}
	}
	if r.layer.Size != 0 && !r.sizeRead {
		r.fail(fmt.Errorf("%s has the size %v, want its name without a size", r.layer.Kind, r.layer.Size))
	}
	return r.err
}

// validKeys returns the names of all settings that the layer can have, for an error message.
func (r *Reader) validKeys() string {
	all := slices.Clone(r.keysRead)
	if r.sizeRead {
		all = append(all, sizeKey)
	}
	if len(all) == 0 {
		return "its name without settings"
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}
