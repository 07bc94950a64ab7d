package run

import (
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"time"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
)

// clockInterval is how often a run is saved where its user does not say.
const clockInterval = 10 * time.Second

// Options say what a Run does beside training.
type Options struct {
	CheckpointEvery int          // steps between checkpoints; 0 means by the clock
	Report          func(Status) // is told of every iteration; nil tells nobody
}

// A Status says how a Run's training stands.
type Status struct {
	agents.Report
	Total   int           // steps to train
	Elapsed time.Duration // of training
	Logged  bool          // a row of progress.csv was written
	Stopped bool          // an evaluation has ended training

	// Mean return and length of the latest evaluation since the last row; NaN where
	// there was none.
	EvalReturn, EvalLength float64

	// Trouble is an error since the last Report that does not end training: of an
	// evaluation on the way, or of a checkpoint if the one before was written. It is
	// nil if there was none.
	Trouble error
}

// StepsPerSecond is the mean speed of training.
func (s Status) StepsPerSecond() float64 { return float64(s.Steps) / s.Elapsed.Seconds() }

// Train trains to the end of the scenario and saves the policy and a checkpoint
// then, or to the end of ctx and saves a checkpoint. An error that is ctx's leaves a
// run that can be resumed.
func (r *Run) Train(ctx context.Context, o Options) (Status, error) {
	start, before := time.Now(), r.elapsed
	rep, err := r.agent.Learn(0) // where it stands
	if err != nil {
		return Status{}, err
	}
	st := Status{Report: rep, Total: r.Scenario.Steps, Elapsed: before, Stopped: r.evals.stopped}
	if st.Stopped {
		return r.conclude(st)
	}
	saved, savedAt := start, st.Steps
	for rep, err := range agents.Train(ctx, r.agent, st.Total, 1) {
		if err != nil {
			return st, r.stopped(ctx, st, err)
		}
		now, last := time.Now(), st.Steps
		r.elapsed = before + now.Sub(start)
		st.Report, st.Elapsed = rep, r.elapsed
		st.Trouble = errors.Join(st.Trouble, r.evaluate(context.WithoutCancel(ctx), last, st.Steps))
		start = start.Add(time.Since(now)) // training alone counts
		st.EvalReturn, st.EvalLength, st.Stopped = r.evals.mean, r.evals.length, r.evals.stopped
		if st.Logged, err = r.log(last, st); err != nil {
			return st, err
		}
		if o.Report != nil {
			o.Report(st)
		}
		st.Trouble = nil
		due := now.Sub(saved) >= clockInterval
		if every := o.CheckpointEvery; every > 0 {
			due = st.Steps/every > savedAt/every
		}
		if due {
			if st.Trouble = r.saveOnTheWay(st.Steps); st.Trouble != nil {
				if err := r.owned(); err != nil {
					return st, err
				}
			}
			saved, savedAt = now, st.Steps
		}
		if st.Stopped {
			break
		}
	}
	return r.conclude(st)
}

// saveOnTheWay writes a checkpoint. Training goes on without one that cannot be
// written: of several failures in a row only the first is returned.
func (r *Run) saveOnTheWay(steps int) error {
	before := r.failing
	err := r.save()
	r.failing = err != nil
	if err == nil || before {
		return nil
	}
	return fmt.Errorf("no checkpoint after %d steps: %w; training goes on", steps, err)
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

// stopped returns the error that training ends with. If that is ctx's, the agent is
// whole and is saved. If an environment failed, its actions are saved, where the Vector
// kept them, and the error names the command that repeats the episode.
func (r *Run) stopped(ctx context.Context, st Status, err error) error {
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

// log writes the episodes that ended and, where an interval is over, a row of
// progress. It says whether it wrote one.
func (r *Run) log(last int, st Status) (bool, error) {
	every := r.Scenario.LogInterval
	due := st.Steps/every > last/every || st.Steps >= st.Total || st.Stopped
	if due {
		r.evals.mean, r.evals.length = math.NaN(), math.NaN()
	}
	if due || st.Trouble != nil {
		if err := r.owned(); err != nil {
			return false, err
		}
	}
	return due, r.logs.write(st, due)
}
