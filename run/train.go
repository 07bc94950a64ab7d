package run

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
)

// Train trains until the scenario's number of steps, and then saves the policy and a checkpoint.
// If ctx is cancelled, Train saves a checkpoint and returns the error of ctx; the run can then be
// resumed. After each iteration Train calls the observers of the run and the program's own
// observers, the argument own.
func (r *Run) Train(ctx context.Context, own ...Observer) (Status, error) {
	if r.agent == nil || r.logs.episodes.file == nil {
		return Status{}, fmt.Errorf("%s is not ready to train: call Create, or Open and Resume, before Train, and Close after it", r.Dir)
	}
	rep, err := r.agent.Learn(0) // Learn(0) reports the steps so far
	if err != nil {
		return Status{}, err
	}
	st := Status{Report: rep, Total: r.Scenario.Steps, Elapsed: r.elapsed, Stopped: r.stopped, logInterval: r.Scenario.LogInterval}
	if err := r.own.restore(own); err != nil {
		return st, fmt.Errorf("%s: %w", r.Dir, err)
	}
	if st.Stopped {
		return r.conclude(st)
	}
	r.checkpoints.startInterval(st.Steps)
	all, whole := slices.Concat([]Observer{&r.evals}, own, []Observer{&r.logs}), context.WithoutCancel(ctx)
	start := time.Now()
	for rep, err := range agents.Train(ctx, r.agent, st.Total, 1) {
		if err != nil {
			return st, r.broken(ctx, st, err)
		}
		r.elapsed += time.Since(start)
		st.Before, st.Report, st.Elapsed = st.Steps, rep, r.elapsed
		if err := r.observe(whole, all, &st); err != nil {
			return st, err
		}
		if st.Stopped {
			break
		}
		start = time.Now()
	}
	return r.conclude(st)
}

// observe calls all observers after an iteration. The observer that writes checkpoints is the
// last.
func (r *Run) observe(ctx context.Context, all []Observer, st *Status) error {
	for _, o := range all {
		if err := o.Observe(ctx, r, st); err != nil {
			return err
		}
	}
	r.stopped = st.Stopped
	st.Trouble = nil // all observers have read it
	return r.checkpoints.Observe(ctx, r, st)
}

// conclude saves the policy and then a checkpoint. Finish needs the saved policy. If only the
// checkpoint fails, st.Trouble has the error.
func (r *Run) conclude(st Status) (Status, error) {
	err, failed := r.savePolicy(policyFile), r.save()
	if err != nil {
		return st, err
	}
	st.Trouble = nil // remove the error of an earlier checkpoint
	if failed != nil {
		st.Trouble = fmt.Errorf("no checkpoint after the last step, %d: %w", st.Steps, failed)
	}
	return st, nil
}

// broken returns the error for training that ends early. If ctx was cancelled, broken saves a
// checkpoint. If an environment failed and the actions of its episode are known, broken saves the
// actions. The error then names the command that repeats the episode.
func (r *Run) broken(ctx context.Context, st Status, err error) error {
	if e, ok := errors.AsType[*env.Error](err); ok && (e.Actions != nil || e.Step == 0) && !errors.Is(e, env.ErrAction) {
		if failed := r.write(failedEpisode, requests(e, r.Scenario.Spec)); failed != nil {
			return errors.Join(err, failed)
		}
		return fmt.Errorf("%w; rlrun step %s < %s repeats it", err,
			shellWord(filepath.Join(r.Dir, configFile)), shellWord(filepath.Join(r.Dir, failedEpisode)))
	}
	if err != ctx.Err() {
		return err
	}
	if failed := r.save(); failed != nil {
		failed = fmt.Errorf("interrupted after %d steps, without a checkpoint: %w", st.Steps, failed)
		if lost := r.savePolicy(policyFile); lost != nil {
			return failed
		}
		return fmt.Errorf("%w; the trained policy is in %s", failed, filepath.Join(r.Dir, policyFile))
	}
	return err
}
