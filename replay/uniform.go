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

// NewUniform returns an empty Uniform for capacity transitions of n environments
// that begin at obs [N, O]. It is an error if they would take more memory than a
// buffer may.
func NewUniform(spec env.Spec, capacity, n int, gamma float32, obs []float32) (Uniform, error) {
	r, err := newRing(spec, capacity, n, gamma, obs)
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
