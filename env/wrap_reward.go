package env

import "github.com/rlrun/rlrun/env/state"

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

// Spec returns the Spec of the environment within, its threshold scaled too.
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

// TransformReward puts every reward through F, a function without a memory.
type TransformReward struct {
	within
	F func(reward float64) float64
}

var _ Wrapper = TransformReward{}

// NewTransformReward returns e with rewards through f.
func NewTransformReward(e Env, f func(reward float64) float64) TransformReward {
	return TransformReward{within{Env: e}, f}
}

// NewClipReward returns e with rewards brought between low and high.
func NewClipReward(e Env, low, high float64) TransformReward {
	return NewTransformReward(e, func(reward float64) float64 { return min(max(reward, low), high) })
}

// Spec returns the Spec of the environment within, without its threshold.
func (w TransformReward) Spec() Spec {
	s := w.Env.Spec()
	s.RewardThreshold = nil
	return s
}

// Step steps the environment within and transforms its reward.
func (w TransformReward) Step(act, obs []float32) Outcome {
	out := w.Env.Step(act, obs)
	out.Reward = w.F(out.Reward)
	return out
}
