package run

import (
	"bytes"
	"context"
	"fmt"
	"math"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
)

// freqBranch is the child of a run's seed that the evaluations on the way descend
// from, each from a child of its own.
const freqBranch = 3

// evaluations are those on the way: the books of them, and the best policy.
type evaluations struct {
	done         int     // how many
	best         float64 // the greatest mean return; -Inf before the first
	since        int     // how many since it
	stopped      bool    // training has ended by one
	mean, length float64 // of the latest, until they are logged; NaN then
}

func newEvaluations() evaluations {
	return evaluations{best: math.Inf(-1), mean: math.NaN(), length: math.NaN()}
}

// State visits the books.
func (e *evaluations) State(s *state.State) {
	s.Int("eval/done", &e.done, math.MaxInt)
	s.Double("eval/best", &e.best)
	s.Int("eval/since", &e.since, math.MaxInt)
	s.Double("eval/mean", &e.mean)
	s.Double("eval/length", &e.length)
	stopped := 0
	if e.stopped {
		stopped = 1
	}
	s.Int("eval/stopped", &stopped, 1)
	e.stopped = stopped == 1
}

// evaluate judges the present policy where that is due, between the last
// iteration's steps and this one's, and keeps it if it is the best so far.
// Training sees nothing of it, and goes on where it fails. It is not interrupted, or
// the run that is resumed would miss it.
func (r *Run) evaluate(ctx context.Context, last, steps int) error {
	every := *r.Scenario.Eval.Freq
	if every == 0 || steps/every == last/every {
		return nil
	}
	s, e := r.Scenario, &r.evals
	seed := env.Split(env.Split(s.Seed, freqBranch), uint64(e.done))
	score, err := agents.Evaluate(ctx, r.agent.Policy().Clone(), s.Judge, s.Eval.FreqEpisodes, s.EpisodeLimit(), seed)
	e.done++
	if err != nil {
		return fmt.Errorf("the evaluation after %d steps failed: %w; training goes on", steps, err)
	}
	e.mean, e.length = score.Mean, score.MeanLength()
	if e.since++; score.Mean > e.best {
		e.best, e.since = score.Mean, 0
		if err = r.savePolicy(bestFile); err != nil {
			err = fmt.Errorf("the best policy, of %d steps, is not saved: %w; training goes on", steps, err)
		}
	}
	e.stopped = s.Eval.StopAtThreshold && score.Mean >= *s.Threshold || s.Eval.Patience > 0 && e.since >= s.Eval.Patience
	return err
}

// savePolicy writes the present policy to a file of the run's.
func (r *Run) savePolicy(name string) error {
	var b bytes.Buffer
	if err := policy.Save(&b, r.agent.Policy(), policy.Meta{Env: r.Scenario.Env, Agent: r.Scenario.Agent}); err != nil {
		return err
	}
	return r.write(name, b.Bytes())
}
