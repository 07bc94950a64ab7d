package loss

import "math"

// VTrace has the settings of V-trace: Espeholt et al. 2018, arXiv:1802.01561, section 4.1.
type VTrace struct {
	Gamma    float32 // discount γ
	Lambda   float32 // λ of remark 2, a factor of each c; 1 is the paper's target
	RhoBar   float32 // ρ̄: largest importance weight of a TD error; it decides which policy's values are learned
	CBar     float32 // c̄: largest importance weight by which later TD errors are counted; it only changes the speed of learning
	PGRhoBar float32 // largest importance weight in the policy gradient; the paper's is ρ̄
}

// Estimate writes the V-trace targets of a [T, N] rollout to target, and the advantages of the
// policy gradient to adv. The paper's eq. 1 is computed backwards from the last step, as in its
// remark 1. The advantages are the factor of ∇ log π in its section 4.2, which follows from eq. 4:
//
//	w_t = π(a_t|s_t) / μ(a_t|s_t),  ρ_t = min(ρ̄, w_t),  c_t = λ min(c̄, w_t)
//	δ_t = ρ_t (r_t + γ V(s_{t+1}) - V(s_t))
//	v_t = V(s_t) + δ_t + γ c_t (v_{t+1} - V(s_{t+1}))
//	Â_t = ρ_t (r_t + γ v_{t+1} - V(s_t))
//
// logRatio has log w_t. next has V(s_{t+1}), which must be 0 if s_{t+1} is terminal. done is 1 at
// the last step of a terminated or truncated episode: there, and after the last step of the
// rollout, v_{t+1} is V(s_{t+1}). All slices are [T, N], row-major. No gradient goes through the
// results: they are numbers.
func (v VTrace) Estimate(target, adv, logRatio, reward, value, next, done []float32, n int) {
	for i := len(target) - 1; i >= 0; i-- {
		w := float32(math.Exp(float64(logRatio[i])))
		nextTarget, later := next[i], float32(0) // v_{t+1}, and v_{t+1} - V(s_{t+1})
		if i+n < len(target) && done[i] == 0 {
			nextTarget = target[i+n]
			later = nextTarget - next[i]
		}
		delta := min(v.RhoBar, w) * (reward[i] + float32(v.Gamma*next[i]) - value[i])
		target[i] = value[i] + float32(delta) + float32(float32(v.Gamma*v.Lambda)*float32(min(v.CBar, w)*later))
		adv[i] = min(v.PGRhoBar, w) * (reward[i] + float32(v.Gamma*nextTarget) - value[i])
	}
}
