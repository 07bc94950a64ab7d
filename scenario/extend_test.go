package scenario_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/scenario"
)

// TestExtend extends a scenario of 5000 steps. It checks that schedules stay at their final
// values or are stretched, and that the new file records the choice.
func TestExtend(t *testing.T) {
	extend := func(s *scenario.Scenario, steps int, stretch bool) *scenario.Scenario {
		t.Helper()
		next, text, err := s.Extend("run/config.yaml", steps, stretch, 5120)
		if err != nil {
			t.Fatalf("Extend(%d, %v): %v", steps, stretch, err)
		}
		again := mustRead(t, string(text))
		if again.Steps != next.Steps || again.Schedule != next.Schedule || !slices.Equal(again.Stretched, next.Stretched) || again.Kernels != next.Kernels {
			t.Errorf("the file of Extend(%d, %v) = %s, want what it returned", steps, stretch, text)
		}
		return next
	}
	start := mustRead(t, minimal, "kernels=other")
	held := extend(start, 20_000, false)
	for _, c := range []struct {
		what            string
		got             *scenario.Scenario
		steps, schedule int
		stretched       []int
	}{
		{"a new scenario", start, 5000, 5000, nil},
		{"held", held, 20_000, 5000, nil},
		{"stretched", extend(start, 20000, true), 20_000, 20_000, []int{5120}},
		{"held twice", extend(held, 30000, false), 30_000, 5000, nil},
		{"stretched after held", extend(extend(start, 20000, true), 30000, true), 30_000, 30_000, []int{5120, 5120}},
		{"shortened", extend(start, 100, false), 100, 5000, nil},
	} {
		if c.got.Steps != c.steps || c.got.Schedule != c.schedule || !slices.Equal(c.got.Stretched, c.stretched) || c.got.Kernels != "other" {
			t.Errorf("%s: %d steps, schedules over %d, stretched %v, kernels %s, want %d, %d, %v, other",
				c.what, c.got.Steps, c.got.Schedule, c.got.Stretched, c.got.Kernels, c.steps, c.schedule, c.stretched)
		}
	}
	if text := encode(t, extend(start, 20000, true)); strings.Contains(text, "stretched") {
		t.Errorf("the file of a new run = %s, want nothing of another's past in it", text)
	}
	for _, steps := range []int{0, -1} {
		if _, _, err := start.Extend("run/config.yaml", steps, false, 5120); err == nil || !strings.Contains(err.Error(), "steps") {
			t.Errorf("Extend(%d): %v, want an error that names the steps", steps, err)
		}
	}
}
