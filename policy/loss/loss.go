// Package loss has the objectives of the papers, each a pure function of
// columns [B, 1] on a tape, written as the paper writes it.
package loss

import "github.com/rlrun/rlrun/policy/tape"

// Clipped is PPO's clipped surrogate objective, which is to be maximised.
// Schulman et al. 2017, arXiv:1707.06347, eq. 7:
//
//	L(θ) = E[min(r Â, clip(r, 1-ε, 1+ε) Â)]  with  r = π_θ(a|s) / π_old(a|s)
func Clipped(r, adv *tape.Var, epsilon float32) *tape.Var {
	return r.Mul(adv).Min(r.Clip(1-epsilon, 1+epsilon).Mul(adv)).Mean()
}

// PolicyGradient is E[log π(a|s) Â], which is to be maximised: its gradient is that
// of the expected return. Sutton et al. 2000, "Policy gradient methods for
// reinforcement learning with function approximation", theorem 1; Williams 1992.
func PolicyGradient(logp, adv *tape.Var) *tape.Var { return logp.Mul(adv).Mean() }

// ApproximateKL returns an estimate of the Kullback-Leibler divergence of a policy from
// the one that acted, E[(r - 1) - log r], given log r and r of the actions: Schulman
// 2020, "Approximating KL divergence", the estimator k₃.
func ApproximateKL(logRatio, ratio []float32) float64 {
	var kl float64
	for i, r := range ratio {
		kl += float64(r) - 1 - float64(logRatio[i])
	}
	return kl / float64(len(ratio))
}

// Squared is the mean squared error, E[(y - x)²]. No gradient reaches y.
func Squared(x, y *tape.Var) *tape.Var { return x.Sub(y.Detach()).Square().Mean() }

// WeightedSquared is E[w (y - x)²], for constant weights w. No gradient reaches y.
func WeightedSquared(x, y, w *tape.Var) *tape.Var {
	return x.Sub(y.Detach()).Square().Mul(w).Mean()
}

// ClippedSquared is Squared for an x that counts as no further than epsilon
// from old, its value before the update. The paper does not clip values; this is
// Stable-Baselines3's form:
//
//	E[(y - old - clip(x - old, -ε, ε))²]
func ClippedSquared(x, old, y *tape.Var, epsilon float32) *tape.Var {
	return Squared(x.Sub(old).Clip(-epsilon, epsilon).Add(old), y)
}

// Huber is E[h(x - y)] with h(d) = d²/2 where |d| ≤ delta, and elsewhere
// delta (|d| - delta/2): its slope is d, and never more than delta. Huber 1964,
// "Robust estimation of a location parameter"; DQN's error clipping is delta = 1.
// No gradient reaches y.
func Huber(x, y *tape.Var, delta float32) *tape.Var { return huber(x, y, delta).Mean() }

// WeightedHuber is E[w h(x - y)], for constant weights w.
func WeightedHuber(x, y, w *tape.Var, delta float32) *tape.Var {
	return huber(x, y, delta).Mul(w).Mean()
}

func huber(x, y *tape.Var, delta float32) *tape.Var {
	d := x.Sub(y.Detach())
	near := d.Clip(-delta, delta) // h = near (d - near/2): near²/2 inside, where near is d
	return near.Mul(d.Sub(near.Scale(0.5)))
}

// CrossEntropy is E[-log p(k)], p the softmax of a row of logits [B, K], for k, a
// column of B whole numbers, 0 … K-1.
func CrossEntropy(logits *tape.Var, k []float32) *tape.Var {
	return logits.LogSoftmax().At(k).Mean().Neg()
}
