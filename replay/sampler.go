package replay

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
)

// A Sampler draws the steps of a batch from a Store.
type Sampler interface {
	// Stored is told that a row has a new step, or (kept is false) no step any more.
	Stored(row int, kept bool)

	// Sample writes the rows of steps, drawn with replacement, to index [B], and their
	// importance weights to weight [B].
	Sample(rng *rand.Rand, s Store, index []int, weight []float32)

	// Learned is told the TD errors [B] of the steps that Sample drew.
	Learned(index []int, tdError []float32)

	state.Stater
}

// Uniform is a Sampler that draws every step with the same probability. Lin 1992,
// "Self-improving reactive agents based on reinforcement learning, planning and teaching".
type Uniform struct{}

var _ Sampler = Uniform{}

// Stored does nothing.
func (Uniform) Stored(int, bool) {}

// Sample draws steps, all with weight 1.
func (Uniform) Sample(rng *rand.Rand, s Store, index []int, weight []float32) {
	n := s.Len()
	for i := range index {
		index[i] = s.Row(rng.IntN(n))
	}
	f32.Fill(weight, 1)
}

// Learned does nothing.
func (Uniform) Learned([]int, []float32) {}

// State visits nothing.
func (Uniform) State(*state.State) {}
