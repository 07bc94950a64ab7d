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
//
// For a policy with memory, V is computed in the step itself, and KeepMemory divides the steps into
// sequences.
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

	spec      env.Spec
	parts     []*RolloutPart // parts of the environments, which are filled separately; one part if Divide was not called
	obs       rows           // [(T+1)·N] observations before each step and after the last step
	next      []float32      // [T·N] V of the next observation of each step; 0 if it is terminal
	sequences sequencing
	order     []int     // [T·N] random order of the sequences in an epoch
	allBatch  Minibatch // the Minibatch that All returns
	rowsBatch Minibatch // the Minibatch that Rows returns
}

// NewRollout returns an empty Rollout of t steps of n environments. masked is whether the
// environments have masks.
func NewRollout(spec env.Spec, t, n int, masked bool) *Rollout {
	f := func(k int) []float32 { return make([]float32, k*n) }
	r := &Rollout{
		N: n, T: t, Act: f(t * spec.Act.Size()), LogProb: f(t), First: make([]bool, t*n),
		Reward: f(t), Terminal: f(t), Done: f(t), Value: f(t + 1), Advantage: f(t), Return: f(t),
		spec: spec, obs: newObservations(spec, n, (t+1)*n), next: f(t), order: make([]int, t*n), sequences: sequencing{length: 1},
	}
	if masked {
		l := layoutOf(spec.Act)
		r.Mask = make([]bool, t*n*l.MaskSize())
	}
	p := r.Divide(n)[0]
	r.Value = slices.Grow(r.Value, cap(p.ended))
	return r
}

// Begin empties the rollout and stores the first observations obs [N, O] and masks [N, M]. The
// argument first [N] is true for an observation that is the first of an episode.
func (r *Rollout) Begin(obs []float32, mask, first []bool) { r.parts[0].Begin(obs, mask, first) }

// Add stores one step of every environment: the actions act [N, A], their log-probabilities logp
// [N], and the result of the step.
func (r *Rollout) Add(act, logp []float32, res *env.Result) { r.parts[0].Add(act, logp, res) }

// pieceFloats is the largest number of floats in one piece from Acted or Observed. It limits the
// memory for observations that are stored as bytes.
const pieceFloats = 1 << 22

// Acted returns an iterator over the observations of all T·N steps, in pieces of consecutive
// rows. Each piece comes with the index of its first row. It is valid until the next piece.
func (r *Rollout) Acted() iter.Seq2[int, []float32] {
	return func(yield func(int, []float32) bool) { r.parts[0].pieces(&r.obs, 0, 0, r.T*r.N, yield) }
}

// Observed returns an iterator over all observations, in pieces of consecutive rows: the
// observations of all steps, the observations after the last step, and the final observations of
// truncated episodes. The critic must compute V of all of them. Each piece comes with the index
// of its first row. It is valid until the next piece.
func (r *Rollout) Observed() iter.Seq2[int, []float32] {
	return func(yield func(int, []float32) bool) {
		for _, p := range r.parts {
			for from, obs := range p.Observed() {
				if !yield(from, obs) {
					return
				}
			}
		}
	}
}

// Values returns the slice Value, with one element for each observation from Observed. The agent
// must write V to it.
func (r *Rollout) Values() []float32 {
	n := r.obs.n
	for _, p := range r.parts {
		n += p.final.n
	}
	r.Value = f32.Grow(r.Value, n)
	return r.Value
}

// Advantages writes the generalised advantage estimates Â of a full rollout to Advantage, and the
// targets Â + V of the critic to Return. Value must be filled. For a truncated episode it
// bootstraps from V of the final observation. For a terminated episode it does not bootstrap.
func (r *Rollout) Advantages(gamma, lambda float32) {
	r.bootstrap()
	loss.GAE(r.Advantage, r.Reward, r.Value, r.next, r.Done, r.N, gamma, lambda)
	f32.Add(r.Return, r.Advantage, r.Value[:len(r.Return)])
}

// VTrace is Advantages for a rollout that another policy μ has collected: it writes the V-trace
// targets to Return, and the advantages of their policy gradient to Advantage. LogProb has log μ,
// and the argument logRatio [T·N] has log π(a|s) - log μ(a|s) for the current policy π.
func (r *Rollout) VTrace(v loss.VTrace, logRatio []float32) {
	r.bootstrap()
	v.Estimate(r.Return, r.Advantage, logRatio, r.Reward, r.Value[:len(r.Return)], r.next, r.Done, r.N)
}

// bootstrap computes V of the next observation of each step.
func (r *Rollout) bootstrap() {
	copy(r.next, r.Value[r.N:(r.T+1)*r.N])
	for k, terminal := range r.Terminal {
		r.next[k] *= 1 - terminal
	}
	f := r.obs.n
	for _, p := range r.parts {
		final := p.finalValues
		if r.sequences.memory == 0 {
			final = r.Value[f : f+len(p.ended)]
			f += len(p.ended)
		}
		for i, k := range p.ended {
			r.next[k] = final[i]
		}
	}
}

// bit returns 1 for true and 0 for false.
func bit(b bool) float32 {
	if b {
		return 1
	}
	return 0
}
