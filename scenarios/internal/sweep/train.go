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

// A Reporter is told how runs go, by several goroutines at once.
type Reporter interface {
	// Report is called after every iteration of a run, and once more if there was a Trouble
	// at its end.
	Report(r *Run, st *run.Status)
}

// Train trains the created runs, as many at once as there are cores. Where GOMEMLIMIT is
// set, no more train at once than have room for their replay buffers in it. Every is the
// steps between checkpoints, or 0. Train yields each run when it and all before it have
// ended. If the loop ends early, the others are interrupted.
func (s *Sweep) Train(ctx context.Context, every int, to Reporter) iter.Seq2[*Cell, *Run] {
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
		cores := runtime.GOMAXPROCS(0)
		n := s.atOnce(cores, debug.SetMemoryLimit(-1))
		for range n {
			workers.Go(func() {
				for r := range next {
					r.Err = s.train(ctx, r, cores/n, every, to)
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

// atOnce returns the number of runs that train at the same time: one a core, but no more
// than have room for their replay buffers in memory bytes, and one at least.
func (s *Sweep) atOnce(cores int, memory int64) int {
	largest := 1
	for _, c := range s.Cells {
		largest = max(largest, c.Scenario.Memory())
	}
	room := memory / int64(largest)
	return int(max(1, min(int64(cores), int64(len(s.Runs())), room)))
}

// train trains a created run to its end and evaluates it.
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
