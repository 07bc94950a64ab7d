package agents

import (
	"math"
	"strings"

	"github.com/rlrun/rlrun/policy/optim"
)

// mostWeight is the most that a setting can be of which a float32 is made.
const mostWeight = math.MaxFloat32

// within returns the rule that all values of a schedule are from least to most.
func within(key string, s optim.Schedule, least, most float64) rule {
	err := s.Check(least, most)
	if err == nil {
		return rule{holds: true, key: key}
	}
	_, want, _ := strings.Cut(err.Error(), ", want ")
	return rule{false, key, s, want}
}
