// Package agents has the algorithms, one to a file, and the loop that runs them.
package agents

import (
	"context"
	"fmt"
	"io"
	"iter"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
)

// An Agent learns from what happens. An Agent that is an io.Closer has environments of its
// own, which Close closes: it cannot learn then, but has its Policy still.
type Agent interface {
	// Learn runs whole iterations of gathering experience and learning from
	// it, until at least until environment steps have been taken in all, and
	// says how things stand. Beyond Setup.Steps it returns an error if a schedule
	// has fallen to 0: see Bounded. Between calls no goroutine is running, so that is
	// when an Agent may be saved. After an error it must not be; the Report
	// then has the books as they stood.
	Learn(until int) (Report, error)

	// Policy is what has been learned. It changes with Learn; a Clone does not.
	Policy() policy.Policy

	// State makes training resumable: see the package state.
	state.Stater
}

// A Report says how training stands. Its slices are the Agent's, which
// overwrites them in the next Learn.
type Report struct {
	Steps    int       // environment steps so far
	Episodes int       // finished so far
	Return   float64   // mean undiscounted return of the last 100 episodes; 0 before the first
	Length   float64   // their mean length
	Ended    []Episode // since the last Report, in order
	Losses   []Metric  // of the latest iteration, always the same names
	Measures []Metric  // means of what Measured environments measured in the last 100 episodes; NaN before the first
}

// An Episode is one that ended.
type Episode struct {
	Return float64 // undiscounted
	Length int     // steps
}

// A Metric is a value with the name that Stable-Baselines3 logs it by.
type Metric struct {
	Name  string
	Value float64 // may be NaN where there is nothing to measure
}

// String is a line for a person.
func (r Report) String() string {
	s := fmt.Sprintf("steps %7d  episodes %5d  return %7.2f", r.Steps, r.Episodes, r.Return)
	for _, l := range r.Losses {
		s += fmt.Sprintf("  %s %.4g", l.Name, l.Value)
	}
	return s
}

// Train yields a Report whenever a has gone past a multiple of every steps, 1
// or more, until it has taken steps. What a callback would do, the body of the
// loop does: log, evaluate, save, break. A resumed Agent reports at the same
// steps as one that never stopped.
//
// An error, a's or ctx's, is yielded last. A Bounded agent that cannot go as far as
// steps yields its error at once. Between two iterations ctx is looked
// at; after its error the Agent is whole, and the Report stands.
func Train(ctx context.Context, a Agent, steps, every int) iter.Seq2[Report, error] {
	if every < 1 {
		panic(fmt.Sprintf("agents: Train with reports every %d steps, want 1 or more", every))
	}
	return func(yield func(Report, error) bool) {
		var ended []Episode
		r, err := a.Learn(0) // where it stands
		if b, ok := a.(Bounded); ok && err == nil {
			if err = b.CheckSteps(steps); err != nil {
				err = fmt.Errorf("agents: %w", err)
			}
		}
		for err == nil && r.Steps < steps {
			ended = ended[:0]
			for next := min(steps, (r.Steps/every+1)*every); err == nil && r.Steps < next; {
				if err = ctx.Err(); err == nil {
					until := r.Steps + 1
					r, err = a.Learn(until)
					ended = append(ended, r.Ended...)
					if err == nil && r.Steps < until {
						err = fmt.Errorf("agents: Learn(%d) of a %T returned after %d steps; want a Report of %d or more", until, a, r.Steps, until)
					}
				}
			}
			r.Ended = ended
			if err == nil && !yield(r, nil) {
				return
			}
		}
		if err != nil {
			yield(r, err)
		}
	}
}

// Close closes the environments of an Agent that has some of its own. Of nil it closes
// nothing.
func Close(a Agent) error {
	if c, ok := a.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// Must returns v, and panics if err is not nil. It is for programs of a page,
// as template.Must is.
func Must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
