package loss

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
	for i := len(adv) - 1; i >= 0; i-- {
		adv[i] = reward[i] + float32(gamma*next[i]) - value[i]
		if i+n < len(adv) {
			adv[i] += float32(gamma * lambda * (1 - done[i]) * adv[i+n])
		}
	}
}
