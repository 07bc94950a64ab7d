package env

import (
	"fmt"

	"github.com/rlrun/rlrun/env/state"
)

// A Wrapper is an Env around another. Its State visits what the wrapper itself
// holds and then calls StateOf(Unwrap(), s), so that As never mistakes the
// inner environment's state for the whole. It keeps nothing across episodes.
type Wrapper interface {
	Snapshotter
	Unwrap() Env
}

// Snapshots reports whether e and all it wraps are Snapshotters.
func Snapshots(e Env) bool {
	for {
		if w, ok := e.(Wrapper); ok {
			e = w.Unwrap()
			continue
		}
		_, ok := e.(Snapshotter)
		return ok
	}
}

// StateOf visits the state of e, which a Wrapper calls on what it wraps.
// Where e has none, s fails: see Snapshots.
func StateOf(e Env, s *state.State) {
	if sn, ok := e.(Snapshotter); ok {
		sn.State(s)
	} else {
		s.Fail(fmt.Errorf("env: %T is no Snapshotter", e))
	}
}

// ScaleReward multiplies every reward by K.
type ScaleReward struct {
	Env
	K float64
}

var _ Wrapper = ScaleReward{}

// Unwrap returns the environment within.
func (w ScaleReward) Unwrap() Env { return w.Env }

// State visits the environment within.
func (w ScaleReward) State(s *state.State) { StateOf(w.Env, s) }

// Spec is that of the environment within, its threshold scaled too.
func (w ScaleReward) Spec() Spec {
	s := w.Env.Spec()
	if s.RewardThreshold != nil {
		s.RewardThreshold = new(w.K * *s.RewardThreshold)
	}
	return s
}

// Step steps the environment within and scales its reward.
func (w ScaleReward) Step(act, obs []float32) Outcome {
	out := w.Env.Step(act, obs)
	out.Reward *= w.K
	return out
}

// StickyAction repeats the previous action with probability P instead of the
// one given. Machado et al. 2018, "Revisiting the Arcade Learning Environment",
// arXiv:1709.06009, section 5.2.
type StickyAction struct {
	Env
	P    float64
	rng  Rand
	last []float32 // the action taken last, [A]
	held int       // 1 once there is one
}

var _ Wrapper = (*StickyAction)(nil)

// NewStickyAction returns e with actions that stick with probability p.
func NewStickyAction(e Env, p float64) *StickyAction {
	return &StickyAction{Env: e, P: p, last: make([]float32, e.Spec().Act.Size())}
}

// Unwrap returns the environment within.
func (w *StickyAction) Unwrap() Env { return w.Env }

// Reset starts an episode in which there is nothing to repeat yet.
func (w *StickyAction) Reset(seed uint64, obs []float32) {
	w.rng.Seed(Split(seed, 0))
	w.held = 0
	clear(w.last)
	w.Env.Reset(Split(seed, 1), obs)
}

// Step gives the environment within act, or the action before it.
func (w *StickyAction) Step(act, obs []float32) Outcome {
	if w.held == 0 || w.rng.Float64() >= w.P {
		copy(w.last, act)
		w.held = 1
	}
	return w.Env.Step(w.last, obs)
}

// State visits the generator, the previous action and the environment within.
func (w *StickyAction) State(s *state.State) {
	w.rng.State(s)
	s.Floats("sticky/last", w.last)
	s.Int("sticky/held", &w.held, 1)
	StateOf(w.Env, s)
}
