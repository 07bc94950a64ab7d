package f32

// GAE writes the generalised advantage estimates of T steps in n environments to adv [T, n], from
// the last step to the first:
//
//	δ_t = reward_t + γ next_t - value_t
//	adv_t = δ_t + decay (1 - done_t) adv_{t+1}
//
// next_t is the value of the next observation, or 0 if this observation is terminal. decay is γλ.
// The source is in package loss. adv must not overlap the other slices.
func GAE(adv, reward, value, next, done []float32, n int, gamma, decay float32) {
	if size := len(adv); size > 0 {
		active.gae(adv, reward[:size], value[:size], next[:size], done[:size], n, gamma, decay)
	}
}

// gaeGeneric is GAE in plain Go.
func gaeGeneric(adv, reward, value, next, done []float32, n int, gamma, decay float32) {
	for i := len(adv) - 1; i >= 0; i-- {
		adv[i] = reward[i] + float32(gamma*next[i]) - value[i]
		if i+n < len(adv) {
			adv[i] += float32(float32(decay*(1-done[i])) * adv[i+n])
		}
	}
}
