package agents

import "math/rand/v2"

// sampleAllowed samples one of n actions, uniformly over the actions that mask [n] allows. A nil
// mask allows all actions. A mask that allows no action counts as nil. Agents never get this
// mask, because env.Vector returns an error for it.
func sampleAllowed(rng *rand.Rand, n int, mask []bool) int {
	allowed := 0
	for _, ok := range mask {
		if ok {
			allowed++
		}
	}
	if allowed == 0 {
		return rng.IntN(n)
	}
	j := rng.IntN(allowed)
	for k, ok := range mask {
		if ok {
			if j == 0 {
				return k
			}
			j--
		}
	}
	panic("agents: sampleAllowed: the mask has fewer allowed actions than were counted")
}
