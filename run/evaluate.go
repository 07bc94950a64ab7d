package run

import (
	"context"

	"github.com/rlrun/rlrun/agents"
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/scenario"
)

// Children of a run's seed that evaluations descend from. An agent's are 0, 1 and 4.
const (
	evalBranch = 2 // of the final policy
	freqBranch = 3 // on the way, each from a child of its own
)

// EpisodeSeed returns the seed of the i-th episode, from 0, that Evaluate plays from a seed.
func EpisodeSeed(seed uint64, i int) uint64 {
	return agents.EpisodeSeed(env.Split(seed, evalBranch), i)
}

// An Evaluation says how a policy is evaluated.
type Evaluation struct {
	Episodes int
	Seed     uint64 // that the episodes' seeds descend from
	Sampled  bool   // actions are drawn from the policy; or else its best actions
}

// Evaluate evaluates a policy in the environment of s, on episodes that training never
// sees. Of drawn actions there is no regret.
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

// Evaluate evaluates a policy as the function Evaluate does, in the run's environment.
func (r *Run) Evaluate(ctx context.Context, p policy.Policy, e Evaluation) (*Result, error) {
	res, err := Evaluate(ctx, r.Scenario, p, e)
	if err == nil {
		res.Run = r.Dir
	}
	return res, err
}
