package cli

import (
	"os"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// fragile is an environment that panics at its first step if its option bad is true.
type fragile struct {
	still
	Bad bool `yaml:"bad"`
}

func (f *fragile) Step(act, obs []float32) env.Outcome {
	if f.Bad {
		panic("broken\x1b[2J")
	}
	return f.still.Step(act, obs)
}

const fragileRun = `
env: {id: acme/Fragile-v0, n_envs: 2, options: {bad: true}}
agent: {name: ppo, n_steps: 4, batch_size: 8, n_epochs: 1, policy_kwargs: {net_arch: [4]}}
steps: 16
eval: {episodes: 3, max_steps: 20}
`

// inFragileDir returns an App in an empty directory with the file fragile.yaml, a scenario
// whose environment panics.
func inFragileDir(t *testing.T) *App {
	a := inEmptyDir(t)
	a.Envs["acme/Fragile-v0"] = env.Entry(func() *fragile { return &fragile{still: still{odd{id: "acme/Fragile-v0"}}} })
	writeFile(t, "fragile.yaml", fragileRun)
	return a
}

// TestPanicOfOneRun checks that an environment's panic ends only its own run, with one line.
func TestPanicOfOneRun(t *testing.T) {
	a := inFragileDir(t)
	status, out, err := a.call("fragile.yaml", "--sweep", "env.options.bad=[true, false]", "--seeds", "2", "--out", "many", "--json")
	var results []map[string]any
	for _, l := range objects(t, out) {
		if l["event"] == "results" {
			results = append(results, l)
		}
	}
	if status != statusFailed || len(results) != 2 || len(results[0]["failed"].([]any)) != 2 || len(results[1]["failed"].([]any)) != 0 {
		t.Errorf("two runs of four that panic: status %d, %v, %s, want status 1 and two failed runs", status, results, err)
	}
	for _, want := range []string{"acme/Fragile-v0", "seed 1", "seed 2", "step 1", `broken\u001b[2J`, "2 of 4 runs failed"} {
		if !strings.Contains(err, want) {
			t.Errorf("two runs of four that panic print %q, want %q", err, want)
		}
	}
	if strings.Count(err, "\n") != 3 || strings.Contains(err, "goroutine") {
		t.Errorf("two runs of four that panic print %q, want a line each, and a line with the number of failed runs", err)
	}
	if _, err := os.Stat("many/env.options.bad=false/seed-2/result.json"); err != nil {
		t.Errorf("the run beside one that panics has no result: %v", err)
	}
}

// TestTrace checks that RLRUN_TRACE=1 prints the stack of a panic.
func TestTrace(t *testing.T) {
	a := inFragileDir(t)
	status, _, err := a.call("fragile.yaml", "--out", "one")
	if status != statusFailed || strings.Count(err, "\n") != 1 || !strings.Contains(err, "acme/Fragile-v0") || !strings.Contains(err, "seed") {
		t.Errorf("a run that panics: status %d, %q, want 1 and a line with environment and seed", status, err)
	}
	t.Setenv(traceVariable, "1")
	if _, _, err = a.call("fragile.yaml", "--out", "traced"); !strings.Contains(err, "crash_test.go") {
		t.Errorf("with %s=1 a panic prints %q, want a stack", traceVariable, err)
	}
}
