package cli

import (
	"context"
	"runtime"

	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/stage"
)

// A watching is a window that shows training. A nil one shows nothing.
type watching struct {
	app      *App
	screen   *stage.Screen
	training *stage.Training
	closed   chan struct{}
}

// watchTraining opens a window for the training of s, if the flags ask for one.
func (a *App) watchTraining(s *scenario.Scenario, f runFlags) (*watching, error) {
	if !f.watch {
		return nil, nil
	}
	untrained, err := s.NewPolicy()
	if err != nil {
		return nil, err
	}
	p, err := newPlayer(s)
	if err != nil {
		return nil, err
	}
	w := &watching{app: a, training: &stage.Training{}, closed: make(chan struct{})}
	c := policyConfig(s, p, untrained, s.Seed)
	c.Training, c.Dark = w.training, f.theme.dark()
	s.UseCores(runtime.GOMAXPROCS(0)) // to which the window may add one, for itself
	screen, closed, err := a.open(s.Name, c)
	if err != nil {
		return nil, err
	}
	w.screen = screen
	go func() {
		if err := <-closed; err != nil {
			a.say("rlrun: %v; the run goes on without it", err)
		}
		close(w.closed)
	}()
	return w, nil
}

// report tells of an iteration.
func (w *watching) report(r *run.Run, st *run.Status) {
	if w != nil {
		w.training.Report(st.Report, st.Total, st.Elapsed, r.Valued)
	}
}

// onClose calls cancel when the window closes, if that is asked for.
func (w *watching) onClose(asked bool, cancel func()) {
	if w != nil && asked {
		go func() {
			<-w.closed
			cancel()
		}()
	}
}

// wait shows what was learned until the window closes, or ctx ends.
func (w *watching) wait(ctx context.Context, r *run.Run) {
	if w == nil {
		return
	}
	w.training.Done(r.Valued())
	select {
	case <-w.closed:
	case <-ctx.Done():
	}
}

// close closes the window, and the environment that it shows.
func (w *watching) close() {
	if w != nil {
		w.screen.Close()
		<-w.closed
		w.screen.Player.Close() // an error changes nothing of the run
	}
}
