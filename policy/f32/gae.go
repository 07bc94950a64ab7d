package f32

// GAE sets adv [T, n] to generalised advantage estimates, run backwards:
//
//	δ_t = r_t + γ next_t - value_t
//	adv_t = δ_t + decay (1 - done_t) adv_{t+1}
//
// See the package loss for what they are. adv is none of the others.
func GAE(adv, reward, value, next, done []float32, n int, gamma, decay float32) {
	if size := len(adv); size > 0 {
		active.gae(adv, reward[:size], value[:size], next[:size], done[:size], n, gamma, decay)
	}
}

func gaeGeneric(adv, reward, value, next, done []float32, n int, gamma, decay float32) {
	for i := len(adv) - 1; i >= 0; i-- {
		adv[i] = reward[i] + float32(gamma*next[i]) - value[i]
		if i+n < len(adv) {
			adv[i] += float32(float32(decay*(1-done[i])) * adv[i+n])
		}
	}
}
