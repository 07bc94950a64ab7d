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

// A Score is the result of an evaluation.
type Score struct {
	Mean, Std, Min, Max float64   // mean, population standard deviation, smallest and largest of the returns
	Returns             []float64 // [episodes] undiscounted returns
	Lengths             []int     // [episodes] lengths of the episodes in steps
}

// Reached returns the fraction of the episodes whose return is at least threshold.
func (s Score) Reached(threshold float64) float64 {
	n := 0
	for _, r := range s.Returns {
		if r >= threshold {
			n++
		}
	}
	return float64(n) / float64(len(s.Returns))
}

// MeanLength returns the mean length of the episodes, in steps.
func (s Score) MeanLength() float64 {
	sum := 0
	for _, l := range s.Lengths {
		sum += l
	}
	return float64(sum) / float64(len(s.Lengths))
}

// groupSize is the number of episodes in a group. The seeds of a group's episodes are derived
// from the group's seed: see EpisodeSeed.
const groupSize = 256

// EpisodeSeed returns the seed of episode i = 0, 1, … of an evaluation with the given seed. Each
// 256 episodes are a group. The seed of group g is env.Split(seed, g). The 256 episodes of a
// group have the same seeds as the first episodes of the 256 environments in a Vector with the
// group's seed.
func EpisodeSeed(seed uint64, i int) uint64 {
	group := env.Split(seed, uint64(i/groupSize))
	return env.Split(env.Split(group, uint64(i%groupSize)), 1)
}

// maxEnvBytes is the largest memory of the environments that an evaluation steps at the same
// time, in bytes.
const maxEnvBytes = 32 << 20

// An Evaluation has the settings of an evaluation: the episodes, and how the policy acts.
type Evaluation struct {
	Episodes int    // number of episodes
	MaxSteps int    // largest length of an episode, in steps; a longer episode is cut off there, and its return so far counts
	Seed     uint64 // seed from which the seeds of the episodes are derived: see EpisodeSeed
	Sampled  bool   // true: actions are sampled from the policy, see policy.SeedEpisode; false: the policy acts greedily
}

// Evaluate plays episodes with the policy p, in environments that it makes with mk and closes. It
// returns their Score.
//
// Evaluate steps up to 256 environments at the same time, or fewer if their observations are
// large. The result does not depend on this number.
func Evaluate(ctx context.Context, p policy.Policy, mk env.Maker, e Evaluation) (Score, error) {
	if e.Episodes < 1 || e.MaxSteps < 1 {
		return Score{}, fmt.Errorf("agents: evaluation: %d episodes of %d steps, want 1 or more of both", e.Episodes, e.MaxSteps)
	}
	var ev evaluator
	err := ev.playAll(ctx, p, mk, e)
	if err = errors.Join(err, ev.close()); err != nil {
		return Score{}, fmt.Errorf("agents: evaluation: %w", err)
	}
	return newScore(ev.returns, ev.lengths), nil
}

// An evaluator plays the episodes of an evaluation.
type evaluator struct {
	vec     env.Vector // environments of the latest episodes; nil before the first episode and after close
	returns []float64  // [episodes so far]
	lengths []int      // [episodes so far]
}

// playAll plays all episodes of the evaluation e.
func (ev *evaluator) playAll(ctx context.Context, p policy.Policy, mk env.Maker, e Evaluation) error {
	if err := ev.makeEnvs(mk, 1); err != nil {
		return err
	}
	limit := maxEnvs(ev.vec)
	for len(ev.returns) < e.Episodes {
		group, first := len(ev.returns)/groupSize, len(ev.returns)%groupSize
		n := min(limit, groupSize-first, e.Episodes-len(ev.returns))
		if err := ev.makeEnvs(mk, n); err != nil {
			return err
		}
		if err := ev.play(ctx, p, first, env.Split(e.Seed, uint64(group)), e); err != nil {
			return err
		}
	}
	return nil
}

// makeEnvs makes n new environments in place of the old environments. If there are n environments
// already, it keeps them.
func (ev *evaluator) makeEnvs(mk env.Maker, n int) (err error) {
	if ev.vec != nil && ev.vec.Len() == n {
		return nil
	}
	if err = ev.close(); err == nil {
		ev.vec, err = mk(n)
	}
	return err
}

// close closes the environments, if there are any.
func (ev *evaluator) close() error {
	vec := ev.vec
	ev.vec = nil
	return closeVector(vec)
}

// A sizedVector is a subVector that knows the memory of each environment.
type sizedVector interface {
	subVector
	Footprint() int // bytes of one environment
}

// maxEnvs returns the largest number of environments that an evaluation steps at the same time, if
// each needs as much memory as an environment of v.
func maxEnvs(v env.Vector) int {
	s, ok := v.(sizedVector)
	if !ok {
		return groupSize
	}
	return min(max(1, maxEnvBytes/s.Footprint()), groupSize)
}

// play plays one episode in each environment. The episodes have the numbers first, first+1, … in
// a group, and the argument seed is the group's seed.
func (ev *evaluator) play(ctx context.Context, p policy.Policy, first int, seed uint64, e Evaluation) error {
	res, err := resetFrom(ev.vec, seed, first)
	if err != nil {
		return err
	}
	n, from := ev.vec.Len(), len(ev.returns)
	act, memory := make([]float32, n*ev.vec.Spec().Act.Size()), make([]float32, n*p.Spec().Memory)
	ev.returns, ev.lengths = append(ev.returns, make([]float64, n)...), append(ev.lengths, make([]int, n)...)
	rngs, done := e.newRngs(n, from), make([]bool, n)
	for left, step := n, 0; left > 0 && step < e.MaxSteps; step++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		p.Act(policy.In{Obs: res.Obs, Mask: res.Mask, First: res.First, Memory: memory, Rand: rngs}, policy.Out{Act: act})
		if res, err = ev.vec.Step(act); errors.Is(err, env.ErrAction) {
			return fmt.Errorf("the policy's action is not in the action space: %w", err)
		} else if err != nil {
			return err
		}
		for i := range done {
			if done[i] {
				continue // the environment has started another episode, which does not count
			}
			ev.returns[from+i], ev.lengths[from+i] = res.Return[i], res.Length[i]
			if res.Done(i) {
				done[i] = true
				left--
			}
		}
	}
	return nil
}

// newRngs returns n random generators: one for the actions of each of the episodes [from,
// from+n). It returns nil if actions are not sampled.
func (e *Evaluation) newRngs(n, from int) []rand.PCG {
	if !e.Sampled {
		return nil
	}
	rngs := make([]rand.PCG, n)
	for i := range rngs {
		policy.SeedEpisode(&rngs[i], EpisodeSeed(e.Seed, from+i))
	}
	return rngs
}

// newScore returns the Score of episodes with the given returns and lengths.
func newScore(returns []float64, lengths []int) Score {
	s := Score{Min: math.Inf(1), Max: math.Inf(-1), Returns: returns, Lengths: lengths}
	n := float64(len(returns))
	for _, r := range returns {
		s.Mean += r
		s.Min, s.Max = min(s.Min, r), max(s.Max, r)
	}
	s.Mean = min(max(s.Mean/n, s.Min), s.Max) // rounding can put the mean of equal returns outside [Min, Max], for example the mean of 100 returns of 0.87
	for _, r := range returns {
		s.Std += (r - s.Mean) * (r - s.Mean)
	}
	s.Std = math.Sqrt(s.Std / n)
	return s
}
