package agents

import "math/rand/v2"

// uniform writes numbers of actions [N, A], uniform in [-1, 1]. Each row has its own
// generator.
func uniform(rng []rand.PCG, act []float32) {
	a := len(act) / len(rng)
	for r := range rng {
		row := rand.New(&rng[r])
		for i := r * a; i < (r+1)*a; i++ {
			act[i] = float32(2*row.Float64() - 1)
		}
	}
}
