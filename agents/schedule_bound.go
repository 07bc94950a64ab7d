package agents

import (
	"fmt"

	"github.com/rlrun/rlrun/policy/optim"
)

// Bounded is an Agent with schedules that may fall to 0 at Setup.Steps, for example a learning
// rate of lin_0.001. All agents of this package are Bounded.
type Bounded interface {
	// CheckSteps returns an error if a schedule falls to 0 before step number until, unless
	// Setup.Beyond is true. The error names the setting. Learn returns the same error, and
	// Train checks it before the first step.
	CheckSteps(until int) error

	// FallsToZero reports whether a schedule falls to 0 before step number until. It ignores
	// Setup.Beyond.
	FallsToZero(until int) bool
}

// A scheduleBound implements Bounded. Learn must return an error after a schedule has fallen to
// 0, because an agent with a learning rate of 0 learns nothing.
type scheduleBound struct {
	setup     *Setup
	schedules []namedSchedule
}

// A namedSchedule is a setting that changes with the steps of a run.
type namedSchedule struct {
	key      string // YAML key of the setting
	schedule optim.Schedule
}

// setSchedules sets the schedules that must not fall to 0.
func (b *scheduleBound) setSchedules(s *Setup, schedules ...namedSchedule) {
	b.setup, b.schedules = s, schedules
}

// CheckSteps returns an error if a schedule falls to 0 before step number until, unless
// Setup.Beyond is true.
func (b *scheduleBound) CheckSteps(until int) error {
	s := b.firstFallenToZero(until)
	if s == nil || b.setup.Beyond {
		return nil
	}
	return fmt.Errorf("%s is %v, which falls to 0 at Setup.Steps = %d, but Learn was called for %d steps: want Setup.Steps = %d, or Setup.Beyond to continue with %s at 0",
		s.key, s.schedule, b.setup.Steps, until, until, s.key)
}

// FallsToZero reports whether a schedule falls to 0 before step number until.
func (b *scheduleBound) FallsToZero(until int) bool { return b.firstFallenToZero(until) != nil }

// firstFallenToZero returns the first schedule that falls to 0 before step number until, or nil.
// A schedule that ends above 0 does not count.
func (b *scheduleBound) firstFallenToZero(until int) *namedSchedule {
	if until <= b.setup.Steps {
		return nil
	}
	for i, s := range b.schedules {
		if s.schedule.FallsToZero() {
			return &b.schedules[i]
		}
	}
	return nil
}

// An iterator is an agent whose Learn runs iterations.
type iterator interface {
	CheckSteps(until int) error // see Bounded
	iterate() error             // collects experience and learns from it
}

// iterateUntil runs iterations of the agent a until its number of environment steps, counted by
// stats, is at least the argument until. It returns a panic, for example of a user's network, as
// an error.
func iterateUntil(until int, stats *Stats, a iterator) (err error) {
	defer recoverAsError(&err)
	for err = a.CheckSteps(until); err == nil && stats.Steps() < until; {
		err = a.iterate()
	}
	return err
}
