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
		return nil, nil, fmt.Errorf("normalize.norm_obs of observations of a %T, want a Box", space)
	}
	w := &normalizing{Vector: v, res: env.NewResult(v.Len(), space.Size())}
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
	res     *env.Result
}

func (v *normalizing) Reset(seed uint64) (*env.Result, error) { return v.result(v.Vector.Reset(seed)) }
func (v *normalizing) Step(act []float32) (*env.Result, error) {
	res, err := v.Vector.Step(act)
	if err == nil && v.rewards != nil {
		v.rewards.observe(res)
	}
	return v.result(res, err)
}

// result is r with what is normalised in place of what is not.
func (v *normalizing) result(r *env.Result, err error) (*env.Result, error) {
	if err != nil {
		return nil, err
	}
	own := *v.res // whose rows are not r's
	*v.res = *r
	v.res.Obs, v.res.Next, v.res.Reward = own.Obs, own.Next, own.Reward
	if v.obs == nil {
		v.res.Obs, v.res.Next = r.Obs, r.Next
	} else {
		v.obs.Observe(r.Obs)
		v.obs.Apply(v.res.Obs, r.Obs)
		v.obs.Apply(v.res.Next, r.Next)
	}
	if v.rewards == nil {
		v.res.Reward = r.Reward
	} else {
		v.rewards.apply(v.res.Reward, r.Reward)
	}
	return v.res, nil
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

// A rewardScale divides rewards by the running deviation of their discounted sum
// G_t = γ G_{t-1} + r_t, which a terminal state begins anew: Gymnasium's
// NormalizeReward, with VecNormalize's bounds.
type rewardScale struct {
	gamma, clip float64
	sum         []float64 // [N] G
	seen        *policy.Moments
}

func newRewardScale(n int, gamma, clip float64) *rewardScale {
	return &rewardScale{gamma, clip, make([]float64, n), policy.NewMoments(1)}
}

// observe takes a step's rewards into account.
func (r *rewardScale) observe(res *env.Result) {
	for i, reward := range res.Reward {
		if res.Terminated[i] {
			r.sum[i] = 0
		}
		r.sum[i] = float64(r.gamma*r.sum[i]) + reward
	}
	r.seen.Add(r.sum)
}

func (r *rewardScale) apply(dst, rewards []float64) {
	k := r.seen.Scale(0)
	for i, reward := range rewards {
		dst[i] = min(max(reward*k, -r.clip), r.clip)
	}
}

// State visits the sums and what has been seen of them.
func (r *rewardScale) State(s *state.State) {
	s.Doubles("rewards/sum", r.sum)
	r.seen.State(s)
}
