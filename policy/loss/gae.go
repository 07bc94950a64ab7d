package loss

import "github.com/rlrun/rlrun/policy/f32"

// GAE writes the generalised advantage estimates of a [T, N] rollout to adv.
// Schulman et al. 2016, arXiv:1506.02438, eq. 16, as the recursion that
// arXiv:1707.06347, eqs. 11 and 12, comes to when run backwards:
//
//	δ_t = r_t + γ V(s_{t+1}) - V(s_t)
//	Â_t = δ_t + γλ Â_{t+1}
//
// next is V(s_{t+1}), 0 after a terminal state; done is 1 where an episode
// ended, however it did, which stops the sum. All slices are [T, N], row t
// after row t-1.
func GAE(adv, reward, value, next, done []float32, n int, gamma, lambda float32) {
	f32.GAE(adv, reward, value, next, done, n, gamma, gamma*lambda)
}
