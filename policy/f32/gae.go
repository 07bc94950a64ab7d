package f32

// GAE sets adv [T, n] to the sums that generalised advantage estimation comes
// to when run backwards, where delta is the temporal difference of each step
// and done is 1 where an episode ended:
//
//	adv_t = delta_t + decay (1 - done_t) adv_{t+1}
//
// delta may be adv.
func GAE(adv, delta, done []float32, n int, decay float32) {
	if len(adv) > 0 {
		active.gae(adv, delta[:len(adv)], done[:len(adv)], n, decay)
	}
}

func gaeGeneric(adv, delta, done []float32, n int, decay float32) {
	last := len(adv) - n
	copy(adv[last:], delta[last:])
	for i := last - 1; i >= 0; i-- {
		adv[i] = delta[i] + float32(float32(decay*(1-done[i]))*adv[i+n])
	}
}
