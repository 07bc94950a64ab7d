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
	Obs        bool    `yaml:"norm_obs"`    // observations of running mean 0 and variance 1, which the policy then sees for ever
	Reward     bool    `yaml:"norm_reward"` // rewards by the running deviation of their discounted sum
	ClipObs    float32 `yaml:"clip_obs"`    // what is normalised is cut off at this distance from 0
	ClipReward float32 `yaml:"clip_reward"`
}

// DefaultNormalize normalises nothing.
func DefaultNormalize() Normalize { return Normalize{ClipObs: 10, ClipReward: 10} }

func (n *Normalize) rules() []rule {
	return []rule{
		{n.ClipObs > 0, "normalize.clip_obs", n.ClipObs, "more than 0"},
		{n.ClipReward > 0, "normalize.clip_reward", n.ClipReward, "more than 0"},
	}
}

// around returns v as n says, and the Normalizer of its observations; nil if they
// stay as they are.
func (n *Normalize) around(v env.Vector, gamma float32) (env.Vector, *policy.Normalizer, error) {
	if !n.Obs && !n.Reward {
		return v, nil, nil
	}
	space := v.Spec().Obs
	if _, ok := space.(env.Box); n.Obs && !ok {
		return nil, nil, fmt.Errorf("normalize.norm_obs of observations that are %s, want a Box of numbers", env.Describe(space))
	}
	res := env.NewResult(v.Len(), space.Size())
	w := &normalizing{Vector: v, res: res, scaled: res.Reward}
	if n.Obs {
		w.obs = policy.NewNormalizer(space.Size(), n.ClipObs)
	}
	if n.Reward {
		w.rewards = newRewardScale(v.Len(), float64(gamma), float64(n.ClipReward))
	}
	return w, w.obs, nil
}

// normalizing is a Vector whose Results are normalised.
type normalizing struct {
	env.Vector
	obs     *policy.Normalizer // nil to leave them as they are
	rewards *rewardScale       // likewise
	scaled  []float64          // [N] normalised rewards
	res     *env.Result
}

// Reset begins all episodes, and with them the discounted sums of their rewards.
func (v *normalizing) Reset(seed uint64) (*env.Result, error) {
	res, err := v.Vector.Reset(seed)
	if err != nil {
		return nil, err
	}
	if v.rewards != nil {
		clear(v.rewards.sum)
	}
	return v.result(res, res.Reward), nil
}

// Step steps the environments.
func (v *normalizing) Step(act []float32) (*env.Result, error) {
	res, err := v.Vector.Step(act)
	if err != nil {
		return nil, err
	}
	reward := res.Reward
	if v.rewards != nil {
		v.rewards.normalize(v.scaled, res)
		reward = v.scaled
	}
	return v.result(res, reward), nil
}

// result returns r with normalised observations and the given rewards.
func (v *normalizing) result(r *env.Result, reward []float64) *env.Result {
	obs, next := v.res.Obs, v.res.Next
	*v.res = *r
	v.res.Reward = reward
	if v.obs != nil {
		v.obs.Observe(r.Obs)
		v.obs.Apply(obs, r.Obs)
		v.obs.Apply(next, r.Next)
		v.res.Obs, v.res.Next = obs, next
	}
	return v.res
}

// State visits the environments and what has been seen of them.
func (v *normalizing) State(s *state.State) {
	v.Vector.State(s)
	if v.obs != nil {
		v.obs.State(s)
	}
	if v.rewards != nil {
		v.rewards.State(s)
	}
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

// normalize counts the rewards of a step and writes them, normalised, to dst [N].
func (r *rewardScale) normalize(dst []float64, res *env.Result) {
	for i, reward := range res.Reward {
		r.sum[i] = float64(r.gamma*r.sum[i]) + reward
	}
	r.seen.Add(r.sum)
	k := r.seen.Scale(0)
	for i, reward := range res.Reward {
		dst[i] = min(max(reward*k, -r.clip), r.clip)
		if res.Done(i) {
			r.sum[i] = 0
		}
	}
}

// State visits the sums and what has been seen of them.
func (r *rewardScale) State(s *state.State) {
	s.Doubles("rewards/sum", r.sum)
	r.seen.State(s)
}
