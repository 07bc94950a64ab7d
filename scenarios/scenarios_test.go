package scenarios_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios"
)

// TestScenarios checks that every scenario file can be read, and that its environments and
// its agent can be made.
func TestScenarios(t *testing.T) {
	files, err := filepath.Glob("*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("Glob = %q, %v, want scenarios", files, err)
	}
	for _, name := range files {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			s, err := scenario.Parse(name, text, nil, scenario.Builtin(scenarios.Envs()))
			if err != nil {
				t.Fatal(err)
			}
			if got, want := s.Name, strings.TrimSuffix(name, ".yaml"); got != want {
				t.Errorf("name = %q, want the file's name %q", got, want)
			}
			if s.Kernels != "" {
				t.Errorf("kernels = %q, want no kernels, because the scenario is for any machine", s.Kernels)
			}
			if s.Spec.RewardThreshold != nil && (s.Threshold == nil || *s.Threshold < *s.Spec.RewardThreshold) {
				t.Errorf("target = %v, want at least the threshold %v of %s", s.Threshold, *s.Spec.RewardThreshold, s.Env)
			}
			if a, err := s.NewAgent(); err != nil || a.Policy() == nil {
				t.Errorf("NewAgent = %v, %v, want an agent with a policy", a, err)
			}
		})
	}
}

// TestEnvs checks that Envs returns the classic and grid environments, in a new Registry at
// each call.
func TestEnvs(t *testing.T) {
	want := env.Registry{}
	classic.Register(want)
	grid.Register(want)
	got := scenarios.Envs()
	for _, id := range want.IDs() {
		e, err := got.Make(id, nil)
		if err != nil || e.Spec().ID != id {
			t.Errorf("Envs().Make(%q) = %v, %v, want the environment", id, e, err)
		}
	}
	clear(got)
	if n := len(scenarios.Envs()); n < len(want) || len(want) == 0 {
		t.Errorf("Envs() after another Registry was cleared has %d environments, want %d", n, len(want))
	}
}
