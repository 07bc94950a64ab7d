package agents

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy"
)

// Normalize says what an agent is shown of its environments, under the names of
// Stable-Baselines3's VecNormalize. Evaluations and episodes' returns have the
// rewards as they are.
type Normalize struct {
	Obs        bool    `yaml:"norm_obs"`    // scale observations to running mean 0 and variance 1; the policy keeps these moments
	Reward     bool    `yaml:"norm_reward"` // divide rewards by the running standard deviation of their discounted sum
	ClipObs    float32 `yaml:"clip_obs"`    // largest size of a normalised observation; larger ones are clipped
	ClipReward float32 `yaml:"clip_reward"` // largest size of a normalised reward; larger ones are clipped
}

// DefaultNormalize normalises nothing.
func DefaultNormalize() Normalize { return Normalize{ClipObs: 10, ClipReward: 10} }

func (n *Normalize) rules() []rule {
	return []rule{
		{n.ClipObs > 0, "normalize.clip_obs", n.ClipObs, "more than 0"},
		{n.ClipReward > 0, "normalize.clip_reward", n.ClipReward, "more than 0"},
	}
}

// observations returns the Normalizer of observations; nil if they stay as they are.
func (n *Normalize) observations(space env.Space) (*policy.Normalizer, error) {
	if !n.Obs {
		return nil, nil
	}
	m, err := policy.NewNormalizer(space, n.ClipObs)
	if err != nil {
		return nil, fmt.Errorf("normalize.%w", err)
	}
	return m, nil
}

// rewards returns the rewardScale of n environments; nil if rewards stay as they are.
func (n *Normalize) rewards(envs int, gamma float32) *rewardScale {
	if !n.Reward {
		return nil
	}
	return newRewardScale(envs, float64(gamma), float64(n.ClipReward))
}

// A rewardScale divides rewards by the running standard deviation of their
// discounted sum G_t = γ G_{t-1} + r_t and clips the quotient, as
// Stable-Baselines3's VecNormalize does. The last reward of an episode still counts
// towards its sum; the next episode's sum begins at 0, whether the episode was
// terminated or truncated. Gymnasium's NormalizeReward for one environment differs:
// it drops the sum before it adds a terminal reward, and keeps it after a truncation.
type rewardScale struct {
	gamma, clip float64
	sum         []float64 // [N] G
	seen        *policy.Moments
}

func newRewardScale(n int, gamma, clip float64) *rewardScale {
	return &rewardScale{gamma, clip, make([]float64, n), policy.NewMoments(1)}
}

// normalize counts the rewards [T, N] of T steps in their order, and replaces them by what
// they are normalised; done is 1 where an episode ended.
func (r *rewardScale) normalize(reward, done []float32) {
	for n := len(r.sum); len(reward) > 0; reward, done = reward[n:], done[n:] {
		for i := range n {
			r.sum[i] = float64(r.gamma*r.sum[i]) + float64(reward[i])
		}
		r.seen.Add(r.sum)
		k := r.seen.Scale(0)
		for i := range n {
			reward[i] = float32(min(max(float64(reward[i])*k, -r.clip), r.clip))
			if done[i] != 0 {
				r.sum[i] = 0
			}
		}
	}
}

// State visits the sums and what has been seen of them; nothing of a nil rewardScale.
func (r *rewardScale) State(s *state.State) {
	if r == nil {
		return
	}
	s.Section("reward-scale", 1)
	s.Doubles("rewards/sum", r.sum)
	r.seen.State(s)
}
