package env

import "github.com/rlrun/rlrun/env/state"

// A ScaleReward multiplies every reward by K.
type ScaleReward struct {
	Env
	K float64
}

var _ Wrapper = ScaleReward{}

// Unwrap returns the wrapped environment.
func (w ScaleReward) Unwrap() Env { return w.Env }

// State saves or loads the state of the wrapped environment.
func (w ScaleReward) State(s *state.State) { StateOf(w.Env, s) }

// Spec returns the Spec of the wrapped environment, with its threshold multiplied by K.
func (w ScaleReward) Spec() Spec {
	s := w.Env.Spec()
	if s.RewardThreshold != nil {
		s.RewardThreshold = new(w.K * *s.RewardThreshold)
	}
	return s
}

// Step steps the wrapped environment and scales its reward.
func (w ScaleReward) Step(act, obs []float32) Outcome {
	out := w.Env.Step(act, obs)
	out.Reward *= w.K
	return out
}

// A TransformReward replaces every reward r by F(r). F must depend on r alone.
type TransformReward struct {
	baseWrapper
	F func(reward float64) float64
}

var _ Wrapper = TransformReward{}

// NewTransformReward returns e with rewards f(r).
func NewTransformReward(e Env, f func(reward float64) float64) TransformReward {
	return TransformReward{baseWrapper{Env: e}, f}
}

// NewClipReward returns e with rewards clipped to [low, high].
func NewClipReward(e Env, low, high float64) TransformReward {
	return NewTransformReward(e, func(reward float64) float64 { return min(max(reward, low), high) })
}

// Spec returns the Spec of the wrapped environment, without its threshold.
func (w TransformReward) Spec() Spec {
	s := w.Env.Spec()
	s.RewardThreshold = nil
	return s
}

// Step steps the wrapped environment and transforms its reward.
func (w TransformReward) Step(act, obs []float32) Outcome {
	out := w.Env.Step(act, obs)
	out.Reward = w.F(out.Reward)
	return out
}
