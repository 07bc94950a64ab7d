package scenarios_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios"
)

// TestModelsAreKnown checks that every scenario of a tabular environment has the environment's
// model, because the scenario's wrappers do not change the model.
func TestModelsAreKnown(t *testing.T) {
	files, err := filepath.Glob("*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	known := 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := scenario.Parse(name, text, nil, scenario.Builtin(scenarios.Envs()))
		if err != nil {
			t.Fatal(err)
		}
		e, err := scenarios.Envs().Make(s.Env, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := e.(grid.Tabular); ok != (s.Tabular != nil) {
			t.Errorf("%s has a model: %v, want %v", name, s.Tabular != nil, ok)
		} else if ok {
			known++
		}
	}
	if known == 0 {
		t.Error("no scenario has a model")
	}
}
