package agents

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

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

// MeanLength is the mean of the lengths.
func (s Score) MeanLength() float64 {
	sum := 0
	for _, l := range s.Lengths {
		sum += l
	}
	return float64(sum) / float64(len(s.Lengths))
}

// groupSize is the number of episodes whose seeds descend from the same child of the
// evaluation's seed.
const groupSize = 256

// sideBySideBytes bounds the memory of the environments that an evaluation plays side
// by side.
const sideBySideBytes = 32 << 20

// Evaluate plays p's best actions in episodes whose seeds descend from seed. An
// episode longer than maxSteps ends there, with its return so far.
//
// Up to 256 episodes are played side by side, and fewer where observations are
// large. The result does not depend on their number.
func Evaluate(ctx context.Context, p policy.Policy, mk env.Maker, episodes, maxSteps int, seed uint64) (Score, error) {
	return evaluate(ctx, p, mk, episodes, maxSteps, seed, false)
}

// EvaluateSampled is Evaluate of actions that are drawn from p, in the same episodes. The
// draws of an episode descend from its seed, child 0.
func EvaluateSampled(ctx context.Context, p policy.Policy, mk env.Maker, episodes, maxSteps int, seed uint64) (Score, error) {
	return evaluate(ctx, p, mk, episodes, maxSteps, seed, true)
}

func evaluate(ctx context.Context, p policy.Policy, mk env.Maker, episodes, maxSteps int, seed uint64, sampled bool) (Score, error) {
	if episodes < 1 || maxSteps < 1 {
		return Score{}, fmt.Errorf("agents: evaluation: %d episodes of %d steps, want 1 or more of both", episodes, maxSteps)
	}
	v, err := mk(1)
	if err != nil {
		return Score{}, fmt.Errorf("agents: evaluation: %w", err)
	}
	most := sideBySide(v)
	var returns []float64
	var lengths []int
	for len(returns) < episodes {
		group, first := len(returns)/groupSize, len(returns)%groupSize
		n := min(most, groupSize-first, episodes-len(returns))
		if v.Len() != n {
			v, err = mk(n)
		}
		var r []float64
		var l []int
		if err == nil {
			r, l, err = play(ctx, p, v, first, maxSteps, env.Split(seed, uint64(group)), sampled)
		}
		if err != nil {
			return Score{}, fmt.Errorf("agents: evaluation: %w", err)
		}
		returns, lengths = append(returns, r...), append(lengths, l...)
	}
	return score(returns, lengths), nil
}

// A renumbered Vector can play a part of the environments of a larger Vector, with the
// same seeds.
type renumbered interface {
	ResetFrom(seed uint64, first int) (*env.Result, error)
	Footprint() int // bytes that each environment takes
}

// sideBySide returns the number of environments like v's that an evaluation steps
// together.
func sideBySide(v env.Vector) int {
	r, ok := v.(renumbered)
	if !ok {
		return groupSize
	}
	return min(max(1, sideBySideBytes/r.Footprint()), groupSize)
}

// play plays one episode in each environment of v, side by side. The environments have
// the numbers first, first+1, … of their group.
func play(ctx context.Context, p policy.Policy, v env.Vector, first, maxSteps int, seed uint64, sampled bool) ([]float64, []int, error) {
	n := v.Len()
	reset := v.Reset
	if first > 0 {
		reset = func(seed uint64) (*env.Result, error) { return v.(renumbered).ResetFrom(seed, first) }
	}
	res, err := reset(seed)
	if err != nil {
		return nil, nil, err
	}
	var dice []rand.PCG // of each episode
	if sampled {
		dice = make([]rand.PCG, n)
		for i := range dice {
			episode := env.Split(env.Split(seed, uint64(first+i)), 1)
			dice[i].Seed(env.Split(episode, 0), 0)
		}
	}
	act := make([]float32, n*v.Spec().Act.Size())
	returns, lengths, done := make([]float64, n), make([]int, n), make([]bool, n)
	for left, step := n, 0; left > 0 && step < maxSteps; step++ {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		p.Act(policy.In{Obs: res.Obs, Mask: res.Mask, Rand: dice}, policy.Out{Act: act})
		if res, err = v.Step(act); errors.Is(err, env.ErrAction) {
			return nil, nil, fmt.Errorf("the policy chose what is no action: %w", err)
		} else if err != nil {
			return nil, nil, err
		}
		for i := range done {
			if done[i] {
				continue // its environment plays on, for nobody
			}
			returns[i], lengths[i] = res.Return[i], res.Length[i]
			if res.Done(i) {
				done[i] = true
				left--
			}
		}
	}
	return returns, lengths, nil
}

func score(returns []float64, lengths []int) Score {
	s := Score{Min: math.Inf(1), Max: math.Inf(-1), Returns: returns, Lengths: lengths}
	n := float64(len(returns))
	for _, r := range returns {
		s.Mean += r
		s.Min, s.Max = min(s.Min, r), max(s.Max, r)
	}
	s.Mean = min(max(s.Mean/n, s.Min), s.Max) // rounding can leave the range: the mean of a hundred 0.87
	for _, r := range returns {
		s.Std += (r - s.Mean) * (r - s.Mean)
	}
	s.Std = math.Sqrt(s.Std / n)
	return s
}
