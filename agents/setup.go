package agents

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
)

// Setup is what every agent's configuration begins with: what does not belong
// to the algorithm, but to the run.
//
// All schedules refer to Steps: settings are at their ends there, exploration ends
// after a share of it, and priority_beta reaches 1. To learn beyond Steps is an error if
// a learning rate or clip range has fallen to 0, unless Beyond is set. All others stay at
// their final values.
type Setup struct {
	Seed   uint64    // all of the agent's random numbers descend from it
	Steps  int       // environment steps of the run, which schedules refer to
	Beyond bool      // Learn may go beyond Steps, with schedules at their final values
	NEnvs  int       // environments stepped together
	Engine nn.Engine // what the networks run on
	Cores  int       // that one agent may use, to the same bytes; 0 means all
}

// cores returns how many cores the agent uses, of at most a number.
func (s *Setup) cores(most int) int {
	if s.Cores > 0 {
		return min(most, s.Cores)
	}
	return most
}

// Base returns s, by which code that knows no algorithm reaches its Setup.
func (s *Setup) Base() *Setup { return s }

func (s *Setup) rules() []rule {
	return []rule{
		{s.Steps >= 1, "steps", s.Steps, "1 or more"},
		{1 <= s.NEnvs && s.NEnvs <= 1<<16, "n_envs", s.NEnvs, "1 … 65536"},
		{s.Engine != nil, "engine", s.Engine, "one"},
	}
}

// ready completes an agent's settings and returns the first fault in them.
func ready(c interface {
	Complete() error
	validate() error
}) error {
	if err := c.Complete(); err != nil {
		return err
	}
	return c.validate()
}

// abandon closes an agent that could not be made. It returns the error with the algorithm's
// name.
func abandon(name string, err error, a io.Closer) error {
	return fmt.Errorf("agents: %s: %w", name, errors.Join(err, a.Close()))
}

// A rule is a condition on a setting.
type rule struct {
	holds bool
	key   string
	value any
	want  string // "" where value says that too
}

// course returns the rule that all values of a schedule are in [0, most].
func course(key string, s optim.Schedule, most float64) rule {
	err := s.Check(0, most)
	return rule{err == nil, key, err, ""}
}

// broken returns the error of the first rule that does not hold.
func broken(rules []rule) error {
	for _, r := range rules {
		switch {
		case r.holds:
		case r.want == "":
			return fmt.Errorf("%s is %v", r.key, r.value)
		default:
			return fmt.Errorf("%s is %v, want %s", r.key, r.value, r.want)
		}
	}
	return nil
}

// unit reports whether x is in [0, 1].
func unit[T float32 | float64](x T) bool { return 0 <= x && x <= 1 }

// weight reports whether x is a number, 0 or more, that a float32 can be.
func weight[T float32 | float64](x T) bool { return 0 <= x && x <= math.MaxFloat32 }

// given returns the value behind p, for a message; nil of nil.
func given[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}
