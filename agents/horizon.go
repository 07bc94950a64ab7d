package agents

import (
	"fmt"

	"github.com/rlrun/rlrun/policy/optim"
)

// Bounded is an Agent whose settings may fall to 0 at Setup.Steps. All agents of this
// package are Bounded.
type Bounded interface {
	// CheckSteps returns the error that Learn would return for until: one that names
	// the setting. Train asks before it begins.
	CheckSteps(until int) error

	// FallsToZero reports whether a setting falls to 0 before until steps, also if
	// Setup.Beyond allows it.
	FallsToZero(until int) bool
}

// A horizon has the loop of Learn, and ends it with an error beyond the steps that the
// schedules refer to: with a learning rate of 0 an agent learns nothing.
type horizon struct {
	setup     *Setup
	schedules []scheduled
}

// A scheduled is a setting over the course of a run.
type scheduled struct {
	key   string
	value optim.Schedule
}

// end sets the horizon.
func (h *horizon) end(s *Setup, schedules ...scheduled) { h.setup, h.schedules = s, schedules }

// CheckSteps returns an error where a setting falls to 0 before until steps, and
// Setup.Beyond does not allow it.
func (h *horizon) CheckSteps(until int) error {
	s := h.falling(until)
	if s == nil || h.setup.Beyond {
		return nil
	}
	return fmt.Errorf("%s is %v, which falls to 0 at Setup.Steps = %d, and %d steps are asked for: want Setup.Steps = %d, or Setup.Beyond to go on with it at 0",
		s.key, s.value, h.setup.Steps, until, until)
}

// FallsToZero reports whether a setting falls to 0 before until steps.
func (h *horizon) FallsToZero(until int) bool { return h.falling(until) != nil }

// falling returns the first setting that falls to 0 before until steps, nil if there is
// none. A setting that falls to a floor above 0 is none of these.
func (h *horizon) falling(until int) *scheduled {
	if until <= h.setup.Steps {
		return nil
	}
	for i, s := range h.schedules {
		if s.value.FallsToZero() {
			return &h.schedules[i]
		}
	}
	return nil
}

// An iterator is an agent that gathers experience and learns from it.
type iterator interface {
	CheckSteps(until int) error // of a horizon
	iterate() error
}

// iterateUntil has an agent iterate until its stats count a number of steps. A panic, for
// example of a user's network, is the error.
func iterateUntil(until int, stats *Stats, a iterator) (err error) {
	defer recovered(&err)
	for err = a.CheckSteps(until); err == nil && stats.Steps() < until; {
		err = a.iterate()
	}
	return err
}
