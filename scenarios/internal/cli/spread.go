package cli

import (
	"context"
	"errors"
	"sync"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/hub"
	"github.com/rlrun/rlrun/scenarios/internal/hub/link"
	"github.com/rlrun/rlrun/scenarios/internal/sweep"
)

// A spreader trains runs with the workers of a hub. It is a sweep.Place and a sweep.Keeper.
type spreader struct {
	head *hub.Head
	link *link.Link
	mu   sync.Mutex
	ids  map[*sweep.Run]string // job of each submitted run
}

// newSpreader connects to the hub.
func (a *App) newSpreader(ctx context.Context, every int, f hubFlags) (*spreader, error) {
	v, err := hub.ThisVersion()
	if err != nil {
		return nil, err
	}
	l, store, err := f.connect(ctx, "rlrun head")
	if err != nil {
		return nil, err
	}
	say := func(text string) { a.say("rlrun: %s", text) }
	return &spreader{head: hub.NewHead(store, a.Catalog, v, every, say), link: l, ids: map[*sweep.Run]string{}}, nil
}

// Submit submits a run.
func (p *spreader) Submit(ctx context.Context, r *sweep.Run) error {
	id, err := p.head.Submit(ctx, r.Dir)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ids[r] = id
	return err
}

// Receive receives the files of a run.
func (p *spreader) Receive(ctx context.Context, r *sweep.Run, to sweep.Reporter) (*run.Result, error) {
	p.mu.Lock()
	id := p.ids[r]
	p.mu.Unlock()
	return p.head.Receive(ctx, r.Dir, id, func(g hub.Progress) {
		st := &run.Status{Report: agents.Report{Steps: g.Steps, Episodes: g.Episodes, Return: g.Return}, Total: g.Total}
		if g.Trouble != "" {
			st.Trouble = errors.New(g.Trouble)
		}
		to.Report(r, st)
	})
}

// Mark marks the directory of a run whose files come from the hub.
func (p *spreader) Mark(dir string) error { return hub.Mark(dir, p.link) }

// Marked reports whether a directory is marked.
func (p *spreader) Marked(dir string) bool { return hub.Marked(dir) }

// spreadSweep trains the runs of a sweep with the workers of a hub.
func (a *App) spreadSweep(s *sweep.Sweep, every int, f runFlags) error {
	ctx, stop := a.interruptible("detaching; the hub keeps the runs")
	defer stop()
	p, err := a.newSpreader(ctx, every, f.hub)
	if err != nil {
		return err
	}
	defer p.link.Close()
	if err := s.CreateOrFind(p); err != nil {
		return badInput{err}
	}
	show := a.newSweepProgress(s, f)
	return a.printAll(s, f, show, s.Spread(ctx, p, show), func() {
		a.say("rlrun: detached; the workers of %s go on, and the same command continues here", f.hub.URL)
	})
}

// spreadRun trains a single run with the workers of a hub. If others can play the rollouts of its agent, this
// program trains and the workers act. Otherwise a worker trains the run.
func (a *App) spreadRun(name string, changes []scenario.Change, out string, every int, f runFlags) error {
	if f.watch {
		return badInput{errors.New("--watch shows training on this machine; want no --hub with it")}
	}
	s, err := sweep.Single(namedScenario{a, name}, a.Catalog, changes, out)
	if err != nil {
		return badInput{err}
	}
	a.warnRepeat(s.Cells[0].Scenario)
	if actors, _ := s.Cells[0].Scenario.Actors(); actors > 0 || s.Cells[0].Scenario.CanSpread() {
		return a.spreadActing(s, every, f)
	}
	return a.spreadSweep(s, every, f)
}

// spreadActing trains the run of a sweep, for which the workers of a hub act. It continues the run of an
// earlier command that was interrupted.
func (a *App) spreadActing(s *sweep.Sweep, every int, f runFlags) (err error) {
	p, err := a.newSpreader(context.Background(), every, f.hub)
	if err != nil {
		return err
	}
	defer p.link.Close()
	if err := hub.CheckSpread(p.link); err != nil {
		return badInput{err}
	}
	if err := s.CreateOrFind(p); err != nil {
		return badInput{err}
	}
	dir := s.Runs()[0].Dir
	r, err := run.Open(dir, a.Catalog)
	if err != nil {
		return badInput{err}
	}
	if finished, err := a.printFinished(r, f); finished || err != nil {
		return errors.Join(err, r.Close(), hub.Unmark(dir))
	}
	if err := r.Resume(); err != nil {
		return badInput{errors.Join(err, r.Close())}
	}
	acting, err := hub.Spread(context.Background(), p.link, r, p.head.Version, p.head.Say)
	if err != nil {
		return errors.Join(err, r.Close())
	}
	if err = errors.Join(a.finish(r, every, f, nil), acting.Close()); err == nil {
		err = hub.Unmark(dir)
	}
	return err
}
