package agents

import "math/rand/v2"

// sampleUniform samples continuous actions act [N, A], uniform in [-1, 1]. Row i is sampled
// with the generator rng[i].
func sampleUniform(rng []rand.PCG, act []float32) {
	a := len(act) / len(rng)
	for r := range rng {
		row := rand.New(&rng[r])
		for i := r * a; i < (r+1)*a; i++ {
			act[i] = float32(2*row.Float64() - 1)
		}
	}
}
