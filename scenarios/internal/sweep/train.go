package sweep

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"runtime/debug"
	"sync"

	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenarios/internal/crash"
)

// A Reporter receives the progress of runs. Several goroutines call it at the same time.
type Reporter interface {
	// Report is called after every iteration of the run r, and once more if st.Trouble was
	// set at the end of the run.
	Report(r *Run, st *run.Status)
}

// Train trains the created runs, one on each core at the same time. If GOMEMLIMIT is set, fewer
// runs train at the same time, so that their replay buffers fit into it. The argument every
// is the number of steps between two checkpoints; 0 means a checkpoint every few seconds.
// Train yields the runs in their order, each when it has ended. If the loop ends early, the
// remaining runs are interrupted.
func (s *Sweep) Train(ctx context.Context, every int, to Reporter) iter.Seq2[*Cell, *Run] {
	cores := runtime.GOMAXPROCS(0)
	n := s.parallelRuns(cores, debug.SetMemoryLimit(-1))
	return s.each(ctx, n, func(ctx context.Context, r *Run) error { return s.train(ctx, r, cores/n, every, to) })
}

// A Place is where runs are trained, for example the workers of a hub.
type Place interface {
	// Submit makes sure that the place knows a created run. A second call for the same run does nothing.
	Submit(ctx context.Context, r *Run) error
	// Receive waits until a submitted run is finished, and returns its result. Its files are then in
	// its directory.
	Receive(ctx context.Context, r *Run, to Reporter) (*run.Result, error)
}

// maxReceived is the largest number of runs whose files are received at the same time.
const maxReceived = 128

// Spread trains the created runs at another place. It yields them like Train. If the loop ends early,
// the place goes on training them.
func (s *Sweep) Spread(ctx context.Context, p Place, to Reporter) iter.Seq2[*Cell, *Run] {
	return func(yield func(*Cell, *Run) bool) {
		for _, r := range s.Runs() {
			r.Err = p.Submit(ctx, r)
		}
		for c, r := range s.each(ctx, min(maxReceived, len(s.Runs())), func(ctx context.Context, r *Run) (err error) {
			defer crash.Guard(&err, nil)
			if r.Err == nil {
				r.Result, r.Err = p.Receive(ctx, r, to)
			}
			return r.Err
		}) {
			if !yield(c, r) {
				return
			}
		}
	}
}

// each calls the function train for all runs, n at the same time. It yields the runs in their order,
// each when train has returned.
func (s *Sweep) each(ctx context.Context, n int, train func(context.Context, *Run) error) iter.Seq2[*Cell, *Run] {
	return func(yield func(*Cell, *Run) bool) {
		ctx, cancel := context.WithCancel(ctx)
		var workers sync.WaitGroup
		defer workers.Wait()
		defer cancel()
		all := s.Runs()
		next := make(chan *Run, len(all))
		for _, r := range all {
			next <- r
		}
		close(next)
		for range n {
			workers.Go(func() {
				for r := range next {
					r.Err = train(ctx, r)
					close(r.done)
				}
			})
		}
		for _, c := range s.Cells {
			for _, r := range c.Runs {
				<-r.done
				if !yield(c, r) {
					return
				}
			}
		}
	}
}

// parallelRuns returns the number of runs that train at the same time: one on each core, but
// fewer if their replay buffers do not fit into memory bytes, and at least one.
func (s *Sweep) parallelRuns(cores int, memory int64) int {
	largest := 1
	for _, c := range s.Cells {
		largest = max(largest, c.Scenario.Memory())
	}
	fitting := memory / int64(largest)
	return int(max(1, min(int64(cores), int64(len(s.Runs())), fitting)))
}

// train trains a created run to its end, and evaluates its policy.
func (s *Sweep) train(ctx context.Context, r *Run, cores, every int, to Reporter) (err error) {
	defer crash.Guard(&err, nil)
	if err := ctx.Err(); err != nil {
		return err
	}
	opened, err := run.Open(r.Dir, s.catalog)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	opened.Scenario.UseCores(cores)
	opened.CheckpointEvery = every
	steps := 0
	defer crash.Guard(&err, func() string { return fmt.Sprintf("%v, after %d steps", opened.Scenario, steps) })
	if err := opened.Resume(); err != nil {
		return err
	}
	st, err := opened.Train(ctx, run.ObserverFunc(func(_ context.Context, _ *run.Run, st *run.Status) error {
		steps = st.Steps
		to.Report(r, st)
		return nil
	}))
	if err != nil {
		return err
	}
	if st.Trouble != nil {
		to.Report(r, &st)
	}
	r.Result, err = opened.Finish(ctx, st)
	return err
}
