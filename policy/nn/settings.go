package nn

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// A Reader takes a Layer's settings, for a kind that makes it:
//
//	r := nn.Read(l)
//	size, init := r.Outputs(), r.Text("init", "orthogonal")
//	if err := r.Err(); err != nil {
//		return nil, nil, err
//	}
//
// Err is about the first setting that is out of range, of another type, or not asked for.
type Reader struct {
	layer Layer
	sized bool     // Outputs or Share was called
	asked []string // the settings that were read
	err   error
}

// Read returns a Reader of l.
func Read(l Layer) *Reader { return &Reader{layer: l} }

// sizeKey is the name of a layer's Size among its settings.
const sizeKey = "size"

// Outputs returns the layer's Size, which must be a width of a layer.
func (r *Reader) Outputs() int {
	r.sized = true
	n := r.layer.Size
	if n != math.Trunc(n) || n < 1 || n > maxWidth {
		r.fail(fmt.Errorf("%s has %v outputs, want 1 … %d: {%s: 64}", r.layer.Kind, n, maxWidth, r.layer.Kind))
		return 0
	}
	return int(n)
}

// Share returns the layer's Size, which must be 0 or more and less than 1.
func (r *Reader) Share() float64 {
	r.sized = true
	p := r.layer.Size
	if !(0 <= p && p < 1) {
		r.fail(fmt.Errorf("%s is %v, want 0 or more and less than 1", r.layer.Kind, p))
	}
	return p
}

// Number returns the setting called key, or its default.
func (r *Reader) Number(key string, byDefault float64) float64 {
	return value(r, key, byDefault, "a number")
}

// Text returns the setting called key, or its default.
func (r *Reader) Text(key, byDefault string) string { return value(r, key, byDefault, "a text") }

// Bool returns the setting called key, or its default.
func (r *Reader) Bool(key string, byDefault bool) bool {
	return value(r, key, byDefault, "true or false")
}

// value returns the setting called key, or its default.
func value[T any](r *Reader, key string, byDefault T, form string) T {
	r.asked = append(r.asked, key)
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

func (r *Reader) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// Err returns an error if a setting that was asked for is wrong, or if the layer has a
// setting that was not asked for.
func (r *Reader) Err() error {
	if r.layer.Size != 0 && !r.sized {
		r.fail(fmt.Errorf("%s has the size %v, want its name alone: it changes no size", r.layer.Kind, r.layer.Size))
	}
	for _, key := range slices.Sorted(maps.Keys(r.layer.Settings)) {
		if !slices.Contains(r.asked, key) {
			r.fail(fmt.Errorf("%s has no setting %s, want %s", r.layer.Kind, key, r.known()))
		}
	}
	return r.err
}

// known names the settings that there are.
func (r *Reader) known() string {
	all := slices.Clone(r.asked)
	if r.sized {
		all = append(all, sizeKey)
	}
	if len(all) == 0 {
		return "its name alone"
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}
