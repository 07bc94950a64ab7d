package agents

import (
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/replay"
)

// A scaledStore is a Store of rewards as they were, which are divided by the scale that
// they have now when they are sampled, as Stable-Baselines3's replay buffer does with
// VecNormalize.
type scaledStore struct {
	replay.Recorder
	scale *rewardScale
}

// At returns a step with its reward scaled.
func (s scaledStore) At(row int) replay.Step {
	step := s.Recorder.At(row)
	step.Reward = s.scale.scaled(step.Reward)
	return step
}

// scaled returns a reward divided by the present deviation, and clipped.
func (r *rewardScale) scaled(reward float32) float32 {
	return float32(min(max(float64(reward)*r.seen.Scale(0), -r.clip), r.clip))
}

// observe counts the rewards of a step.
func (r *rewardScale) observe(res *env.Result) {
	for i, reward := range res.Reward {
		r.sum[i] = float64(r.gamma*r.sum[i]) + float64(float32(reward))
	}
	r.seen.Add(r.sum)
	for i := range r.sum {
		if res.Done(i) {
			r.sum[i] = 0
		}
	}
}
