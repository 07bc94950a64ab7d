package env

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env/state"
)

// Split derives the i-th child of a seed. Children are as good as independent,
// so every user of randomness gets its own stream from one root seed.
// It is the i-th output of SplitMix64: Steele, Lea and Flood, "Fast splittable
// pseudorandom number generators", OOPSLA 2014, with the mixing function that
// is called variant 13.
func Split(seed, i uint64) uint64 {
	z := seed + (i+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Rand is an environment's generator of uniform numbers, which allocates
// nothing. The zero Rand must be seeded before use. An environment that has one
// is a Drawn by handing SetDraws on.
type Rand struct {
	src   rand.PCG
	given []float64 // to be drawn first
}

// Seed starts the stream that seed names. What SetDraws gave stays.
func (r *Rand) Seed(seed uint64) { r.src.Seed(seed, 0) }

// Float64 returns a number in [0, 1): 53 random bits, or what SetDraws gave.
func (r *Rand) Float64() float64 {
	if len(r.given) > 0 {
		u := r.given[0]
		r.given = r.given[1:]
		return u
	}
	return float64(r.src.Uint64()<<11>>11) / (1 << 53)
}

// Uniform returns a number from low to high.
func (r *Rand) Uniform(low, high float64) float64 { return low + float64((high-low)*r.Float64()) }

// SetDraws makes the next numbers those of draws, which is kept until they are used.
// Numbers outside [0, 1) are an error.
func (r *Rand) SetDraws(draws []float64) error {
	for _, u := range draws {
		if !(0 <= u && u < 1) {
			return fmt.Errorf("draws: %v, want numbers from 0 to less than 1", u)
		}
	}
	r.given = draws
	return nil
}

// State visits the generator. What SetDraws gave is no part of it.
func (r *Rand) State(s *state.State) { s.PCG("rand", &r.src) }

// Normal returns a number of mean 0 and deviation 1. Box and Muller 1958, "A note
// on the generation of random normal deviates", eq. 1.
func (r *Rand) Normal() float64 {
	radius := math.Sqrt(-2 * math.Log(1-r.Float64()))
	return radius * math.Cos(2*math.Pi*r.Float64())
}
