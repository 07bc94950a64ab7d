// Package replay stores experience for agents to learn from: a Rollout for
// those that learn from what their present policy did.
package replay

import (
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// A Rollout is T steps of N environments, in the order they happened: row t·N+i
// is environment i at step t. An on-policy agent fills it, learns, refills it.
//
// Each observation is stored once. What step t led to is row (t+1)·N+i of Obs.
// Where the episode ended that row is the next one's first observation; if it
// was cut off, what it was cut off at is one of the final rows behind those. So
// a critic that runs over Obs has run on all there is to value.
type Rollout struct {
	N, T     int
	Obs      []float32 // [(T+1)·N+F, O] the last F rows are the final ones
	Final    []int     // [F] the step t·N+i that each final row ended
	Act      []float32 // [T·N, A]
	Reward   []float32 // [T·N]
	Terminal []float32 // [T·N] 1 after a terminal state
	Done     []float32 // [T·N] 1 after the end of an episode
	t, row   int       // steps taken; floats in N observations
}

// NewRollout returns an empty Rollout of t steps of n environments, which begin
// at the observations obs [N, O]. It keeps a copy of them.
func NewRollout(spec env.Spec, t, n int, obs []float32) *Rollout {
	f := func(k int) []float32 { return make([]float32, k*n) }
	r := &Rollout{
		N: n, T: t, row: n * spec.Obs.Size(), Obs: f((t + 1) * spec.Obs.Size()),
		Act: f(t * spec.Act.Size()), Reward: f(t), Terminal: f(t), Done: f(t),
	}
	if spec.MaxSteps > 0 { // room for the final rows of time limits
		f := n * (t/spec.MaxSteps + 1)
		r.Obs, r.Final = slices.Grow(r.Obs, f*spec.Obs.Size()), make([]int, 0, f)
	}
	copy(r.Obs, obs)
	return r
}

// Now is what to act on next, [N, O]. It is part of Obs.
func (r *Rollout) Now() []float32 { return r.Obs[r.t*r.row : (r.t+1)*r.row] }

// Steps is what was acted on, [T·N, O]: Obs without what came after.
func (r *Rollout) Steps() []float32 { return r.Obs[:r.T*r.row] }

// Add appends one step: the actions [N, A] and what came of them. After the
// T-th it begins anew.
func (r *Rollout) Add(act []float32, res *env.Result) {
	if r.t == r.T {
		r.begin(r.Now())
	}
	copy(r.Act[r.t*len(act):], act)
	copy(r.Obs[(r.t+1)*r.row:], res.Obs)
	o := r.row / r.N
	for i, reward := range res.Reward {
		k := r.t*r.N + i
		r.Reward[k], r.Terminal[k], r.Done[k] = float32(reward), bit(res.Terminated[i]), bit(res.Done(i))
		if res.Done(i) && !res.Terminated[i] {
			r.Obs = append(r.Obs, res.Next[i*o:(i+1)*o]...)
			r.Final = append(r.Final, k)
		}
	}
	r.t++
}

func (r *Rollout) begin(obs []float32) {
	copy(r.Obs, obs)
	r.Obs, r.Final, r.t = r.Obs[:(r.T+1)*r.row], r.Final[:0], 0
}

// Next writes V(s') of each step to next [T·N], given value, V of each row of
// Obs. It is 0 after a terminal state, and after a cut-off V of the final row.
// The rollout must be full.
func (r *Rollout) Next(next, value []float32) {
	copy(next, value[r.N:(r.T+1)*r.N])
	for k, terminal := range r.Terminal {
		next[k] *= 1 - terminal
	}
	for f, k := range r.Final {
		next[k] = value[(r.T+1)*r.N+f]
	}
}

// State visits what to act on next: between iterations there is no more to keep.
func (r *Rollout) State(s *state.State) {
	if s.Floats("rollout/now", r.Now()); s.Loading() {
		r.begin(r.Now())
	}
}

func bit(b bool) float32 {
	if b {
		return 1
	}
	return 0
}
