package dist_test

import (
	"math/rand/v2"
)

func newRand() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// rowGenerators returns a differently seeded generator for each of n rows.
func rowGenerators(n int) []rand.PCG {
	all := make([]rand.PCG, n)
	for i := range all {
		all[i].Seed(uint64(i), 1)
	}
	return all
}

func normal(rng *rand.Rand, x []float32) []float32 {
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}
