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

// Count returns the whole number with the given key, or byDefault if the layer does not set it. It
// is an error if the number is not from 1 to most.
func (r *Reader) Count(key string, byDefault, most int) int {
	return r.Whole(key, byDefault, 1, most)
}

// Text returns the text with the given key, or byDefault if the layer does not set it.
func (r *Reader) Text(key, byDefault string) string { return value(r, key, byDefault, "a text") }

// Bool returns the truth value with the given key, or byDefault if the layer does not set it.
func (r *Reader) Bool(key string, byDefault bool) bool {
	return value(r, key, byDefault, "true or false")
}

// Whole returns the setting with the given key as a whole number from low to high, or byDefault if
// the layer does not set it.
func (r *Reader) Whole(key string, byDefault, low, high int) int {
	x := r.Number(key, float64(byDefault))
	if x != math.Trunc(x) || x < float64(low) || x > float64(high) {
		r.fail(fmt.Errorf("%s: %s is %v, want a whole number, %d … %d", r.layer.Kind, key, x, low, high))
		return byDefault
	}
	return int(x)
}

// Pair returns the setting with the given key as two whole numbers from low to high, for example
// the height and the width of a kernel. A single number counts for both. If the layer does not set
// the key, both are byDefault.
func (r *Reader) Pair(key string, byDefault, low, high int) (h, w int) {
	two, ok := r.layer.Settings[key].([]float64)
	if !ok {
		h = r.Whole(key, byDefault, low, high)
		return h, h
	}
	r.keysRead = append(r.keysRead, key)
	whole := func(x float64) bool { return x == math.Trunc(x) && float64(low) <= x && x <= float64(high) }
	if len(two) != 2 || !whole(two[0]) || !whole(two[1]) {
		r.fail(fmt.Errorf("%s: %s is %v, want one or two whole numbers, %d … %d", r.layer.Kind, key, two, low, high))
		return byDefault, byDefault
	}
	return int(two[0]), int(two[1])
}

// Wholes returns the setting with the given key, one or more whole numbers from low to high.
func (r *Reader) Wholes(key string, low, high int) (all []int) {
	numbers, ok := r.layer.Settings[key].([]float64)
	if !ok {
		return []int{r.Whole(key, low, low, high)}
	}
	r.keysRead = append(r.keysRead, key)
	for _, x := range numbers {
		if all = append(all, int(x)); x != math.Trunc(x) || x < float64(low) || x > float64(high) {
			r.fail(fmt.Errorf("%s: %s has %v, want whole numbers, %d … %d", r.layer.Kind, key, x, low, high))
		}
	}
	return all
}

// Shape returns the setting with the given key as a shape, for example [84, 84, 4].
func (r *Reader) Shape(key string) (s Shape) {
	for _, x := range value(r, key, []float64(nil), "a shape, as [84, 84, 4]") {
		if s = append(s, int(x)); x != math.Trunc(x) || x < 1 || x > MaxWeights {
			r.fail(fmt.Errorf("%s: %s has %v, want whole numbers, 1 … %d", r.layer.Kind, key, x, MaxWeights))
		}
	}
	if err := s.check(); err != nil {
		r.fail(fmt.Errorf("%s: %s: %w", r.layer.Kind, key, err))
	}
	return s
}

// Layers returns the inner layers with the key layers, or nil if the layer does not set them.
func (r *Reader) Layers() Layers { return value(r, layersKey, Layers(nil), "a list of layers") }

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
