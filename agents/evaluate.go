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

// EpisodeSeed returns the seed of the i-th episode, from 0, of an evaluation whose seed is
// given: the first that environment i of a group plays.
func EpisodeSeed(seed uint64, i int) uint64 {
	group := env.Split(seed, uint64(i/groupSize))
	return env.Split(env.Split(group, uint64(i%groupSize)), 1)
}

// sideBySideBytes bounds the memory of the environments that an evaluation plays side
// by side.
const sideBySideBytes = 32 << 20

// An Evaluation says in which episodes a policy is judged, and how it acts there.
type Evaluation struct {
	Episodes int
	MaxSteps int    // an episode that is longer ends there, with its return so far
	Seed     uint64 // that the episodes' seeds descend from
	Sampled  bool   // actions are drawn from the policy: see policy.SeedEpisode; or else its best actions
}

// Evaluate plays e's episodes by p, in environments from mk that it closes.
//
// Up to 256 episodes are played side by side, and fewer where observations are
// large. The result does not depend on their number.
func Evaluate(ctx context.Context, p policy.Policy, mk env.Maker, e Evaluation) (Score, error) {
	if e.Episodes < 1 || e.MaxSteps < 1 {
		return Score{}, fmt.Errorf("agents: evaluation: %d episodes of %d steps, want 1 or more of both", e.Episodes, e.MaxSteps)
	}
	var g games
	err := g.playAll(ctx, p, mk, e)
	if err = errors.Join(err, g.close()); err != nil {
		return Score{}, fmt.Errorf("agents: evaluation: %w", err)
	}
	return score(g.returns, g.lengths), nil
}

// games are the episodes of an evaluation.
type games struct {
	vec     env.Vector // in which the latest were played
	returns []float64
	lengths []int
}

// playAll plays all episodes.
func (g *games) playAll(ctx context.Context, p policy.Policy, mk env.Maker, e Evaluation) error {
	if err := g.open(mk, 1); err != nil {
		return err
	}
	most := sideBySide(g.vec)
	for len(g.returns) < e.Episodes {
		group, first := len(g.returns)/groupSize, len(g.returns)%groupSize
		n := min(most, groupSize-first, e.Episodes-len(g.returns))
		if err := g.open(mk, n); err != nil {
			return err
		}
		if err := g.play(ctx, p, first, env.Split(e.Seed, uint64(group)), e); err != nil {
			return err
		}
	}
	return nil
}

// open makes n environments in place of those that there are, unless they are as many.
func (g *games) open(mk env.Maker, n int) (err error) {
	if g.vec != nil && g.vec.Len() == n {
		return nil
	}
	if err = g.close(); err == nil {
		g.vec, err = mk(n)
	}
	return err
}

// close closes the environments, if there are any.
func (g *games) close() error {
	vec := g.vec
	g.vec = nil
	return closeVector(vec)
}

// A sizedPart is a part that knows the bytes of each environment.
type sizedPart interface {
	part
	Footprint() int
}

// sideBySide returns the number of environments like v's that an evaluation steps
// together.
func sideBySide(v env.Vector) int {
	m, ok := v.(sizedPart)
	if !ok {
		return groupSize
	}
	return min(max(1, sideBySideBytes/m.Footprint()), groupSize)
}

// play plays one episode in each environment, side by side. The environments have
// the numbers first, first+1, … of their group, whose seed is given.
func (g *games) play(ctx context.Context, p policy.Policy, first int, seed uint64, e Evaluation) error {
	res, err := resetFrom(g.vec, seed, first)
	if err != nil {
		return err
	}
	n, from := g.vec.Len(), len(g.returns)
	act, memory := make([]float32, n*g.vec.Spec().Act.Size()), make([]float32, n*p.Spec().Memory)
	g.returns, g.lengths = append(g.returns, make([]float64, n)...), append(g.lengths, make([]int, n)...)
	dice, done := e.dice(n, from), make([]bool, n)
	for left, step := n, 0; left > 0 && step < e.MaxSteps; step++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		p.Act(policy.In{Obs: res.Obs, Mask: res.Mask, First: res.First, Memory: memory, Rand: dice}, policy.Out{Act: act})
		if res, err = g.vec.Step(act); errors.Is(err, env.ErrAction) {
			return fmt.Errorf("the policy chose what is no action: %w", err)
		} else if err != nil {
			return err
		}
		for i := range done {
			if done[i] {
				continue // its environment plays on, for nobody
			}
			g.returns[from+i], g.lengths[from+i] = res.Return[i], res.Length[i]
			if res.Done(i) {
				done[i] = true
				left--
			}
		}
	}
	return nil
}

// dice returns the generators of the actions in n episodes, the first of which has the
// number from; nil for the best actions.
func (e *Evaluation) dice(n, from int) []rand.PCG {
	if !e.Sampled {
		return nil
	}
	dice := make([]rand.PCG, n)
	for i := range dice {
		policy.SeedEpisode(&dice[i], EpisodeSeed(e.Seed, from+i))
	}
	return dice
}

// score returns the Score of episodes.
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
