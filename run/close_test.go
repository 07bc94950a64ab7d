package run_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
)

// counted is an endless environment with episodes of 20 steps. It counts its open instances, and
// has its number of steps as a metric.
type counted struct {
	endless
	open  *int
	steps float64
}

func (*counted) Spec() env.Spec {
	return env.Spec{ID: "acme/Counted-v0", Obs: env.NewBox(0, 1, 1), Act: env.Discrete{N: 2}, MaxSteps: 20}
}

func (c *counted) Reset(seed uint64, obs []float32) {
	c.steps = 0
	c.endless.Reset(seed, obs)
}

func (c *counted) Step(act, obs []float32) env.Outcome {
	c.steps++
	return c.endless.Step(act, obs)
}

func (c *counted) Close() error {
	*c.open--
	return nil
}

func (*counted) Measures() []string      { return []string{"steps"} }
func (c *counted) Measure(dst []float64) { dst[0] = c.steps }

// TestRunCloses checks that a run closes its environments, with and without Extend, and that the
// metrics of the environments are in progress.csv.
func TestRunCloses(t *testing.T) {
	open := 0
	envs := env.Registry{"acme/Counted-v0": env.Entry(func() *counted { open++; return &counted{open: &open} })}
	const text = "env: {id: acme/Counted-v0, n_envs: 3}\nagent: {name: a2c}\nsteps: 300\neval: {episodes: 2, freq: 100, freq_episodes: 2}\n"
	s, err := scenario.Parse("f.yaml", []byte(text), nil, scenario.Builtin(envs))
	if err != nil {
		t.Fatal(err)
	}
	r := create(t, s)
	if finish(t, r); open != 0 {
		t.Errorf("%d environments are open after Close, want none", open)
	}
	lines := strings.Split(strings.TrimSpace(readFile(t, r.Dir, "progress.csv")), "\n")
	header, last := strings.Split(lines[0], ","), strings.Split(lines[len(lines)-1], ",")
	if header[2] != "rollout/env_steps" || last[2] != "20" {
		t.Errorf("progress.csv has %s in the column %s, want 20 in rollout/env_steps", last[2], header[2])
	}
	again, err := run.Open(r.Dir, scenario.Builtin(envs))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := again.Extend(600, false); err != nil {
		t.Fatal(err)
	}
	st, err := again.Train(context.Background())
	if err == nil {
		_, err = again.Finish(context.Background(), st)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil || open != 0 {
		t.Errorf("extended and closed: %v, and %d environments are open, want none", err, open)
	}
}

// TestNotOpen checks that training a run that is not open is an error, not a panic.
func TestNotOpen(t *testing.T) {
	r := create(t, parse(t, quick))
	_, err := load(t, r.Dir).Train(context.Background())
	fails := func(what string, err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", what, err, want)
		}
	}
	fails("Train of a loaded run", err, "not ready to train: call Create, or Open and Resume")
	fails("Resume of a loaded run", load(t, r.Dir).Resume(), "is not open: call Open")
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Errorf("Close, twice: %v", err)
	}
	_, err = r.Train(context.Background())
	fails("Train of a closed run", err, "not ready to train")
	_, err = r.Finish(context.Background(), run.Status{})
	fails("Finish of a closed run", err, "is not open")
	r = open(t, r.Dir)
	_, err = r.Train(context.Background())
	fails("Train of a run that is not resumed", err, "not ready to train")
	if err := r.Resume(); err != nil {
		t.Fatal(err)
	}
	finish(t, r)
}
