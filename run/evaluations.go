package run

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// evaluations is the Observer that evaluates the policy during training and saves the best
// policy.
type evaluations struct {
	done         int     // number of evaluations so far
	best         float64 // best mean return so far; -Inf before the first evaluation
	since        int     // number of evaluations after the best evaluation
	stopped      bool    // whether an evaluation has ended training
	mean, length float64 // mean return and mean length of the latest evaluation; NaN after they are logged
}

func newEvaluations() evaluations {
	return evaluations{best: math.Inf(-1), mean: math.NaN(), length: math.NaN()}
}

// State saves or loads the counters and the best mean return.
func (e *evaluations) State(s *state.State) {
	s.Int("eval/done", &e.done, math.MaxInt)
	s.Double("eval/best", &e.best)
	s.Int("eval/since", &e.since, math.MaxInt)
	s.Double("eval/mean", &e.mean)
	s.Double("eval/length", &e.length)
	s.Bool("eval/stopped", &e.stopped)
}

// Observe evaluates the current policy if an evaluation is due. If the evaluation fails, training
// continues and st.Trouble has the error.
func (e *evaluations) Observe(ctx context.Context, r *Run, st *Status) error {
	every := *r.Scenario.Eval.Freq
	st.Evaluated = every > 0 && st.Passed(every)
	if st.Evaluated {
		if err := e.evaluate(ctx, r, st.Steps); err != nil {
			if err := r.owned(); err != nil {
				return err
			}
			st.Trouble = errors.Join(st.Trouble, err)
		}
	}
	st.EvalReturn, st.EvalLength, st.Stopped = e.mean, e.length, e.stopped
	return nil
}

// evaluate evaluates a copy of the current policy, and saves the policy if it is the best so far.
// The evaluation does not change training.
func (e *evaluations) evaluate(ctx context.Context, r *Run, steps int) error {
	s := r.Scenario
	seed := env.Split(env.Split(s.Seed, freqBranch), uint64(e.done))
	score, err := agents.Evaluate(ctx, r.agent.Policy().Clone(), s.EvalEnvs, agents.Evaluation{Episodes: s.Eval.FreqEpisodes, MaxSteps: s.EpisodeLimit(), Seed: seed})
	e.done++
	if err != nil {
		return fmt.Errorf("the evaluation after %d steps failed: %w; training continues", steps, err)
	}
	e.mean, e.length = score.Mean, score.MeanLength()
	if e.since++; score.Mean > e.best {
		e.best, e.since = score.Mean, 0
		if err = r.savePolicy(bestFile); err != nil {
			err = fmt.Errorf("the best policy, after %d steps, is not saved: %w; training continues", steps, err)
		}
	}
	e.stopped = s.Eval.StopAtThreshold && score.Mean >= *s.Threshold || s.Eval.Patience > 0 && e.since >= s.Eval.Patience
	return err
}
