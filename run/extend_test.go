package run_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/run"
)

// extend extends a run to a new number of steps, trains it and finishes it.
func extend(t testing.TB, dir string, steps int, stretch bool) *run.Result {
	t.Helper()
	r := open(t, dir)
	if _, err := r.Extend(steps, stretch); err != nil {
		t.Fatalf("Extend(%d, %v): %v", steps, stretch, err)
	}
	return finish(t, r)
}

// rates returns the learning rates in progress.csv, by the steps of their rows.
func rates(t testing.TB, dir string) map[int]float64 {
	t.Helper()
	steps, cells := column(t, dir, "train/learning_rate")
	all := map[int]float64{}
	for i, n := range steps {
		all[n] = number(t, cells[i])
	}
	return all
}

// TestExtend extends runs that were finished or not finished before. It checks that an extended
// run has the same bytes as a run that had the new number of steps from the start, and the old
// number as schedule_steps. A run with the config.yaml of the extended run must have these bytes
// too.
func TestExtend(t *testing.T) {
	falling := []string{"agent.learning_rate=lin_0.01", "log_interval=64", "eval.freq=512"}
	want, _ := straight(t, append(slices.Clone(falling), "steps=4096", "schedule_steps=2048")...)
	finished, interrupted := create(t, parse(t, quick, falling...)), create(t, parse(t, quick, falling...))
	finish(t, finished)
	interrupt(t, interrupted, 700)
	for what, dir := range map[string]string{"finished": finished.Dir, "interrupted": interrupted.Dir} {
		if res := extend(t, dir, 4096, false); res.Steps != 4096 {
			t.Errorf("%s: %d steps, want 4096", what, res.Steps)
		}
		same(t, what+" and extended", outcome(t, dir), want)
		again := create(t, load(t, dir).Scenario)
		finish(t, again)
		same(t, what+", extended, and its config.yaml run again", outcome(t, again.Dir), want)
	}
	if all := rates(t, finished.Dir); all[1088] >= 0.006 || all[1088] <= 0.004 || all[2112] != 0 || all[4096] != 0 {
		t.Errorf("rates = %v, want half of 0.01 in the middle of 2048 steps, and 0 beyond", all)
	}
}

// TestStretch checks that stretched schedules change over the new number of steps, and that
// config.yaml has the step after which they were stretched.
func TestStretch(t *testing.T) {
	r := create(t, parse(t, quick, "agent.learning_rate=lin_0.01", "log_interval=64"))
	finish(t, r)
	extend(t, r.Dir, 4096, true)
	// An iteration reads its learning rate when it starts. So the row of step 2112 has the
	// learning rate at step 2048.
	if all := rates(t, r.Dir); all[2112] < 0.00499 || all[2112] > 0.00501 || all[4096] <= 0 {
		t.Errorf("rates = %v, want 0.01 · (1 - 2048/4096) in the row of 2112 steps, and more than 0 in the last", all)
	}
	s := load(t, r.Dir).Scenario
	if s.Steps != 4096 || s.Schedule != 4096 || !slices.Equal(s.Stretched, []int{2048}) {
		t.Errorf("config.yaml has %d steps, schedules over %d, stretched at %v, want 4096, 4096, [2048]", s.Steps, s.Schedule, s.Stretched)
	}
}

// TestExtendHeld checks that Extend reports whether a setting stays at 0.
func TestExtendHeld(t *testing.T) {
	for rate, want := range map[string]bool{"1e-3": false, "lin_1e-3": true} {
		for _, stretch := range []bool{false, true} {
			r := create(t, parse(t, quick, "agent.learning_rate="+rate))
			interrupt(t, r, 700)
			if got, err := open(t, r.Dir).Extend(4096, stretch); err != nil || got != (want && !stretch) {
				t.Errorf("Extend of a run with rate %s, stretched %v = %v, %v, want %v", rate, stretch, got, err, want && !stretch)
			}
		}
	}
}

// TestExtendKilled checks that a run that is killed at any time during Extend can be resumed, to
// the old or the new number of steps.
func TestExtendKilled(t *testing.T) {
	sets := []string{"log_interval=64", "eval.freq=512"}
	old, _ := straight(t, sets...)
	long, _ := straight(t, append(slices.Clone(sets), "steps=4096", "schedule_steps=2048")...)
	for what, c := range map[string]struct {
		undo func(t *testing.T, dir string, before string) // undoes the parts of Extend that come after the kill
		want string
	}{
		"after the checkpoint": {func(t *testing.T, dir, before string) {
			writeFile(t, readFile(t, before, "config.yaml"), dir, "config.yaml")
			writeFile(t, readFile(t, before, "result.json"), dir, "result.json")
		}, old},
		"after the result": {func(t *testing.T, dir, before string) {
			writeFile(t, readFile(t, before, "config.yaml"), dir, "config.yaml")
		}, old},
		"after config.yaml": {func(*testing.T, string, string) {}, long},
	} {
		r := create(t, parse(t, quick, sets...))
		finish(t, r)
		before := filepath.Join(t.TempDir(), "before")
		if err := os.CopyFS(before, os.DirFS(r.Dir)); err != nil {
			t.Fatal(err)
		}
		extended := open(t, r.Dir)
		if _, err := extended.Extend(4096, false); err != nil {
			t.Fatal(err)
		}
		if err := extended.Close(); err != nil {
			t.Fatal(err)
		}
		c.undo(t, r.Dir, before)
		resume(t, r.Dir)
		same(t, "killed "+what+" and resumed", outcome(t, r.Dir), c.want)
	}
}

// TestExtendFaults checks that invalid arguments of Extend cause errors of one line, and change
// no file.
func TestExtendFaults(t *testing.T) {
	plain, stopped := create(t, parse(t, quick)), create(t, parse(t, quick, "eval.stop_at_threshold=true", "target=1", "eval.freq=256"))
	finish(t, plain)
	finish(t, stopped)
	for _, c := range []struct {
		dir   string
		steps int
		want  string
	}{
		{plain.Dir, 2048, "has trained 2048 steps already; want more than that"}, {plain.Dir, 1, "has trained 2048 steps already"},
		{plain.Dir, 0, "--steps 0: steps: 0, want 1 or more"}, {plain.Dir, -7, "--steps -7: steps: -7, want 1 or more"},
		{stopped.Dir, 4096, "an evaluation ended"},
	} {
		before := outcome(t, c.dir) + readFile(t, c.dir, "config.yaml") + readFile(t, c.dir, "checkpoint", "state")
		r := open(t, c.dir)
		if _, err := r.Extend(c.steps, false); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("Extend(%d) = %v, want %q in one line", c.steps, err, c.want)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if after := outcome(t, c.dir) + readFile(t, c.dir, "config.yaml") + readFile(t, c.dir, "checkpoint", "state"); after != before {
			t.Errorf("Extend(%d), which was refused, changed the run", c.steps)
		}
	}
}

// TestExtendUnsaved checks a run whose last checkpoint could not be written. It must continue
// from the previous checkpoint, and an extension to fewer steps than it has trained must be an
// error.
func TestExtendUnsaved(t *testing.T) {
	r := create(t, parse(t, quick))
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	blocked := false
	r.CheckpointEvery = 512
	st, err := r.Train(ctx, told(func(s *run.Status) {
		if s.Steps > 1024 && !blocked {
			blocked = true
			state := filepath.Join(r.Dir, "checkpoint", "state")
			if err := errors.Join(os.Rename(state, state+".kept"), os.MkdirAll(filepath.Join(state, "x"), 0o755)); err != nil {
				t.Fatal(err)
			}
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Finish(context.Background(), st); err != nil {
		t.Fatal(err)
	}
	state := filepath.Join(r.Dir, "checkpoint", "state")
	if err := errors.Join(r.Close(), os.RemoveAll(state), os.Rename(state+".kept", state)); err != nil {
		t.Fatal(err)
	}
	again := open(t, r.Dir)
	if _, err := again.Extend(2000, false); err == nil || !strings.Contains(err.Error(), "has trained 2048 steps already") {
		t.Errorf("Extend(2000) = %v, want that 2048 are trained", err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	want, _ := straight(t, "steps=4096", "schedule_steps=2048", "log_interval=300", "eval.freq=204")
	extend(t, r.Dir, 4096, false)
	same(t, "extended from an earlier checkpoint", outcome(t, r.Dir), want)
}
