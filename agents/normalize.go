package agents

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
)

// Normalize has the settings that normalise observations and rewards before an agent learns from
// them. The names are the same as in Stable-Baselines3's VecNormalize. The returns of episodes and
// evaluations are sums of the environments' own rewards, which are not normalised.
type Normalize struct {
	Obs        bool    `yaml:"norm_obs"`    // scale observations to running mean 0 and variance 1; the policy keeps these moments
	Reward     bool    `yaml:"norm_reward"` // divide rewards by the running standard deviation of their discounted sum
	ClipObs    float32 `yaml:"clip_obs"`    // largest absolute value of a normalised observation; larger values are clipped
	ClipReward float32 `yaml:"clip_reward"` // largest absolute value of a normalised reward; larger values are clipped
}

// DefaultNormalize returns settings that normalise nothing.
func DefaultNormalize() Normalize { return Normalize{ClipObs: 10, ClipReward: 10} }

// rules returns the conditions on the settings.
func (n *Normalize) rules() []rule {
	return []rule{
		{n.ClipObs > 0, "normalize.clip_obs", n.ClipObs, "more than 0"},
		{n.ClipReward > 0, "normalize.clip_reward", n.ClipReward, "more than 0"},
	}
}

// obsNormalizer returns a Normalizer of observations in space, or nil if Obs is false.
func (n *Normalize) obsNormalizer(space env.Space) (*policy.Normalizer, error) {
	if !n.Obs {
		return nil, nil
	}
	m, err := policy.NewNormalizer(space, n.ClipObs)
	if err != nil {
		return nil, fmt.Errorf("normalize.%w", err)
	}
	return m, nil
}

// rewardScale returns a normaliser of the rewards of envs environments, or nil if Reward is false.
func (n *Normalize) rewardScale(envs int, gamma float32) *rewardScale {
	if !n.Reward {
		return nil
	}
	return newRewardScale(envs, float64(gamma), float64(n.ClipReward))
}

// A rewardScale normalises rewards as Stable-Baselines3's VecNormalize does: it divides them by
// the running standard deviation of their discounted sum G_t = γ G_{t-1} + r_t, and clips the
// result to [-clip, clip]. The last reward of an episode is added to the episode's sum. The next
// episode's sum starts at 0, after a termination and after a truncation. Gymnasium's
// NormalizeReward for one environment differs: it resets the sum before it adds a terminal
// reward, and it does not reset the sum after a truncation.
type rewardScale struct {
	gamma, clip   float64
	discountedSum []float64       // [N] G of each environment's running episode
	moments       *policy.Moments // running mean and variance of G
}

// newRewardScale returns a rewardScale for n environments.
func newRewardScale(n int, gamma, clip float64) *rewardScale {
	return &rewardScale{gamma, clip, make([]float64, n), policy.NewMoments(1)}
}

// normalize updates the sums with the rewards [T, N] of T steps and normalises the rewards in
// place. done [T, N] is 1 where an episode ended, else 0.
func (r *rewardScale) normalize(reward, done []float32) {
	for n := len(r.discountedSum); len(reward) > 0; reward, done = reward[n:], done[n:] {
		for i := range n {
			r.discountedSum[i] = float64(r.gamma*r.discountedSum[i]) + float64(reward[i])
		}
		r.moments.Add(r.discountedSum)
		k := r.moments.Scale(0)
		for i := range n {
			reward[i] = float32(min(max(float64(reward[i])*k, -r.clip), r.clip))
			if done[i] != 0 {
				r.discountedSum[i] = 0
			}
		}
	}
}

// State saves or loads the discounted sums and their moments. A nil rewardScale has no state.
func (r *rewardScale) State(s *state.State) {
	if r == nil {
		return
	}
	s.Section("reward-scale", 1)
	s.Doubles("rewards/sum", r.discountedSum)
	r.moments.State(s)
}
