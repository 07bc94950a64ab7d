package loss_test

import (
	"fmt"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy/loss"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/replay"
)

// column returns a parameter [B, 1].
func column(x ...float32) *tape.Param {
	p := tape.NewParam("x", len(x), 1)
	copy(p.Value, x)
	return p
}

// TestClipped checks min(r Â, clip(r, 0.8, 1.2) Â) for single rows and ε = 0.2. The derivative
// with respect to r is 0 if r is outside the clip range and the clipped term is smaller.
// Otherwise it is Â.
func TestClipped(t *testing.T) {
	for _, tc := range []struct {
		what         string
		r, adv       float32
		value, slope float64
	}{
		{"better, inside", 1.1, 2, 2.2, 2},
		{"better, above: clipped", 1.5, 2, 2.4, 0},
		{"better, below: not clipped", 0.5, 2, 1, 2},
		{"worse, inside", 0.9, -2, -1.8, -2},
		{"worse, above: not clipped", 1.5, -2, -3, -2},
		{"worse, below: clipped", 0.5, -2, -1.6, 0},
		{"no advantage", 1.5, 0, 0, 0},
	} {
		tp, r, adv := tape.New(), column(tc.r), column(tc.adv)
		l := loss.Clipped(tp.Param(r), tp.Const(adv.Value, 1), 0.2)
		l.Backward()
		golden.Near(t, tc.what+": value", l.Value, tc.value)
		golden.Near(t, tc.what+": slope", r.Grad, tc.slope)
	}
	// The objective is the mean of the six rows: (2.2 + 2.4 + 1 - 1.8 - 3 - 1.6) / 6.
	r, tp := column(1.1, 1.5, 0.5, 0.9, 1.5, 0.5), tape.New()
	l := loss.Clipped(tp.Param(r), tp.Const([]float32{2, 2, 2, -2, -2, -2}, 6), 0.2)
	l.Backward()
	golden.Near(t, "mean", l.Value, -0.8/6)
	golden.Near(t, "slopes", r.Grad, 2./6, 0, 2./6, -2./6, -2./6, 0)
}

// TestSquared checks the value ((3-1)² + (5-8)²) / 2 by hand, and the derivative (x-y) · 2/2 with
// respect to x. The target y has no gradient.
func TestSquared(t *testing.T) {
	x, y, tp := column(3, 5), column(1, 8), tape.New()
	l := loss.Squared(tp.Param(x), tp.Param(y))
	l.Backward()
	golden.Near(t, "Squared", l.Value, 6.5)
	golden.Near(t, "gradient of x", x.Grad, 2, -3)
	golden.Near(t, "gradient of y", y.Grad, 0, 0)
}

// TestClippedSquared checks values by hand for ε = 0.5 and old = 1. x = 1.2 is within the clip
// range. x = 3 is clipped to 1.5, and x = -3 to 0.5; for a clipped value the gradient is 0.
func TestClippedSquared(t *testing.T) {
	x, y, tp := column(1.2, 3, -3), column(2, 2, 2), tape.New()
	l := loss.ClippedSquared(tp.Param(x), tp.Const([]float32{1, 1, 1}, 3), tp.Param(y), 0.5)
	l.Backward()
	golden.Near(t, "ClippedSquared", l.Value, (0.8*0.8+0.5*0.5+1.5*1.5)/3)
	golden.Near(t, "gradient of x", x.Grad, -2*0.8/3, 0, 0)
	golden.Near(t, "gradient of y", y.Grad, 0, 0, 0)
}

// An estimate has recorded advantages and returns.
type estimate struct{ Advantages, Returns, Rewards []float64 }

// A rollout is a recorded rollout of one environment. See testdata/README.md.
type rollout struct {
	Gamma, Lambda         float32
	Rewards, Values       []float32
	Next                  []float32 `json:"next_values"`
	Terminated, Truncated []float32
	GAE                   estimate
	SB3                   estimate  `json:"gae_sb3"`
	CleanRL               estimate  `json:"gae_truncation_as_termination"`
	TDLambda              []float64 `json:"td_lambda_returns"`
	Discounted            []float64
	NoBootstrap           []float64 `json:"discounted_no_bootstrap"`
	TD0                   []float64
}

// gae returns the advantages, and the returns: advantages plus values.
func (r rollout) gae(reward, value, next []float32, lambda float32) (adv, ret []float32) {
	done := make([]float32, len(reward))
	for i := range done {
		done[i] = max(r.Terminated[i], r.Truncated[i])
	}
	adv, ret = make([]float32, len(reward)), make([]float32, len(reward))
	loss.GAE(adv, reward, value, next, done, 1, r.Gamma, lambda)
	for i := range ret {
		ret[i] = adv[i] + value[i]
	}
	return adv, ret
}

// without returns a copy of r.Next with 0 in each row in which one of the columns is 1.
func (r rollout) without(columns ...[]float32) []float32 {
	next := append([]float32(nil), r.Next...)
	for i := range next {
		for _, c := range columns {
			next[i] *= 1 - c[i]
		}
	}
	return next
}

// TestGAE compares GAE with references for several conventions. The argument next decides where
// GAE bootstraps, and λ chooses between one-step targets and full returns.
func TestGAE(t *testing.T) {
	var rollouts []rollout
	golden.Read(t, "testdata/returns.json.gz", &rollouts)
	for i, r := range rollouts {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			next, zeros := r.without(r.Terminated), make([]float32, len(r.Next))
			adv, ret := r.gae(r.Rewards, r.Values, next, r.Lambda)
			golden.Near(t, "advantages", adv, r.GAE.Advantages...)
			golden.Near(t, "returns", ret, r.GAE.Returns...)
			golden.Near(t, "TD(λ) returns", ret, r.TDLambda...)

			adv, ret = r.gae(r.Rewards, r.Values, r.without(r.Terminated, r.Truncated), r.Lambda)
			golden.Near(t, "advantages, truncation as termination", adv, r.CleanRL.Advantages...)
			golden.Near(t, "returns, truncation as termination", ret, r.CleanRL.Returns...)

			_, ret = r.gae(r.Rewards, r.Values, next, 1)
			golden.Near(t, "discounted returns", ret, r.Discounted...)
			_, ret = r.gae(r.Rewards, zeros, zeros, 1)
			golden.Near(t, "discounted returns without bootstrapping", ret, r.NoBootstrap...)
			_, ret = r.gae(r.Rewards, r.Values, next, 0)
			golden.Near(t, "one-step targets", ret, r.TD0...)

			reward := make([]float32, len(r.Rewards)) // here the reward includes the bootstrap value, and next does not
			for i, x := range r.SB3.Rewards {
				reward[i] = float32(x)
				next[i] *= 1 - r.Truncated[i]
			}
			adv, _ = r.gae(reward, r.Values, next, r.Lambda)
			golden.Near(t, "advantages, bootstrapped through the reward", adv, r.SB3.Advantages...)
		})
	}
}

// TestGAEByHand checks two environments and three steps by hand, for γ = λ = ½. The episode of
// the first environment does not end. The episode of the second environment ends with its second
// step.
//
//	first:  δ = 1 + ½·4 - 2, 0 + ½·6 - 4, 2 + ½·8 - 6 = 1, -1, 0;  Â = 1 + ¼·(-1), -1 + ¼·0, 0
//	second: δ = 1 + ½·2 - 1, 3 + 0 - 2, 1 + ½·5 - 3   = 1, 1, ½;   Â = 1 + ¼·1, 1, ½
func TestGAEByHand(t *testing.T) {
	adv := make([]float32, 6)
	loss.GAE(adv,
		[]float32{1, 1, 0, 3, 2, 1}, // rewards
		[]float32{2, 1, 4, 2, 6, 3}, // values
		[]float32{4, 2, 6, 0, 8, 5}, // next
		[]float32{0, 0, 0, 1, 0, 0}, // done
		2, 0.5, 0.5)
	golden.Near(t, "GAE", adv, 0.75, 1.25, -1, 1, 0, 0.5)
}

// TestTerminatedAndTruncated checks that a step that is both terminated and truncated does not
// bootstrap, and that a truncated step bootstraps from the final observation. The critic's value
// is equal to the observation, and γ = λ = 1.
func TestTerminatedAndTruncated(t *testing.T) {
	spec := env.Spec{Obs: env.NewBox(0, 100, 1), Act: env.Discrete{N: 2}}
	roll := replay.NewRollout(spec, 2, 2, false)
	none := []float32{0, 0}
	roll.Begin([]float32{1, 1}, nil, []bool{true, true})
	res := env.NewResult(2, 1)
	copy(res.Obs, []float32{2, 2})    // first observations of the next episodes
	copy(res.Next, []float32{10, 20}) // final observations of these episodes
	res.Terminated[0], res.Truncated[0], res.Truncated[1] = true, true, true
	roll.Add(none, none, res)
	res = env.NewResult(2, 1)
	copy(res.Obs, []float32{5, 6})
	copy(res.Next, res.Obs)
	roll.Add(none, none, res)

	value := roll.Values()
	for from, obs := range roll.Observed() {
		copy(value[from:], obs)
	}
	roll.Advantages(1, 1)
	golden.Near(t, "advantages", roll.Advantage, 0-1, 20-1, 5-2, 6-2)
}
