// Package replay stores experience for agents to learn from: a Rollout or Episodes of the
// present policy, and a Buffer of older transitions.
package replay

import (
	"iter"
	"math/rand/v2"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/loss"
)

// A Rollout is T steps of N environments in the order they happened: row t·N+i is
// environment i at step t. An on-policy agent fills it, learns from it and fills it again.
//
// Each observation is stored once. What step t led to is what is observed at step t+1.
// Where the episode was cut off, its last observation is one of the final rows behind
// these. So a critic that values all that was Observed has valued all that is needed.
type Rollout struct {
	N, T      int
	Act       []float32 // [T·N, A] actions, as the policy drew them
	LogProb   []float32 // [T·N] their log-probabilities
	Mask      []bool    // [T·N, M] allowed actions; nil without masks
	First     []bool    // [T·N] the step is the first of an episode
	Reward    []float32 // [T·N]
	Terminal  []float32 // [T·N] 1 after a terminal state
	Done      []float32 // [T·N] 1 after the end of an episode
	Value     []float32 // [(T+1)·N+F] V of each row that was Observed; written by the agent
	Advantage []float32 // [T·N]
	Return    []float32 // [T·N] what the critic learns

	obs     rows      // [(T+1)·N]
	final   rows      // [F] last observations of episodes that were cut off
	ended   []int     // [F] the step t·N+i that each of these ended
	t       int       // steps taken
	next    []float32 // [T·N] V of the observation after each step
	order   []int     // [T·N] of the steps in an epoch
	scratch []float32 // observations as floats
	batch   Minibatch // of All
	own     Minibatch // memory of Rows
}

// A Minibatch is B steps to learn from. Its owner overwrites it.
type Minibatch struct {
	Obs, Act                          []float32 // [B, O], [B, A] as the policy drew them
	Mask                              []bool    // [B, M] allowed actions; nil without masks
	LogProb, Value, Advantage, Return []float32 // [B]
}

// Len returns the number of steps.
func (b *Minibatch) Len() int { return len(b.Advantage) }

// NewRollout returns an empty Rollout of t steps of n environments, which have masks or
// not.
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
	if spec.MaxSteps > 0 { // room for the final rows of time limits
		finals = n * (t/spec.MaxSteps + 1)
	}
	r.final, r.ended = newRows(spec.Obs, finals), make([]int, 0, finals)
	r.final.clear()
	r.Value = slices.Grow(r.Value, finals)
	return r
}

// Begin empties the rollout, whose first observations are obs [N, O]. The environments allow
// mask [N, M], and first [N] says where an episode begins.
func (r *Rollout) Begin(obs []float32, mask, first []bool) {
	r.final.clear()
	r.ended, r.t = r.ended[:0], 0
	r.show(obs, mask, first)
}

// show keeps what the environments show before step t.
func (r *Rollout) show(obs []float32, mask, first []bool) {
	r.obs.setRows(r.t*r.N, obs)
	if r.t < r.T {
		copy(r.Mask[r.t*len(mask):], mask)
		copy(r.First[r.t*r.N:], first)
	}
}

// Add appends one step: the actions [N, A] with their log-probabilities [N], and what came
// of them.
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
	r.show(res.Obs, res.Mask, res.First)
}

// pieceFloats bounds the observations that are floats at a time where they are stored as
// bytes.
const pieceFloats = 1 << 22

// Acted returns the observations that were acted on in their order, piece by piece, each
// with the row of its first.
func (r *Rollout) Acted() iter.Seq2[int, []float32] {
	return func(yield func(int, []float32) bool) { r.pieces(&r.obs, 0, r.T*r.N, yield) }
}

// Observed returns all observations, piece by piece, each with the row of its first.
func (r *Rollout) Observed() iter.Seq2[int, []float32] {
	return func(yield func(int, []float32) bool) {
		if r.pieces(&r.obs, 0, r.obs.n, yield) {
			r.pieces(&r.final, r.obs.n, r.final.n, yield)
		}
	}
}

// pieces yields n rows, which have the numbers from, from+1, …. It returns false where the
// loop was left.
func (r *Rollout) pieces(x *rows, from, n int, yield func(int, []float32) bool) bool {
	step := max(1, pieceFloats/x.width)
	for i := 0; i < n; i += step {
		if !yield(from+i, x.view(&r.scratch, i, min(i+step, n))) {
			return false
		}
	}
	return true
}

// Values returns the slice Value with an element for each row that was Observed, to be
// written.
func (r *Rollout) Values() []float32 {
	n := r.obs.n + r.final.n
	r.Value = f32.Grow(r.Value, n)
	return r.Value
}

// Advantages writes the generalised advantage estimates of a full rollout to Advantage,
// and what the critic learns, Â + V, to Return. Value must be written. An episode that was
// cut off is worth V of its last observation.
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

// All returns all steps in their order. Its columns are the rollout's own, but for
// observations that are stored as bytes.
func (r *Rollout) All() *Minibatch {
	n := r.T * r.N
	r.batch = Minibatch{r.obs.view(&r.scratch, 0, n), r.Act, r.Mask, r.LogProb, r.Value[:n], r.Advantage, r.Return}
	return &r.batch
}

// Rows returns copies of some steps, until it is called again.
func (r *Rollout) Rows(index []int) *Minibatch {
	b, n := &r.own, len(index)
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

// Minibatches returns the steps in a new order, size at a time. The last minibatch has
// those that are left, as in Stable-Baselines3.
func (r *Rollout) Minibatches(rng *rand.Rand, size int) iter.Seq[*Minibatch] {
	return func(yield func(*Minibatch) bool) { r.minibatches(rng, size, yield) }
}

// minibatches yields the Minibatches.
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

// bit returns 1 for true.
func bit(b bool) float32 {
	if b {
		return 1
	}
	return 0
}
