package run_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
)

// counted is endless that counts its kind: one more when it is made, one less when it is
// closed.
type counted struct {
	endless
	open *atomic.Int64
}

// Spec is endless's, with a time limit.
func (c *counted) Spec() env.Spec {
	s := c.endless.Spec()
	s.ID, s.MaxSteps = "acme/Counted-v0", 20
	return s
}

// Close counts one less.
func (c *counted) Close() error {
	c.open.Add(-1)
	return nil
}

// TestCloseEnvs: when a run is closed no environment of its is open, trained, resumed, or
// resumed before it was closed.
func TestCloseEnvs(t *testing.T) {
	open := new(atomic.Int64)
	c := catalog()
	c.Envs["acme/Counted-v0"] = env.Entry(func() *counted {
		open.Add(1)
		return &counted{open: open}
	})
	const text = "env: {id: acme/Counted-v0, n_envs: 3}\nagent: {name: a2c}\nsteps: 200\ntarget: 5\neval: {freq: 100, freq_episodes: 2, episodes: 2}\n"
	s, err := scenario.Parse("f.yaml", []byte(text), nil, c)
	if err != nil {
		t.Fatal(err)
	}
	closed := func(after string, err error) {
		t.Helper()
		if n := open.Load(); n != 0 || err != nil {
			t.Errorf("%s: %d environments are open, error %v, want 0 and none", after, n, err)
			open.Store(0)
		}
	}
	r := create(t, s)
	finish(t, r)
	closed("trained", r.Close())
	if r, err = run.Open(r.Dir, c); err != nil {
		t.Fatal(err)
	}
	_, err = r.Extend("400", false)
	closed("extended", errors.Join(err, r.Close(), r.Close()))
	if r, err = run.Open(r.Dir, c); err != nil {
		t.Fatal(err)
	}
	err = errors.Join(r.Resume(), r.Resume())
	finish(t, r)
	closed("resumed twice", err)
	s.Init = filepath.Join(t.TempDir(), "none")
	if _, err := run.Create(s, filepath.Join(t.TempDir(), "run")); err == nil {
		t.Error("Create with a policy that is not there: no error")
	}
	closed("not created", nil)
}

// TestNotOpen wants an error, and no panic, of a run that cannot be trained.
func TestNotOpen(t *testing.T) {
	r := create(t, parse(t, quick))
	_, err := load(t, r.Dir).Train(context.Background())
	fails := func(what string, err error, want string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", what, err, want)
		}
	}
	fails("Train of a loaded run", err, "not ready to train: want Create, or Open and Resume")
	fails("Resume of a loaded run", load(t, r.Dir).Resume(), "is not open: want Open")
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
