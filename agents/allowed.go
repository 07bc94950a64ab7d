package agents

import "math/rand/v2"

// anyAllowed returns one of n actions, each that mask allows with the same probability. A
// nil mask allows all, and so does one that allows nothing, which no environment may show.
func anyAllowed(rng *rand.Rand, n int, mask []bool) int {
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
	panic("agents: fewer actions are allowed than were counted")
}
