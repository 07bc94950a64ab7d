package nn

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/rlrun/rlrun/internal/nearest"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// activation is an activation as a layer of a network.
type activation struct{ f32.Activation }

// activations returns all activations by their names in scenario files.
func activations() map[string]activation {
	all := map[string]activation{}
	for _, act := range f32.Activations() {
		all[act.String()] = activation{act}
	}
	return all
}

// kind returns the Kind that makes layers with the activation a.
func (a activation) kind() Kind {
	return func(_ *rand.Rand, _ string, in Shape, l Layer) (Network, Shape, error) {
		return a, in, Read(l).Err()
	}
}

func (a activation) Forward(_ *tape.Tape, x *tape.Var, _ Pass) *tape.Var {
	return x.Activate(a.Activation)
}
func (activation) MemorySize() int                          { return 0 }
func (a activation) Infer(y, x []float32, _ Memory)         { f32.Activate(y, x, a.Activation) }
func (activation) Tensors() (params, buffers []*tape.Param) { return nil, nil }
func (a activation) Clone() Network                         { return a }
func (activation) inPlace()                                 {}

// wantOneOf returns the end of an error message: "want one of", the names, sorted, and the name
// nearest to the given one.
func wantOneOf[T any](given string, names map[string]T) string {
	return "want one of " + strings.Join(slices.Sorted(maps.Keys(names)), ", ") + nearest.Hint(given, maps.Keys(names))
}
