package env

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env/state"
)

// Split returns the i-th child of a seed. The children are statistically independent in practice.
// So one root seed gives a separate stream of random numbers for each purpose. The child is the
// i-th output of SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number
// generators", OOPSLA 2014, with the mixing function called variant 13.
func Split(seed, i uint64) uint64 {
	z := seed + (i+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// A Rand is a random generator for an environment. It allocates nothing. It must be seeded before
// use. An environment with a Rand becomes a DrawSetter if its SetDraws calls Rand.SetDraws.
type Rand struct {
	src   rand.PCG
	draws []float64 // numbers that Float64 returns first, before numbers of the generator
}

// Seed starts the stream of random numbers of the given seed. Numbers from SetDraws stay.
func (r *Rand) Seed(seed uint64) { r.src.Seed(seed, 0) }

// Float64 returns a uniform number in [0, 1): the next number from SetDraws if one is left,
// otherwise 53 random bits.
func (r *Rand) Float64() float64 {
	if len(r.draws) > 0 {
		u := r.draws[0]
		r.draws = r.draws[1:]
		return u
	}
	return float64(r.src.Uint64()<<11>>11) / (1 << 53)
}

// Source returns the generator, for the functions of math/rand/v2. Numbers from SetDraws do not
// change what it returns.
func (r *Rand) Source() *rand.PCG { return &r.src }

// Uniform returns a uniform number between low and high.
func (r *Rand) Uniform(low, high float64) float64 { return low + float64((high-low)*r.Float64()) }

// SetDraws sets the next numbers that Float64 returns. The slice is kept until all of them are
// used. It returns an error if a number is outside [0, 1).
func (r *Rand) SetDraws(draws []float64) error {
	for _, u := range draws {
		if !(0 <= u && u < 1) {
			return fmt.Errorf("draws: %v, want numbers from 0 to less than 1", u)
		}
	}
	r.draws = draws
	return nil
}

// State saves or loads the generator. Numbers from SetDraws are not saved.
func (r *Rand) State(s *state.State) { s.PCG("rand", &r.src) }

// Normal returns a normally distributed number of mean 0 and standard deviation 1. Box and Muller
// 1958, "A note on the generation of random normal deviates", eq. 1.
func (r *Rand) Normal() float64 {
	radius := math.Sqrt(-2 * math.Log(1-r.Float64()))
	return radius * math.Cos(2*math.Pi*r.Float64())
}
