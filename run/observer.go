package run

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env/state"
)

// An Observer is called after every iteration of training. It may read the run, write its own
// files, print, or end training. Train calls the observers in this order: the evaluations during
// training, the program's own observers, the logs, the checkpoints.
//
// If an Observer has a state, it must also be a state.Stater. The checkpoints contain its state.
// So an interrupted and resumed run gives the same results as an uninterrupted run.
type Observer interface {
	// Observe is called after each iteration. If it returns an error, Train ends. ctx is not
	// cancelled during Observe: Train checks for an interrupt before an iteration and after the
	// observers of an iteration.
	Observe(ctx context.Context, r *Run, st *Status) error
}

// An ObserverFunc makes a function an Observer without a state.
type ObserverFunc func(ctx context.Context, r *Run, st *Status) error

// Observe calls f.
func (f ObserverFunc) Observe(ctx context.Context, r *Run, st *Status) error { return f(ctx, r, st) }

// A Status describes the progress of training after an iteration.
type Status struct {
	agents.Report
	Before  int           // number of training steps before this iteration
	Total   int           // number of training steps of the whole run
	Elapsed time.Duration // training time, without the time of the observers

	// Stopped ends training after this iteration. The run then counts as finished, as if all its
	// training steps were done. Any Observer may set Stopped.
	Stopped bool

	// Evaluated is whether the policy was evaluated after this iteration. EvalReturn and
	// EvalLength are the mean return and the mean length of the latest evaluation after the last
	// row of progress.csv. They are NaN without such an evaluation.
	Evaluated              bool
	EvalReturn, EvalLength float64

	// Trouble is an error of this iteration that does not end training: a failed evaluation or a
	// failed checkpoint. If several checkpoints fail in a row, only the first error is reported.
	// Trouble is nil if nothing failed.
	Trouble error

	logInterval int
}

// StepsPerSecond returns the mean speed of training [steps/s].
func (s *Status) StepsPerSecond() float64 { return float64(s.Steps) / s.Elapsed.Seconds() }

// Passed reports whether this iteration reached or passed a multiple of the argument every, which
// must be at least 1.
func (s *Status) Passed(every int) bool { return s.Steps/every > s.Before/every }

// Logged reports whether progress.csv gets a row for this iteration: the iteration passed a
// multiple of the log interval, or it is the last iteration. If a later Observer sets Stopped,
// the result changes to true.
func (s *Status) Logged() bool { return s.Passed(s.logInterval) || s.Steps >= s.Total || s.Stopped }

// observers has the program's own observers and their states.
type observers struct {
	list  []Observer
	saved []byte // states of the observers in the format of state.Save; empty before the first iteration
}

// staters returns the observers that are a state.Stater.
func (o *observers) staters() (all []state.Stater) {
	for _, ob := range o.list {
		if s, ok := ob.(state.Stater); ok {
			all = append(all, s)
		}
	}
	return all
}

// restore sets the observers of a run to list and loads their states from the checkpoint that
// Resume read. It is an error if the checkpoint has the states of other observers.
func (o *observers) restore(list []Observer) error {
	o.list = list
	if len(o.saved) == 0 {
		return nil
	}
	if err := state.Load(bytes.NewReader(o.saved), inOrder(o.staters())); err != nil {
		return fmt.Errorf("it was trained with other observers; want the observers of the program that started it, in the same order: %w", err)
	}
	return nil
}

// inOrder is a list of Staters. Each state is saved under the name of the Stater's type, in the
// order of the list.
type inOrder []state.Stater

// State saves or loads every Stater of the list.
func (all inOrder) State(s *state.State) {
	for _, o := range all {
		s.Section(fmt.Sprintf("%T", o), 1)
		o.State(s)
	}
}

// maxObserverState is the maximum size of the states of all observers [bytes].
const maxObserverState = 1 << 30

// State saves or loads the states of the observers. Loaded states are kept as bytes, until
// restore gets the observers.
func (o *observers) State(s *state.State) {
	if all := o.staters(); len(all) > 0 && !s.Loading() {
		var b bytes.Buffer
		if err := state.Save(&b, inOrder(all)); err != nil {
			s.Fail(errors.Join(errors.New("an observer's state"), err))
			return
		}
		o.saved = b.Bytes()
	}
	state.Slice(s, "run/observers", &o.saved, maxObserverState)
}
