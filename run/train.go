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

// Train trains to the end of the scenario and saves the policy and a checkpoint
// then, or to the end of ctx and saves a checkpoint. An error that is ctx's leaves a
// run that can be resumed. Between iterations Train tells its observers how training
// stands: the run's own, and those that it is given.
func (r *Run) Train(ctx context.Context, own ...Observer) (Status, error) {
	if r.agent == nil || r.logs.episodes.file == nil {
		return Status{}, fmt.Errorf("%s is not ready to train: want Create, or Open and Resume, and no Close", r.Dir)
	}
	rep, err := r.agent.Learn(0) // where it stands
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

// observe tells all observers of an iteration, and saves the run where that is due.
func (r *Run) observe(ctx context.Context, all []Observer, st *Status) error {
	for _, o := range all {
		if err := o.Observe(ctx, r, st); err != nil {
			return err
		}
	}
	r.stopped = st.Stopped
	st.Trouble = nil // every observer has been told
	return r.checkpoints.Observe(ctx, r, st)
}

// conclude saves the policy, which is all that the evaluation needs, and then a
// checkpoint. Trouble is the error of the checkpoint.
func (r *Run) conclude(st Status) (Status, error) {
	err, failed := r.savePolicy(policyFile), r.save()
	if err != nil {
		return st, err
	}
	st.Trouble = nil // an earlier checkpoint that failed matters no more
	if failed != nil {
		st.Trouble = fmt.Errorf("no checkpoint after %d steps, the last: %w", st.Steps, failed)
	}
	return st, nil
}

// broken returns the error that training ends with before its time. If that is ctx's, the
// agent is whole and is saved. If an environment failed, its actions are saved, where the
// Vector kept them, and the error names the command that repeats the episode.
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
		return fmt.Errorf("%w; what it has learned is in %s", failed, filepath.Join(r.Dir, policyFile))
	}
	return err
}
