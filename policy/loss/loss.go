// Package loss has the loss functions and objectives of the papers, in the papers' notation.
//
// Most functions take columns [B, 1] on a tape and return a scalar on the same tape. E[·] is the
// mean over the B rows. [Clipped] and [PolicyGradient] are objectives, which an agent maximises;
// the other functions on a tape return losses, which an agent minimises. [GAE] and
// [ApproximateKL] work on slices, without a tape.
//
// For example, this adds the gradient of PPO's loss to the gradients of the actor's parameters:
//
//	ratio := logp.Sub(oldLogp).Exp()
//	l := loss.Clipped(ratio, adv, 0.2).Neg()
//	l.Backward()
package loss

import "github.com/rlrun/rlrun/policy/tape"

// Clipped returns PPO's clipped surrogate objective, which an agent maximises. Schulman et al.
// 2017, arXiv:1707.06347, eq. 7:
//
//	L(θ) = E[min(r Â, clip(r, 1-ε, 1+ε) Â)]  with  r = π_θ(a|s) / π_old(a|s)
func Clipped(r, adv *tape.Var, epsilon float32) *tape.Var {
	return r.Mul(adv).Min(r.Clip(1-epsilon, 1+epsilon).Mul(adv)).Mean()
}

// PolicyGradient returns E[log π(a|s) Â], which an agent maximises. The gradient of this
// objective is the policy gradient. Sutton et al. 2000, "Policy gradient methods for
// reinforcement learning with function approximation", theorem 1; Williams 1992.
func PolicyGradient(logp, adv *tape.Var) *tape.Var { return logp.Mul(adv).Mean() }

// ApproximateKL returns an estimate of KL(π_old ‖ π), the Kullback-Leibler divergence between
// π_old, the policy that acted, and π, the current policy. The estimate is E[(r - 1) - log r].
// ratio has r = π(a|s) / π_old(a|s) for each action of the rollout, and logRatio has log r.
// Schulman 2020, "Approximating KL divergence", the estimator k₃.
func ApproximateKL(logRatio, ratio []float32) float64 {
	var kl float64
	for i, r := range ratio {
		kl += float64(r) - 1 - float64(logRatio[i])
	}
	return kl / float64(len(ratio))
}

// Squared returns the mean squared error E[(y - x)²]. No gradient goes to the target y.
func Squared(x, y *tape.Var) *tape.Var { return x.Sub(y.Detach()).Square().Mean() }

// WeightedSquared returns E[w (y - x)²] for constant weights w. No gradient goes to the target y.
func WeightedSquared(x, y, w *tape.Var) *tape.Var {
	return x.Sub(y.Detach()).Square().Mul(w).Mean()
}

// ClippedSquared returns the squared error of a value x whose change is clipped to [-ε, ε]. old
// is the value before the update:
//
//	E[(y - old - clip(x - old, -ε, ε))²]
//
// No gradient goes to the target y. The PPO paper does not clip values; the formula comes from
// Stable-Baselines3.
func ClippedSquared(x, old, y *tape.Var, epsilon float32) *tape.Var {
	return Squared(x.Sub(old).Clip(-epsilon, epsilon).Add(old), y)
}

// Huber returns E[h(x - y)], with h(d) = d²/2 for |d| ≤ delta and h(d) = delta (|d| - delta/2)
// for larger |d|. The derivative of h is d, clipped to [-delta, delta]. Huber 1964, "Robust
// estimation of a location parameter"; the error clipping of DQN is the same as delta = 1. No
// gradient goes to the target y.
func Huber(x, y *tape.Var, delta float32) *tape.Var { return huber(x, y, delta).Mean() }

// WeightedHuber returns E[w h(x - y)], with h as in Huber, for constant weights w. No gradient
// goes to the target y.
func WeightedHuber(x, y, w *tape.Var, delta float32) *tape.Var {
	return huber(x, y, delta).Mul(w).Mean()
}

// huber returns h(x - y) element by element.
func huber(x, y *tape.Var, delta float32) *tape.Var {
	d := x.Sub(y.Detach())
	clipped := d.Clip(-delta, delta) // h = clipped · (d - clipped/2); it is d²/2 for |d| ≤ delta
	return clipped.Mul(d.Sub(clipped.Scale(0.5)))
}

// CrossEntropy returns E[-log p(k)]. p is the softmax of each row of logits [B, K], and k [B] has
// the class of each row, an index from 0 to K-1.
func CrossEntropy(logits *tape.Var, k []float32) *tape.Var {
	return logits.LogSoftmax().At(k).Mean().Neg()
}
