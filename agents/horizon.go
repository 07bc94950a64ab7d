package agents

import (
	"fmt"

	"github.com/rlrun/rlrun/policy/optim"
)

// Bounded is an Agent whose settings may end at Setup.Steps. CheckSteps returns the
// error that Learn would return for until: one that names the setting. Train asks
// before it begins. All agents of this package are Bounded.
type Bounded interface{ CheckSteps(until int) error }

// A horizon holds an agent to the steps that its schedules refer to: a learning rate
// that has fallen to 0 teaches nothing.
type horizon struct {
	run       *Setup
	schedules []scheduled
}

// A scheduled is a setting over the course of a run.
type scheduled struct {
	key   string
	value optim.Schedule
}

// end sets the horizon.
func (h *horizon) end(s *Setup, schedules ...scheduled) { h.run, h.schedules = s, schedules }

// CheckSteps returns an error where a setting falls to 0 before until steps, and
// Setup.Beyond does not allow it.
func (h *horizon) CheckSteps(until int) error {
	if until <= h.run.Steps || h.run.Beyond {
		return nil
	}
	for _, s := range h.schedules {
		if !s.value.IsConstant() {
			return fmt.Errorf("%s is %v, which falls to 0 at Setup.Steps = %d, and %d steps are asked for: want Setup.Steps = %d, or Setup.Beyond to go on with it at 0",
				s.key, s.value, h.run.Steps, until, until)
		}
	}
	return nil
}
