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
// files, print, or end training. Train calls its observers in this order: the evaluations
// during training, the program's own observers, the logs, and last the checkpoints.
//
// An Observer that has a state is a state.Stater too. Its state is saved in the checkpoints, so
// that a run that is interrupted and resumed gives the same results as an uninterrupted run.
type Observer interface {
	// Observe is called between two iterations. An error ends Train. ctx is never cancelled
	// during Observe: an interrupt takes effect before an iteration or after its observers.
	Observe(ctx context.Context, r *Run, st *Status) error
}

// An ObserverFunc is a function that is an Observer without a state.
type ObserverFunc func(ctx context.Context, r *Run, st *Status) error

// Observe calls f.
func (f ObserverFunc) Observe(ctx context.Context, r *Run, st *Status) error { return f(ctx, r, st) }

// A Status describes the progress of training after an iteration.
type Status struct {
	agents.Report
	Before  int           // training steps before this iteration
	Total   int           // training steps of the whole run
	Elapsed time.Duration // training time, without the observers

	// Stopped ends training after this iteration. The run then counts as finished, as if it
	// had trained all its steps. Any Observer may set it.
	Stopped bool

	// Evaluated reports that the policy was evaluated after this iteration. EvalReturn and
	// EvalLength are the mean return and length of the latest evaluation since the last row
	// of progress.csv, or NaN without an evaluation.
	Evaluated              bool
	EvalReturn, EvalLength float64

	// Trouble is an error of this iteration that does not end training: a failed evaluation or
	// a failed checkpoint. If several checkpoints fail in a row, only the first is reported.
	// Trouble is nil if nothing failed.
	Trouble error

	logInterval int
}

// StepsPerSecond returns the mean speed of training.
func (s *Status) StepsPerSecond() float64 { return float64(s.Steps) / s.Elapsed.Seconds() }

// Passed reports whether the iteration reached or passed a multiple of every steps. every is at
// least 1.
func (s *Status) Passed(every int) bool { return s.Steps/every > s.Before/every }

// Logged reports whether the iteration has a row in progress.csv: it passed a multiple of
// the log interval, or it is the last iteration. A later Observer may still make it the last.
func (s *Status) Logged() bool { return s.Passed(s.logInterval) || s.Steps >= s.Total || s.Stopped }

// observers has the program's own observers, which it gave to Train, and their states.
type observers struct {
	list  []Observer
	saved []byte // the observers' states as a container; empty before the first iteration
}

// staters returns the observers that have a state.
func (o *observers) staters() (all []state.Stater) {
	for _, ob := range o.list {
		if s, ok := ob.(state.Stater); ok {
			all = append(all, s)
		}
	}
	return all
}

// restore takes list as the observers of a run and restores their states from the run's
// checkpoint. It is an error if list differs from the observers of the checkpoint.
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

// inOrder is a list of Staters that is saved in order, each Stater under the name of its type.
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

// State saves or loads the states of the observers. The states that Resume read are kept until restore
// is given the observers.
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
