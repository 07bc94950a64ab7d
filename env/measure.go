package env

import (
	"fmt"
	"regexp"
	"slices"
)

// measureNamePattern matches the names of metrics that logs accept.
var measureNamePattern = regexp.MustCompile(`^[\w.-]+$`)

// A Measured is an Env that reports metrics of each episode, for example a distance or a number
// of goals. A Vector writes them to Result.Metrics when an episode ends, and logs have their
// means as rollout/env_NAME. The Measured may be inside wrappers: see As.
type Measured interface {
	// Measures returns the names of the metrics: letters, digits, dots, dashes and underscores.
	// It always returns the same names.
	Measures() []string

	// Measure writes the metrics of the episode that has just ended, one for each name. They must
	// be finite.
	Measure(dst []float64)
}

// measuresOf returns the names of the metrics that e measures, or nil.
func measuresOf(e Env) []string {
	if m, ok := As[Measured](e); ok {
		return m.Measures()
	}
	return nil
}

// checkMeasureNames returns an error if logs do not accept the name of a metric, or if two
// metrics have the same name.
func checkMeasureNames(e Env) error {
	names := measuresOf(e)
	for i, name := range names {
		if !measureNamePattern.MatchString(name) {
			return fmt.Errorf("it measures %q, want a name of letters, digits, dots, dashes and underscores", name)
		}
		if slices.Contains(names[:i], name) {
			return fmt.Errorf("it measures %q twice, want another name for each metric", name)
		}
	}
	return nil
}
