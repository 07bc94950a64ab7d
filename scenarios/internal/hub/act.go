package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/internal/infile"
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/crash"
	"github.com/rlrun/rlrun/scenarios/internal/hub/acting"
	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
	"github.com/rlrun/rlrun/scenarios/internal/hub/trajectories"
)

// joinTime is the time in which workers that are free join a run.
const joinTime = 5 * time.Second

// A learnerRun is a run whose learner wants workers.
type learnerRun struct {
	acting.Announcement
	heard time.Time     // time of the latest announcement
	ended chan struct{} // is closed when the run has ended, or is silent
}

// hear notes an announcement.
func (w *Worker) hear(a acting.Announcement) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.learners[a.Run]
	switch {
	case a.Ended && r != nil:
		delete(w.learners, a.Run)
		close(r.ended)
	case a.Ended:
	case r != nil:
		r.heard = time.Now()
	case len(w.learners) < maxLearners:
		w.learners[a.Run] = &learnerRun{a, time.Now(), make(chan struct{})}
	}
}

// maxLearners is the largest number of runs that a worker knows of.
const maxLearners = 1000

// forget ends the runs that are silent.
func (w *Worker) forget() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, r := range w.learners {
		if time.Since(r.heard) > acting.Gone {
			delete(w.learners, id)
			close(r.ended)
		}
	}
}

// wanted returns a run whose learner wants workers, or nil. Slots with different numbers prefer different
// runs. It leaves out runs for other programs, and the refused ones.
func (w *Worker) wanted(slot int, refused map[string]bool) *learnerRun {
	w.forget()
	w.mu.Lock()
	var fitting []*learnerRun
	others := map[string]bool{}
	for _, r := range w.learners {
		switch {
		case r.Kind != acting.Ordered && r.Kind != trajectories.Kind || refused[r.Run]:
		case r.Code == w.Version.Code && r.Kernels == w.Version.Kernels:
			fitting = append(fitting, r)
		default:
			others[fmt.Sprintf("version %.40s with %.40s kernels", r.Code, r.Kernels)] = true
		}
	}
	w.mu.Unlock()
	for other := range others {
		w.sayOnce(fmt.Sprintf("a run wants workers that act with %s, and this worker has version %s with %s kernels; it leaves it", other, w.Version.Code, w.Version.Kernels))
	}
	if len(fitting) == 0 {
		return nil
	}
	slices.SortFunc(fitting, func(a, b *learnerRun) int { return strings.Compare(a.Run, b.Run) })
	return fitting[slot%len(fitting)]
}

// act acts in a run until the run has ended, or ctx. An error means that this slot cannot act in it.
func (w *Worker) act(ctx context.Context, slot int, r *learnerRun) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-r.ended:
				cancel()
				return
			case <-ctx.Done():
				return
			case <-tick.C:
				w.forget()
			}
		}
	}()
	defer crash.Guard(&err, func() string { return fmt.Sprintf("acting for %s, seed %d", r.Name, r.Seed) })
	if r.Kind == trajectories.Kind {
		return w.play(ctx, r)
	}
	conn := w.store.Link.Conn
	try, done := w.store.Link.Request(ctx)
	text, err := acting.Setup(try, conn, r.Run)
	if done(); err != nil {
		link.Wait(ctx, time.Second) // it has just ended, or the hub is away
		return nil
	}
	s, err := scenario.Parse(configFile, text, nil, w.catalog)
	if err != nil {
		return err
	}
	s.UseCores(1)
	actor, err := s.NewActor()
	if err != nil {
		return err
	}
	return errors.Join(w.during(r, func() error {
		return acting.Act(ctx, conn, r.Run, fmt.Sprintf("%s-%d", w.Name, slot+1), actor)
	}), actor.Close())
}

// during lists a run as one for which this worker acts, and says so, during the call of act.
func (w *Worker) during(r *learnerRun, act func() error) error {
	w.list(r.Run, true)
	defer w.list(r.Run, false)
	w.to.Say(fmt.Sprintf("%s, seed %d: acts for its learner", r.Name, r.Seed))
	err := act()
	if err == nil {
		w.to.Say(fmt.Sprintf("%s, seed %d: has acted", r.Name, r.Seed))
	}
	return err
}

// play plays trajectories for a run until ctx ends.
func (w *Worker) play(ctx context.Context, r *learnerRun) error {
	try, done := w.store.Link.Request(ctx)
	id, text, err := trajectories.Join(try, w.store.Link, r.Run)
	if done(); err != nil {
		link.Wait(ctx, time.Second) // it has just ended, or the hub is away
		return nil
	}
	s, err := scenario.Parse(configFile, text, nil, w.catalog)
	if err != nil {
		return err
	}
	s.UseCores(1)
	player, err := s.NewPlayer(id)
	if err != nil {
		return err
	}
	return errors.Join(w.during(r, func() error { return trajectories.Act(ctx, w.store.Link, r.Run, player) }), player.Close())
}

// CheckSpread returns an error if a server cannot carry the messages of a single run for which workers act.
func CheckSpread(l *link.Link) error {
	if got := l.Conn.MaxPayload(); got < acting.MinPayload {
		return fmt.Errorf("the NATS server has a max_payload of %d bytes; want %d at least for a single run, or --seeds 1, with which a worker trains the whole run", got, acting.MinPayload)
	}
	return nil
}

// Spread lets the workers of a hub act for the run r from now on: this program trains, and they play the
// rollouts or trajectories. The result must be closed after the training.
func Spread(ctx context.Context, l *link.Link, r *run.Run, v Version, say func(string)) (io.Closer, error) {
	text, err := infile.Read(filepath.Join(r.Dir, configFile), maxConfig)
	if err != nil {
		return nil, err
	}
	s := r.Scenario
	a := acting.Announcement{Run: unique("acting"), Kind: acting.Ordered, Code: v.Code, Kernels: v.Kernels, Name: s.Name, Seed: s.Seed}
	if actors, depth := s.Actors(); actors > 0 {
		learner, err := trajectories.NewLearner(ctx, l, a, text, actors, depth, say)
		if err != nil {
			return nil, err
		}
		if err := r.TakeFrom(learner); err != nil {
			return nil, errors.Join(err, learner.Close())
		}
		return learner, nil
	}
	all, err := Workers(ctx, l)
	if err != nil {
		return nil, err
	}
	wait := time.Duration(0)
	if slices.ContainsFunc(all, func(w WorkerInfo) bool { return w.Version == v && len(w.Jobs) < w.Cores }) {
		wait = joinTime
	}
	learner, err := acting.NewLearner(l.Conn, a, text, wait, say)
	if err != nil {
		return nil, err
	}
	if err := r.Spread(learner); err != nil {
		return nil, errors.Join(err, learner.Close())
	}
	return learner, nil
}

var _ agents.Collector = (*acting.Learner)(nil)
