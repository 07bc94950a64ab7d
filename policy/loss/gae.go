package loss

import "github.com/rlrun/rlrun/policy/f32"

// GAE writes the generalised advantage estimates of a [T, N] rollout to adv. Schulman et al.
// 2016, arXiv:1506.02438, eq. 16, computed backwards from the last step. The recursion follows
// from eqs. 11 and 12 of arXiv:1707.06347:
//
//	δ_t = r_t + γ V(s_{t+1}) - V(s_t)
//	Â_t = δ_t + γλ Â_{t+1}
//
// next has V(s_{t+1}), which must be 0 if s_{t+1} is terminal. done is 1 at the last step of a
// terminated or truncated episode, and Â_{t+1} is 0 there. All slices are [T, N], row-major.
func GAE(adv, reward, value, next, done []float32, n int, gamma, lambda float32) {
	f32.GAE(adv, reward, value, next, done, n, gamma, gamma*lambda)
}
