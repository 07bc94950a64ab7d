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
		n := s.parallelRuns(cores, debug.SetMemoryLimit(-1))
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
