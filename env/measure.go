package env

import (
	"fmt"
	"regexp"
	"slices"
)

// measureForm is the form of a name that can stand in a log.
var measureForm = regexp.MustCompile(`^[\w.-]+$`)

// A Measured is an Env that measures its episodes: a distance, a number of goals. A
// Vector shows what was measured where an episode ends, and logs have the means as
// rollout/env_NAME. It is found behind wrappers, see As.
type Measured interface {
	// Measures returns the names: letters, digits, dots, dashes and underscores. They
	// never change.
	Measures() []string

	// Measure writes the figures of the episode that has just ended, one for each name.
	// They must be finite.
	Measure(dst []float64)
}

// measuresOf returns the names of what e measures.
func measuresOf(e Env) []string {
	if m, ok := As[Measured](e); ok {
		return m.Measures()
	}
	return nil
}

// checkMeasures returns an error if a name cannot stand in a log.
func checkMeasures(e Env) error {
	names := measuresOf(e)
	for i, name := range names {
		if !measureForm.MatchString(name) {
			return fmt.Errorf("it measures %q, want a name of letters, digits, dots, dashes and underscores", name)
		}
		if slices.Contains(names[:i], name) {
			return fmt.Errorf("it measures %q twice, want a name of its own for each figure", name)
		}
	}
	return nil
}
