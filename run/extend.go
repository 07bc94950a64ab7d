package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/rlrun/rlrun/agents"
)

// Extend resumes an open run, finished or not, with a new total number of steps. Without stretch,
// the schedules stay at their final values. With stretch, they change over the new number of
// steps. The new config.yaml records the choice.
//
// The result atZero is whether a schedule stays at 0: the agent then learns little or nothing
// more.
//
// If the process is killed during Extend, the run can still be resumed. Extend first writes a
// checkpoint that is valid with both the old and the new config.yaml. Then it removes the old
// result, and at last it replaces config.yaml.
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

// trained restores the run and returns its number of training steps. If the run has a result,
// this number is at least the result's: the last checkpoint may be older.
func (r *Run) trained() (int, error) {
	if err := r.restore(); err != nil {
		return 0, err
	}
	rep, err := r.agent.Learn(0) // Learn(0) reports the steps so far
	if err != nil {
		return 0, err
	}
	res, err := r.Result()
	if res == nil || err != nil {
		return rep.Steps, err
	}
	return max(rep.Steps, res.Steps), nil
}

// replaceConfig replaces config.yaml of a restored run by text. The caller must then resume the
// run.
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
