package run

import (
	"context"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/scenario"
)

// The seeds of evaluations come from these children of the run's seed. The agent uses children 0, 1
// and 4.
const (
	evalBranch = 2 // final evaluation
	freqBranch = 3 // evaluations during training: the k-th evaluation, from 0, has child k of this child
)

// EpisodeSeed returns the seed of episode i of an evaluation, where i counts from 0.
func EpisodeSeed(seed uint64, i int) uint64 {
	return agents.EpisodeSeed(env.Split(seed, evalBranch), i)
}

// An Evaluation has the settings of an evaluation.
type Evaluation struct {
	Episodes int
	Seed     uint64 // seed of the evaluation; EpisodeSeed computes the seeds of the episodes from it
	Sampled  bool   // whether actions are sampled from the policy; otherwise they are the most probable or best actions
}

// Evaluate evaluates a policy in the environment of s. The seeds of its episodes differ from the
// seeds of training episodes. If actions are sampled, the result has no regret.
func Evaluate(ctx context.Context, s *scenario.Scenario, p policy.Policy, e Evaluation) (*Result, error) {
	score, err := agents.Evaluate(ctx, p, s.EvalEnvs, agents.Evaluation{
		Episodes: e.Episodes, MaxSteps: s.EpisodeLimit(), Seed: env.Split(e.Seed, evalBranch), Sampled: e.Sampled,
	})
	if err != nil {
		return nil, err
	}
	line := EvalLine{Episodes: e.Episodes, Mean: score.Mean, Std: score.Std, Min: score.Min, Max: score.Max}
	if s.Threshold != nil {
		line.SuccessRate = new(score.Reached(*s.Threshold))
	}
	res := &Result{
		Event: "result", Scenario: s.Name, Env: s.Env, Agent: s.Agent, Seed: e.Seed, Sampled: e.Sampled,
		Eval: line, threshold: s.Threshold,
	}
	if e.Sampled {
		return res, nil
	}
	if res.Regret, err = regret(ctx, s, p); err != nil {
		return nil, err
	}
	return res, nil
}

// Evaluate calls the function Evaluate with the run's scenario.
func (r *Run) Evaluate(ctx context.Context, p policy.Policy, e Evaluation) (*Result, error) {
	res, err := Evaluate(ctx, r.Scenario, p, e)
	if err == nil {
		res.Run = r.Dir
	}
	return res, err
}
