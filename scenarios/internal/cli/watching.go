package cli

import (
	"context"
	"runtime"

	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
	"github.com/rlrun/rlrun/scenarios/internal/stage"
)

// A watching is the window of --watch, which shows training. The methods of a nil *watching do
// nothing.
type watching struct {
	app      *App
	screen   *stage.Screen
	training *stage.Training
	closed   chan struct{} // closed when the window has closed
}

// watchTraining opens a window for the training of the scenario s. It returns nil without --watch.
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
	s.UseCores(runtime.GOMAXPROCS(0)) // before the window raises GOMAXPROCS for its own thread
	screen, closed, err := a.openWindow(s.Name, c)
	if err != nil {
		return nil, err
	}
	w.screen = screen
	go func() {
		if err := <-closed; err != nil {
			a.say("rlrun: %v; training continues without the window", err)
		}
		close(w.closed)
	}()
	return w, nil
}

// report shows the progress after an iteration of training.
func (w *watching) report(r *run.Run, st *run.Status) {
	if w != nil {
		w.training.Report(st.Report, st.Total, st.Elapsed, r.Valued)
	}
}

// onClose calls cancel when the window closes, if stop is true (--stop-on-close).
func (w *watching) onClose(stop bool, cancel func()) {
	if w != nil && stop {
		go func() {
			<-w.closed
			cancel()
		}()
	}
}

// wait shows the trained policy until the window closes or ctx is cancelled.
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

// close closes the window and its environment.
func (w *watching) close() {
	if w != nil {
		w.screen.Close()
		<-w.closed
		w.screen.Player.Close() // an error of the shown environment does not concern the run
	}
}
