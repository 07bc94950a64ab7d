package agents

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
)

// Setup has the settings of a run that do not depend on the algorithm. Every agent's config
// embeds it.
//
// All schedules end at Steps: there a schedule has its final value, and priority_beta is 1. The
// setting exploration_fraction is a fraction of Steps. Learn beyond Steps returns an error if the
// schedule of a learning rate, clip range, noise or exploration rate has fallen to 0, unless
// Beyond is set: see Bounded. Other schedules keep their final values after Steps.
type Setup struct {
	Seed   uint64    // seed of all random numbers of the run
	Steps  int       // environment steps of the run, at which schedules end
	Beyond bool      // Learn may continue beyond Steps with a schedule that has fallen to 0
	NEnvs  int       // number of environments that step at the same time
	Engine nn.Engine // engine that builds and runs the networks
	Cores  int       // largest number of cores that the agent uses; 0 means all. Results do not depend on Cores. Actors that do not wait for the learner take no notice of it

	onlyActor int // number of the only actor that is made, from 1; 0: all are made
	firstEnv  int // number of the agent's first environment in the run; not 0 for the agents of actors
}

// cores returns the number of cores that the agent uses, at most limit.
func (s *Setup) cores(limit int) int {
	if s.Cores > 0 {
		return min(limit, s.Cores)
	}
	return limit
}

// Base returns s. With it, code that has a Config of any algorithm can read and change the Setup.
func (s *Setup) Base() *Setup { return s }

// rules returns the conditions on the settings.
func (s *Setup) rules() []rule {
	return []rule{
		{s.Steps >= 1, "steps", s.Steps, "1 or more"},
		{1 <= s.NEnvs && s.NEnvs <= 1<<16, "n_envs", s.NEnvs, "1 … 65536"},
		{s.Engine != nil, "engine", s.Engine, "an nn.Engine"},
	}
}

// completeAndValidate fills in an agent's default settings and returns an error for the first
// setting that is out of its range.
func completeAndValidate(c interface {
	Complete() error
	validate() error
}) error {
	if err := c.Complete(); err != nil {
		return err
	}
	return c.validate()
}

// closeOnError closes the environments of an agent whose constructor has failed with err. It
// returns err, and an error of Close, with the name of the algorithm before them.
func closeOnError(name string, err error, a io.Closer) error {
	return fmt.Errorf("agents: %s: %w", name, errors.Join(err, a.Close()))
}

// A rule is a condition on a setting.
type rule struct {
	holds bool
	key   string
	value any
	want  string // values that would be right, for the error message; "" if the text of value names them too
}

// scheduleRule returns the rule that all values of a schedule are in [0, limit].
func scheduleRule(key string, s optim.Schedule, limit float64) rule {
	err := s.Check(0, limit)
	return rule{err == nil, key, err, ""}
}

// firstViolation returns an error for the first rule that does not hold, or nil.
func firstViolation(rules []rule) error {
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

// inUnitInterval reports whether x is in [0, 1].
func inUnitInterval[T float32 | float64](x T) bool { return 0 <= x && x <= 1 }

// finiteNonNegative reports whether x is 0 or more and finite as a float32.
func finiteNonNegative[T float32 | float64](x T) bool { return 0 <= x && x <= math.MaxFloat32 }

// valueOrNil returns *p for an error message, or nil if p is nil.
func valueOrNil[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}
