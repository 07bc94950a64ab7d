package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/rlrun/rlrun/agents"
)

// Extend resumes an open run, finished or not, with a new total number of steps. The
// schedules stay at their final values, or with stretch they fall over the new number of
// steps. The new config.yaml records the choice.
//
// Extend reports whether a schedule stays at 0: the agent then learns little or nothing more.
//
// If the process is killed during Extend, the run can be resumed: Extend first writes a
// checkpoint that fits both the old and the new config.yaml, then removes the old result, and
// replaces config.yaml last.
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
		return false, fmt.Errorf("--steps %d: an evaluation ended %s after %d steps, because of eval.stop_at_threshold or eval.patience in its %s",
			steps, r.Dir, trained, configFile)
	case r.stopped:
		return false, fmt.Errorf("--steps %d: an observer of the program that trained %s ended it after %d steps", steps, r.Dir, trained)
	case next.Steps <= trained:
		return false, fmt.Errorf("--steps %d: %s has trained %d steps already; want more than that", steps, r.Dir, trained)
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

// trained restores the run and returns its number of training steps. If the last checkpoint
// could not be written, it takes the number from the result.
func (r *Run) trained() (int, error) {
	if err := r.restore(); err != nil {
		return 0, err
	}
	rep, err := r.agent.Learn(0) // reports the steps so far
	if err != nil {
		return 0, err
	}
	res, err := r.Result()
	if res == nil || err != nil {
		return rep.Steps, err
	}
	return max(rep.Steps, res.Steps), nil
}

// replaceConfig replaces the config.yaml of a restored run by text. The run must be resumed
// afterwards.
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
