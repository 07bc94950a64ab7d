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

// An Observer is told of every iteration of training, in which it may look at the run,
// write files of its own, report, or end training. Train tells its observers in this
// order: the evaluations on the way, the program's own observers, the logs, and last the
// checkpoints.
//
// An Observer that remembers something is a state.Stater too: its state is in the
// checkpoints, so that a run that is interrupted and resumed goes the way of one that was
// not.
type Observer interface {
	// Observe is called between two iterations. An error ends Train. The context is never
	// cancelled: an interrupt comes before an iteration or after its observers.
	Observe(ctx context.Context, r *Run, st *Status) error
}

// An ObserverFunc is a function as an Observer, one that remembers nothing.
type ObserverFunc func(ctx context.Context, r *Run, st *Status) error

// Observe calls f.
func (f ObserverFunc) Observe(ctx context.Context, r *Run, st *Status) error { return f(ctx, r, st) }

// A Status says how the training of a Run stands.
type Status struct {
	agents.Report
	Before  int           // steps before this iteration
	Total   int           // steps to train
	Elapsed time.Duration // of training, without its observers

	// Stopped ends training after this iteration. The run is finished then, as one that
	// has trained all its steps. Any Observer may set it.
	Stopped bool

	// Evaluated says that the policy was evaluated in this iteration. EvalReturn and
	// EvalLength are the mean return and length of the latest evaluation since the last row
	// of progress.csv, NaN if there was none.
	Evaluated              bool
	EvalReturn, EvalLength float64

	// Trouble is an error that does not end training, new since the last iteration: of an
	// evaluation on the way, or of a checkpoint if the one before was written. It is nil if
	// there was none.
	Trouble error

	logInterval int
}

// StepsPerSecond returns the mean speed of training.
func (s *Status) StepsPerSecond() float64 { return float64(s.Steps) / s.Elapsed.Seconds() }

// Passed reports whether the iteration went past a multiple of every steps, 1 or more.
func (s *Status) Passed(every int) bool { return s.Steps/every > s.Before/every }

// Logged reports whether the iteration has a row in progress.csv: one that went past the
// log interval, or the last. An Observer after this one may make it the last.
func (s *Status) Logged() bool { return s.Passed(s.logInterval) || s.Steps >= s.Total || s.Stopped }

// observers has the observers that a program gave to Train, and their states.
type observers struct {
	list  []Observer
	saved []byte // a container of their states; empty before the first iteration
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

// restore makes list the observers of a run and brings them to the states that they had in
// the run's checkpoint. Other observers than the run had are an error.
func (o *observers) restore(list []Observer) error {
	o.list = list
	if len(o.saved) == 0 {
		return nil
	}
	if err := state.Load(bytes.NewReader(o.saved), inOrder(o.staters())); err != nil {
		return fmt.Errorf("it was trained with other observers; want those of the program that began it, in their order: %w", err)
	}
	return nil
}

// inOrder are Staters that are saved one after the other, each under its type.
type inOrder []state.Stater

// State visits all of them.
func (all inOrder) State(s *state.State) {
	for _, o := range all {
		s.Section(fmt.Sprintf("%T", o), 1)
		o.State(s)
	}
}

// maxObserverState bounds the states of all observers, in bytes.
const maxObserverState = 1 << 30

// State visits the states of the observers. What Resume read is kept until restore has the
// observers that it is of.
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
