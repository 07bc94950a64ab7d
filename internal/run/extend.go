package run

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/rlrun/rlrun/env"
)

// Extend resumes an open run, finished or not, that is to train to other steps than
// it was made for; steps is what the user typed. Its schedules stay at their end, or
// are stretched to the new steps from here on, and its config.yaml says so.
//
// Killed on the way it leaves a run that resumes: first a checkpoint that fits both
// files is written, then the result, which is no longer the run's, is removed, and
// last the file is replaced.
func (r *Run) Extend(steps string, stretch bool, envs env.Registry) error {
	if err := r.Resume(); err != nil {
		return err
	}
	rep, err := r.agent.Learn(0) // where it stands
	if err != nil {
		return err
	}
	name := filepath.Join(r.Dir, configFile)
	next, text, err := r.Scenario.Extend(name, steps, stretch, rep.Steps, envs)
	if err != nil {
		return err
	}
	switch {
	case r.evals.stopped:
		return fmt.Errorf("--steps %s: an evaluation has ended %s after %d steps, as eval.stop_at_threshold or eval.patience of its %s has it",
			steps, r.Dir, rep.Steps, configFile)
	case next.Steps <= rep.Steps:
		return fmt.Errorf("--steps %s: %s has trained %d already; want more", steps, r.Dir, rep.Steps)
	}
	r.next = checksum(text)
	if err := r.save(); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(r.Dir, resultFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	if err := r.write(configFile, text); err != nil {
		return err
	}
	r.Scenario, r.config, r.next, r.agent = next, r.next, 0, nil
	return r.Resume()
}
