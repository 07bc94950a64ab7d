package hub_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenarios/internal/hub"
	"github.com/rlrun/rlrun/scenarios/internal/hub/acting"
	"github.com/rlrun/rlrun/scenarios/internal/hub/journal"
)

// learned trains the created run in dir in this process, with the workers of a hub as actors, and returns the
// Counts of its Learner. If steps is not 0, training is interrupted after this number of steps.
func learned(t *testing.T, s *journal.Store, dir string, steps int) acting.Counts {
	t.Helper()
	r, err := run.Open(dir, catalog(open))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := r.Resume(); err != nil {
		t.Fatal(err)
	}
	l, err := hub.Spread(t.Context(), s.Link, r, version, func(text string) { t.Log(text) })
	if err != nil {
		t.Fatal(err)
	}
	r.CheckpointEvery = every
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	st, err := r.Train(ctx, run.ObserverFunc(func(_ context.Context, _ *run.Run, st *run.Status) error {
		if steps > 0 && st.Steps >= steps {
			cancel()
		}
		return nil
	}))
	if steps > 0 && errors.Is(err, context.Canceled) {
		err = nil
	} else if err == nil {
		_, err = r.Finish(t.Context(), st)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	return l.(*acting.Learner).Counts()
}

// TestActing checks that a run for which workers act has the same files as a run alone: without a worker,
// with two workers, if one of them does not come back with a part, and if the run is interrupted. The environment has no State, so that
// its actions travel.
func TestActing(t *testing.T) {
	text := strings.NewReplacer("Gate", "Plain", "n_envs: 2", "n_envs: 5", "batch_size: 8", "batch_size: 20", "steps: 400", "steps: 1000").Replace(gated)
	want := alone(t, text, 3)
	url := serve(t).URL()
	s := store(t, url)
	dir := create(t, text, 3)
	if got := learned(t, s, dir, 0); got.Rollouts != 0 {
		t.Errorf("without workers, %d rollouts were played by workers", got.Rollouts)
	}
	same(t, dir, want)

	reached, release := make(chan struct{}), make(chan struct{})
	stuck := worker(t, store(t, url), catalog(func() { close(reached); <-release }), version)
	other := worker(t, store(t, url), catalog(open), version)
	defer close(release)
	dir = create(t, text, 3)
	if got := learned(t, s, dir, 0); got.Rollouts < 10 || got.Again == 0 || got.Bad > 0 {
		t.Errorf("with two workers, one of which gets stuck: %+v, want rollouts that workers played, and a part that was given again", got)
	}
	<-reached
	same(t, dir, want)
	for _, w := range []running{stuck, other} {
		w.told.await(t, "quick, seed 3: acts for its learner")
	}
	other.told.await(t, "quick, seed 3: has acted")
	dir = create(t, text, 3)
	if got := learned(t, s, dir, 500); got.Rollouts == 0 {
		t.Error("after the first run, no rollout was played by workers")
	}
	same(t, trained(t, dir), want) // continues alone after the interruption
	if jobs, err := hub.Jobs(t.Context(), s); err != nil || len(jobs) > 0 {
		t.Errorf("Jobs = %v, %v, want none", jobs, err)
	}
}

// TestActingOthers checks that workers with another version leave a run.
func TestActingOthers(t *testing.T) {
	url := serve(t).URL()
	s := store(t, url)
	w := worker(t, store(t, url), catalog(open), hub.Version{Code: "other", Kernels: "any"})
	conn := store(t, url).Link.Conn
	stop := acting.Announce(conn, acting.Announcement{Run: "acting-1", Kind: acting.Ordered, Code: "test", Kernels: "any"})
	w.told.await(t, "a run wants workers that act with version test with any kernels")
	stop()
	dir, want := create(t, ppo, 7), alone(t, ppo, 7)
	if got := learned(t, s, dir, 0); got.Rollouts != 0 {
		t.Errorf("workers with another version have played %d rollouts", got.Rollouts)
	}
	same(t, dir, want)
}
