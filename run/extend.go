package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/rlrun/rlrun/agents"
)

// Extend resumes an open run, finished or not, with a new number of steps in all. Its
// schedules stay at their final values, or are stretched to the new steps from here on. The
// new config.yaml says which.
//
// Extend reports whether a schedule stays at 0, so that the agent learns little from
// here on.
//
// If it is killed on the way, the run can be resumed: first Extend writes a checkpoint
// that fits the old and the new config.yaml, then it removes the old result, and last it
// replaces config.yaml.
func (r *Run) Extend(steps int, stretch bool) (atZero bool, err error) {
	trained, err := r.trained()
	if err != nil {
		return false, err
	}
	name := filepath.Join(r.Dir, configFile)
	next, text, err := r.Scenario.Extend(name, steps, stretch, trained)
	if err != nil {
		return false, err
	}
	switch {
	case r.evals.stopped:
		return false, fmt.Errorf("--steps %d: an evaluation has ended %s after %d steps, as eval.stop_at_threshold or eval.patience of its %s has it",
			steps, r.Dir, trained, configFile)
	case r.stopped:
		return false, fmt.Errorf("--steps %d: an observer of the program that made %s has ended it after %d steps", steps, r.Dir, trained)
	case next.Steps <= trained:
		return false, fmt.Errorf("--steps %d: %s has trained %d already; want more", steps, r.Dir, trained)
	}
	if b, ok := r.agent.(agents.Bounded); ok && !stretch {
		atZero = b.FallsToZero(next.Steps)
	}
	if err := r.replaceConfig(text); err != nil {
		return false, err
	}
	r.Scenario = next
	return atZero, r.Resume()
}

// trained restores the run and returns the steps that it has trained. If the last
// checkpoint could not be written, the result has these steps.
func (r *Run) trained() (int, error) {
	if err := r.restore(); err != nil {
		return 0, err
	}
	rep, err := r.agent.Learn(0) // where it stands
	if err != nil {
		return 0, err
	}
	res, err := r.Result()
	if res == nil || err != nil {
		return rep.Steps, err
	}
	return max(rep.Steps, res.Steps), nil
}

// replaceConfig makes text the config.yaml of a restored run. The run must be resumed
// then.
func (r *Run) replaceConfig(text []byte) error {
	r.next = checksum(text)
	if err := r.logs.rewind(); err != nil {
		return err
	}
	if err := r.save(); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(r.Dir, resultFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := r.write(configFile, text); err != nil {
		return err
	}
	r.config, r.next = r.next, 0
	return nil
}
