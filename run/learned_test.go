package run_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestLearned checks that a run whose actors play while it learns is repeated from its learned.csv to
// the same policy, although it was interrupted and resumed, and that other runs have no such file.
func TestLearned(t *testing.T) {
	// No trajectory is too old: where one is dropped, the run has more rows, and ends iterations at other steps.
	actors := "agent={name: impala, actors: 3, n_steps: 4, batch_size: 2, max_lag: 1000, policy_kwargs: {net_arch: [4]}}"
	r := create(t, parse(t, quick, actors))
	interrupt(t, r, 768)
	half := len(read(t, r.Dir, "learned.csv"))
	resumeEvery(t, 300, r.Dir)
	log := read(t, r.Dir, "learned.csv")
	if rows := strings.Count(string(log), "\n") - 1; rows != 2048/(4*2) || half == 0 || half >= len(log) {
		t.Errorf("learned.csv has %d rows, %d bytes of %d after the interruption, want 256 rows", rows, half, len(log))
	}
	again := create(t, parse(t, quick, actors, "agent.replay_log="+filepath.Join(r.Dir, "learned.csv")))
	finish(t, again)
	for _, name := range []string{"learned.csv", "policy.safetensors"} {
		if !bytes.Equal(read(t, r.Dir, name), read(t, again.Dir, name)) {
			t.Errorf("%s of the repeated run differs", name)
		}
	}
	ordered := create(t, parse(t, quick, actors, "agent.ordered=true", "steps=64"))
	finish(t, ordered)
	if _, err := os.Stat(filepath.Join(ordered.Dir, "learned.csv")); err == nil {
		t.Error("a run whose actors take turns has a learned.csv, want none")
	}
}

// read returns the content of a file of a run.
func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
