package scenario

import (
	"maps"
	"slices"

	"github.com/rlrun/rlrun/policy/nn"
)

// Backends returns the names of the engines that a scenario may run on.
func Backends() []string { return slices.Sorted(maps.Keys(engines())) }

// Backend returns the engine of a name, if there is one.
func Backend(name string) (nn.Engine, bool) {
	e, ok := engines()[name]
	return e, ok
}
