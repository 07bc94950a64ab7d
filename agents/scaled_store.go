package agents

import (
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/replay"
)

// A scaledStore is a replay.Recorder that keeps the environments' own rewards and normalises them
// when they are sampled, with the current standard deviation. Stable-Baselines3's replay buffer
// does the same with VecNormalize.
type scaledStore struct {
	replay.Recorder
	scale *rewardScale
}

// At returns the step in a row, with its reward normalised.
func (s scaledStore) At(row int) replay.Step {
	step := s.Recorder.At(row)
	step.Reward = s.scale.scaled(step.Reward)
	return step
}

// scaled returns a reward divided by the current standard deviation of G, and clipped.
func (r *rewardScale) scaled(reward float32) float32 {
	return float32(min(max(float64(reward)*r.moments.Scale(0), -r.clip), r.clip))
}

// observe updates the discounted sums and their moments with the rewards of a step.
func (r *rewardScale) observe(res *env.Result) {
	for i, reward := range res.Reward {
		r.discountedSum[i] = float64(r.gamma*r.discountedSum[i]) + float64(float32(reward))
	}
	r.moments.Add(r.discountedSum)
	for i := range r.discountedSum {
		if res.Done(i) {
			r.discountedSum[i] = 0
		}
	}
}
