package replay

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
)

// Uniform is a Buffer all transitions of which are equally likely to be drawn. Lin
// 1992, "Self-improving reactive agents based on reinforcement learning, planning
// and teaching".
type Uniform struct{ *ring }

var _ Buffer = Uniform{}

// NewUniform returns an empty Uniform for capacity transitions of environments that
// begin as first says, which is not kept. It is an error if they would take more
// memory than a buffer may.
func NewUniform(spec env.Spec, capacity int, gamma float32, first *env.Result) (Uniform, error) {
	r, err := newRing(spec, capacity, gamma, first)
	return Uniform{r}, err
}

// Sample draws transitions.
func (u Uniform) Sample(rng *rand.Rand, b *Batch) { u.sample(rng, b, 1) }

func (u Uniform) sample(rng *rand.Rand, b *Batch, n int) {
	u.draw(rng, b.Index)
	for i := range b.Weight {
		b.Weight[i] = 1
	}
	u.fetch(b, n)
}
