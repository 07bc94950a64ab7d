package replay

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
)

// A Sampler chooses the steps of a minibatch from a Store.
type Sampler interface {
	// Stored tells the Sampler that the given row has a new step or, if kept is false, that its
	// step was removed.
	Stored(row int, kept bool)

	// Sample samples B steps of s with replacement. It writes the steps' row numbers in s to index
	// [B], and their importance weights to weight [B].
	Sample(rng *rand.Rand, s Store, index []int, weight []float32)

	// Learned gives the Sampler the TD errors [B] of steps. index [B] has the steps' row numbers.
	Learned(index []int, tdError []float32)

	state.Stater
}

// Uniform is a Sampler that samples every step with the same probability. Lin 1992,
// "Self-improving reactive agents based on reinforcement learning, planning and teaching".
type Uniform struct{}

var _ Sampler = Uniform{}

// Stored does nothing.
func (Uniform) Stored(int, bool) {}

// Sample samples B steps with replacement. All weights are 1.
func (Uniform) Sample(rng *rand.Rand, s Store, index []int, weight []float32) {
	n := s.Len()
	for i := range index {
		index[i] = s.Row(rng.IntN(n))
	}
	f32.Fill(weight, 1)
}

// Learned does nothing.
func (Uniform) Learned([]int, []float32) {}

// State saves or loads nothing.
func (Uniform) State(*state.State) {}
