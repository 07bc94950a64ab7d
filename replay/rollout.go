// Package replay stores the experience that agents learn from.
//
// On-policy agents use a [Rollout] or [Episodes]. A Rollout has T steps of N environments with
// the current policy, and generalised advantage estimates: see its example. Episodes has whole
// episodes and their returns.
//
// Off-policy agents use a [Buffer] of older transitions. It has three parts: a [Store] keeps the
// steps ([Ring]), a [Sampler] chooses the steps of a minibatch ([Uniform] or [Prioritized]), and
// a [View] makes transitions from these steps ([OneStep] or [NSteps]). The example of Buffer
// defines its own Sampler and View.
package replay

import (
	"iter"
	"math/rand/v2"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/loss"
)

// A Rollout is T steps of N environments, ordered by time: row t·N+i has the step of environment
// i at time t. An on-policy agent fills the Rollout, learns from it and fills it again.
//
// Each observation is stored once: the next observation of step t is the observation of step t+1.
// F more rows after these have the final observations of truncated episodes. An agent computes V
// of all observations, which Observed returns. Then Advantages computes the advantages.
type Rollout struct {
	N, T      int       // number of environments, number of steps
	Act       []float32 // [T·N, A] raw actions of the policy
	LogProb   []float32 // [T·N] log-probabilities of the actions
	Mask      []bool    // [T·N, M] allowed actions; nil without masks
	First     []bool    // [T·N] whether the step is the first of an episode
	Reward    []float32 // [T·N] rewards
	Terminal  []float32 // [T·N] 1 if the next observation is terminal, else 0
	Done      []float32 // [T·N] 1 if the step terminated or truncated the episode, else 0
	Value     []float32 // [(T+1)·N+F] V of each observation from Observed; the agent writes it
	Advantage []float32 // [T·N] generalised advantage estimates
	Return    []float32 // [T·N] targets of the critic

	obs       rows      // [(T+1)·N] observations before each step and after the last step
	final     rows      // [F] final observations of truncated episodes
	ended     []int     // [F] row t·N+i of the step before each final observation
	t         int       // number of steps stored
	next      []float32 // [T·N] V of the next observation of each step; 0 if it is terminal
	order     []int     // [T·N] random order of the rows in an epoch
	scratch   []float32 // scratch: observations as floats
	allBatch  Minibatch // the Minibatch that All returns
	rowsBatch Minibatch // the Minibatch that Rows returns
}

// A Minibatch is B steps for one gradient step. Its slices are overwritten for the next
// minibatch.
type Minibatch struct {
	Obs, Act                          []float32 // [B, O] observations, [B, A] raw actions of the policy
	Mask                              []bool    // [B, M] allowed actions; nil without masks
	LogProb, Value, Advantage, Return []float32 // [B] log-probabilities of the actions, V of the observations, advantages, targets of the critic
}

// Len returns the number of steps.
func (b *Minibatch) Len() int { return len(b.Advantage) }

// NewRollout returns an empty Rollout of t steps of n environments. masked is whether the
// environments have masks.
func NewRollout(spec env.Spec, t, n int, masked bool) *Rollout {
	f := func(k int) []float32 { return make([]float32, k*n) }
	r := &Rollout{
		N: n, T: t, Act: f(t * spec.Act.Size()), LogProb: f(t), First: make([]bool, t*n),
		Reward: f(t), Terminal: f(t), Done: f(t), Value: f(t + 1), Advantage: f(t), Return: f(t),
		obs: newRows(spec.Obs, (t+1)*n), next: f(t), order: make([]int, t*n),
	}
	if masked {
		l := layoutOf(spec.Act)
		r.Mask = make([]bool, t*n*l.MaskSize())
	}
	finals := 0
	if spec.MaxSteps > 0 { // memory for final observations, one per time limit
		finals = n * (t/spec.MaxSteps + 1)
	}
	r.final, r.ended = newRows(spec.Obs, finals), make([]int, 0, finals)
	r.final.clear()
	r.Value = slices.Grow(r.Value, finals)
	return r
}

// Begin empties the rollout and stores the first observations obs [N, O] and masks [N, M]. The
// argument first [N] is true for an observation that is the first of an episode.
func (r *Rollout) Begin(obs []float32, mask, first []bool) {
	r.final.clear()
	r.ended, r.t = r.ended[:0], 0
	r.observe(obs, mask, first)
}

// observe stores the observations, the masks and first before step t.
func (r *Rollout) observe(obs []float32, mask, first []bool) {
	r.obs.setRows(r.t*r.N, obs)
	if r.t < r.T {
		copy(r.Mask[r.t*len(mask):], mask)
		copy(r.First[r.t*r.N:], first)
	}
}

// Add stores one step of every environment: the actions act [N, A], their log-probabilities logp
// [N], and the result of the step.
func (r *Rollout) Add(act, logp []float32, res *env.Result) {
	copy(r.Act[r.t*len(act):], act)
	copy(r.LogProb[r.t*r.N:], logp)
	o := r.obs.width
	for i, reward := range res.Reward {
		k := r.t*r.N + i
		r.Reward[k], r.Terminal[k], r.Done[k] = float32(reward), bit(res.Terminated[i]), bit(res.Done(i))
		if res.Done(i) && !res.Terminated[i] {
			r.final.add(res.Next[i*o : (i+1)*o])
			r.ended = append(r.ended, k)
		}
	}
	r.t++
	r.observe(res.Obs, res.Mask, res.First)
}

// pieceFloats is the largest number of floats in one piece from Acted or Observed. It limits the
// memory for observations that are stored as bytes.
const pieceFloats = 1 << 22

// Acted returns an iterator over the observations of all T·N steps, in pieces of consecutive
// rows. Each piece comes with the index of its first row. It is valid until the next piece.
func (r *Rollout) Acted() iter.Seq2[int, []float32] {
	return func(yield func(int, []float32) bool) { r.pieces(&r.obs, 0, r.T*r.N, yield) }
}

// Observed returns an iterator over all observations, in pieces of consecutive rows: the
// observations of all steps, the observations after the last step, and the final observations of
// truncated episodes. The critic must compute V of all of them. Each piece comes with the index
// of its first row. It is valid until the next piece.
func (r *Rollout) Observed() iter.Seq2[int, []float32] {
	return func(yield func(int, []float32) bool) {
		if r.pieces(&r.obs, 0, r.obs.n, yield) {
			r.pieces(&r.final, r.obs.n, r.final.n, yield)
		}
	}
}

// pieces yields the first n rows of x in pieces. The argument from is the index of the first row.
// The result is false if the caller's loop has ended early.
func (r *Rollout) pieces(x *rows, from, n int, yield func(int, []float32) bool) bool {
	step := max(1, pieceFloats/x.width)
	for i := 0; i < n; i += step {
		if !yield(from+i, x.view(&r.scratch, i, min(i+step, n))) {
			return false
		}
	}
	return true
}

// Values returns the slice Value, with one element for each observation from Observed. The agent
// must write V to it.
func (r *Rollout) Values() []float32 {
	n := r.obs.n + r.final.n
	r.Value = f32.Grow(r.Value, n)
	return r.Value
}

// Advantages writes the generalised advantage estimates Â of a full rollout to Advantage, and the
// targets Â + V of the critic to Return. Value must be filled. For a truncated episode it
// bootstraps from V of the final observation. For a terminated episode it does not bootstrap.
func (r *Rollout) Advantages(gamma, lambda float32) {
	copy(r.next, r.Value[r.N:(r.T+1)*r.N])
	for k, terminal := range r.Terminal {
		r.next[k] *= 1 - terminal
	}
	for f, k := range r.ended {
		r.next[k] = r.Value[(r.T+1)*r.N+f]
	}
	loss.GAE(r.Advantage, r.Reward, r.Value, r.next, r.Done, r.N, gamma, lambda)
	f32.Add(r.Return, r.Advantage, r.Value[:len(r.Return)])
}

// All returns all steps, ordered by time. The Minibatch is valid until the next call. It uses the
// slices of the rollout, except for observations that are stored as bytes.
func (r *Rollout) All() *Minibatch {
	n := r.T * r.N
	r.allBatch = Minibatch{r.obs.view(&r.scratch, 0, n), r.Act, r.Mask, r.LogProb, r.Value[:n], r.Advantage, r.Return}
	return &r.allBatch
}

// Rows returns a copy of the steps in the given rows. The Minibatch is valid until the next call.
func (r *Rollout) Rows(index []int) *Minibatch {
	b, n := &r.rowsBatch, len(index)
	gather := func(dst, src []float32) []float32 {
		k := len(src) / (r.T * r.N)
		dst = f32.Grow(dst, n*k)
		f32.Gather(dst, src, k, index)
		return dst
	}
	b.Obs = f32.Grow(b.Obs, n*r.obs.width)
	r.obs.gather(b.Obs, index)
	b.Act, b.LogProb, b.Value = gather(b.Act, r.Act), gather(b.LogProb, r.LogProb), gather(b.Value, r.Value[:r.T*r.N])
	b.Advantage, b.Return = gather(b.Advantage, r.Advantage), gather(b.Return, r.Return)
	if r.Mask != nil {
		k := len(r.Mask) / (r.T * r.N)
		b.Mask = f32.Grow(b.Mask, n*k)
		for i, row := range index {
			copy(b.Mask[i*k:(i+1)*k], r.Mask[row*k:])
		}
	}
	return b
}

// Minibatches returns an iterator over minibatches that contain each step once, in a random
// order. size is the number of steps in a minibatch. If size does not divide the number of steps,
// the last minibatch is smaller, as in Stable-Baselines3.
func (r *Rollout) Minibatches(rng *rand.Rand, size int) iter.Seq[*Minibatch] {
	return func(yield func(*Minibatch) bool) { r.minibatches(rng, size, yield) }
}

// minibatches yields the minibatches that Minibatches describes.
func (r *Rollout) minibatches(rng *rand.Rand, size int, yield func(*Minibatch) bool) {
	for i := range r.order {
		r.order[i] = i
	}
	rng.Shuffle(len(r.order), func(i, j int) { r.order[i], r.order[j] = r.order[j], r.order[i] })
	for left := r.order; len(left) > 0; {
		n := min(size, len(left))
		if !yield(r.Rows(left[:n])) {
			return
		}
		left = left[n:]
	}
}

// bit returns 1 for true and 0 for false.
func bit(b bool) float32 {
	if b {
		return 1
	}
	return 0
}
