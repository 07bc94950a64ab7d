package agents

import (
	"context"
	"fmt"
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
)

// A Score is what Evaluate finds.
type Score struct {
	Mean, Std, Min, Max float64   // of the returns; Std divides by their number
	Returns             []float64 // [episodes] undiscounted
	Lengths             []int     // [episodes] steps
}

// Reached is the share of returns that are threshold or more.
func (s Score) Reached(threshold float64) float64 {
	n := 0
	for _, r := range s.Returns {
		if r >= threshold {
			n++
		}
	}
	return float64(n) / float64(len(s.Returns))
}

// Evaluate plays p's best actions for one episode of each seed that descends
// from seed, all side by side. An episode longer than maxSteps ends there, with
// its return so far.
func Evaluate(ctx context.Context, p policy.Policy, mk env.Maker, episodes, maxSteps int, seed uint64) (Score, error) {
	s, err := evaluate(ctx, p, mk, episodes, maxSteps, seed)
	if err != nil {
		return Score{}, fmt.Errorf("agents: evaluation: %w", err)
	}
	return s, nil
}

func evaluate(ctx context.Context, p policy.Policy, mk env.Maker, episodes, maxSteps int, seed uint64) (Score, error) {
	v, err := mk(episodes)
	if err != nil {
		return Score{}, err
	}
	res, err := v.Reset(seed)
	if err != nil {
		return Score{}, err
	}
	act := make([]float32, episodes*v.Spec().Act.Size())
	returns, lengths, done := make([]float64, episodes), make([]int, episodes), make([]bool, episodes)
	for left, step := episodes, 0; left > 0 && step < maxSteps; step++ {
		if err := ctx.Err(); err != nil {
			return Score{}, err
		}
		p.Act(res.Obs, act)
		if res, err = v.Step(act); err != nil {
			return Score{}, err
		}
		for i := range done {
			if done[i] {
				continue
			}
			returns[i], lengths[i] = res.Return[i], res.Length[i]
			if res.Done(i) {
				done[i] = true
				left--
			}
		}
	}
	return score(returns, lengths), nil
}

func score(returns []float64, lengths []int) Score {
	s := Score{Min: math.Inf(1), Max: math.Inf(-1), Returns: returns, Lengths: lengths}
	n := float64(len(returns))
	for _, r := range returns {
		s.Mean += r
		s.Min, s.Max = min(s.Min, r), max(s.Max, r)
	}
	s.Mean /= n
	for _, r := range returns {
		s.Std += (r - s.Mean) * (r - s.Mean)
	}
	s.Std = math.Sqrt(s.Std / n)
	return s
}
