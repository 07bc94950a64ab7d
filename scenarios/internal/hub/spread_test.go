package hub_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/hub"
	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
)

// TestSpread checks that runs of workers have the same files as runs trained alone, also for a head
// that comes later.
func TestSpread(t *testing.T) {
	url := serve(t).URL()
	s := store(t, url)
	worker(t, s, catalog(open), version)
	h := newHead(t, store(t, url))
	for name, text := range map[string]string{"ppo": ppo, "sac": sac} {
		t.Run(name, func(t *testing.T) {
			want := alone(t, text, 7)
			first, second := create(t, text, 7), create(t, text, 7)
			id := submit(t, h, first)
			receive(t, h, first, id)
			same(t, first, want)
			later := newHead(t, s)
			if again := submit(t, later, second); again != id {
				t.Errorf("the same run is the job %s, want %s", again, id)
			}
			receive(t, later, second, id)
			same(t, second, want)
			if id := submit(t, later, second); id != "" {
				t.Errorf("a finished run is submitted as the job %s, want none", id)
			}
		})
	}
}

// TestGiveBack checks that a worker that is told to end gives its run back with a checkpoint, and
// that another continues.
func TestGiveBack(t *testing.T) {
	url := serve(t).URL()
	s := store(t, url)
	h := newHead(t, s)
	dir, want := create(t, gated, 3), alone(t, gated, 3)
	id := submit(t, h, dir)
	reached, release := make(chan struct{}), make(chan struct{})
	first := worker(t, s, catalog(func() { close(reached); <-release }), version)
	<-reached
	first.end()
	close(release)
	first.stop()
	if got := first.told.all(); len(got) != 2 || !strings.Contains(got[1], context.Canceled.Error()) {
		t.Errorf("the worker said %q, want that it began and ended", got)
	}
	e, _, err := s.Last(t.Context(), id)
	if err != nil || e.Kind != journal.Commit || e.Steps < 80 {
		t.Fatalf("last entry = %+v, %v, want a checkpoint after more than 80 steps", e, err)
	}
	second := worker(t, s, catalog(open), version)
	receive(t, h, dir, id)
	same(t, dir, want)
	if got := second.told.all(); len(got) == 0 || strings.HasSuffix(got[0], "after 0") {
		t.Errorf("the second worker said %q, want that it continued", got)
	}
}

// TestCutOff checks that a worker whose connection is gone for good is replaced, and that nothing of
// it reaches the run.
func TestCutOff(t *testing.T) {
	url := serve(t).URL()
	h := newHead(t, store(t, url))
	dir, want := create(t, gated, 3), alone(t, gated, 3)
	id := submit(t, h, dir)
	reached, release := make(chan struct{}), make(chan struct{})
	far := store(t, url)
	lost := worker(t, far, catalog(func() { close(reached); <-release }), version)
	<-reached
	far.Link.Close()
	worker(t, store(t, url), catalog(open), version)
	receive(t, h, dir, id)
	lost.end()
	close(release)
	same(t, dir, want)
}

// TestOtherWorkers checks that a worker leaves jobs for other kernels and for other versions, and says so.
func TestOtherWorkers(t *testing.T) {
	url := serve(t).URL()
	s := store(t, url)
	h := newHead(t, s)
	id := submit(t, h, create(t, gated, 3))
	for want, v := range map[string]hub.Version{
		"any kernels":      {Code: version.Code, Kernels: "amd64-other"},
		"the version test": {Code: "other", Kernels: version.Kernels},
	} {
		w := worker(t, s, catalog(open), v)
		w.told.await(t, want)
		w.stop()
	}
	if e, _, err := s.Last(t.Context(), id); err != nil || e.Kind != journal.Submit {
		t.Errorf("last entry = %+v, %v, want that nobody has taken the job", e, err)
	}
}

// TestFailure checks that a run that cannot be trained fails at the head with its sentence, and is
// not tried again.
func TestFailure(t *testing.T) {
	url := serve(t).URL()
	s := store(t, url)
	h := newHead(t, s)
	for name, c := range map[string]struct {
		catalog scenario.Catalog
		want    string
	}{
		"unknown environment": {scenario.Builtin(nil), "acme/Plain-v0"},
		"panic":               {catalog(func() { panic("out of track") }), "out of track"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := create(t, strings.Replace(gated, "acme/Gate-v0", "acme/Plain-v0", 1), len(name))
			id := submit(t, h, dir)
			w := worker(t, s, c.catalog, version)
			_, err := h.Receive(t.Context(), dir, id, func(hub.Progress) {})
			w.stop()
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "{run}") {
				t.Errorf("Receive = %v, want %q", err, c.want)
			}
			if _, err := os.Stat(filepath.Join(dir, "failed-episode.jsonl")); (err == nil) != (name == "panic") {
				t.Errorf("failed-episode.jsonl: %v", err)
			}
			if got := w.told.all(); len(got) != 2 {
				t.Errorf("the worker said %q, want that it tried once", got)
			}
			worker(t, s, catalog(open), version)
			receive(t, h, dir, submit(t, h, dir)) // the same command tries it again
		})
	}
}

// TestCancelJob checks that a cancelled job ends at its worker and at its head, and that the same
// command continues it.
func TestCancelJob(t *testing.T) {
	url := serve(t).URL()
	s := store(t, url)
	h := newHead(t, s)
	dir, want := create(t, gated, 3), alone(t, gated, 3)
	id := submit(t, h, dir)
	reached, release := make(chan struct{}), make(chan struct{})
	w := worker(t, s, catalog(func() { close(reached); <-release }), version)
	<-reached
	if err := hub.CancelJob(t.Context(), s, id); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Receive(t.Context(), dir, id, func(hub.Progress) {}); !errors.Is(err, hub.ErrCancelled) {
		t.Errorf("Receive of a cancelled job = %v, want %v", err, hub.ErrCancelled)
	}
	close(release)
	w.told.await(t, "ended")
	if all, err := hub.Jobs(t.Context(), s); err != nil || len(all) != 1 || all[0].State != "cancelled" {
		t.Errorf("Jobs = %+v, %v, want a cancelled one", all, err)
	}
	if err := hub.CancelJob(t.Context(), s, id); err == nil {
		t.Error("CancelJob of a cancelled job = nil, want an error")
	}
	w.stop()
	if again := submit(t, h, dir); again != id {
		t.Errorf("the same run is the job %s, want %s", again, id)
	}
	worker(t, s, catalog(open), version)
	receive(t, h, dir, id)
	same(t, dir, want)
	if err := hub.RemoveJob(t.Context(), s, id); err != nil {
		t.Errorf("RemoveJob: %v", err)
	}
	if all, err := hub.Jobs(t.Context(), s); err != nil || len(all) != 0 {
		t.Errorf("Jobs after RemoveJob = %+v, %v, want none", all, err)
	}
}

// TestDrain checks the list of workers, and that a drained worker ends.
func TestDrain(t *testing.T) {
	s := store(t, serve(t).URL())
	id := submit(t, newHead(t, s), create(t, gated, 3))
	reached, release := make(chan struct{}), make(chan struct{})
	w := worker(t, s, catalog(func() { close(reached); <-release }), version)
	<-reached
	all, err := hub.Workers(t.Context(), s.Link)
	if err != nil || len(all) != 1 || all[0].Name != w.Name || all[0].Cores != 2 || all[0].Version != version || !slices.Equal(all[0].Jobs, []string{id}) {
		t.Errorf("Workers = %+v, %v, want %s with the job %s", all, err, w.Name, id)
	}
	if err := hub.Drain(s.Link, w.Name); err != nil {
		t.Fatal(err)
	}
	close(release)
	w.told.await(t, "ended")
	w.stop()
	if all, err := hub.Workers(t.Context(), s.Link); err != nil || len(all) != 0 {
		t.Errorf("Workers after Drain = %+v, %v, want none", all, err)
	}
	for _, name := range []string{w.Name, "nobody", "a b", "*"} {
		if err := hub.Drain(s.Link, name); err == nil || !strings.Contains(err.Error(), "rlrun hub workers") {
			t.Errorf("Drain(%q) = %v, want that there is no such worker", name, err)
		}
	}
}
