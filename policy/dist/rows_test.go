package dist_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/tape"
)

// TestRowGenerators checks that the sampled actions of a row depend only on the row's generator,
// and not on how rows are grouped into batches.
func TestRowGenerators(t *testing.T) {
	const n = 7
	for _, space := range []env.Space{
		env.Discrete{N: 5}, env.MultiDiscrete{N: []int{2, 3}}, env.MultiBinary{N: 4}, env.NewBox(-1, 1, 3),
	} {
		t.Run(fmt.Sprintf("%T", space), func(t *testing.T) {
			h, a := newHead(t, space, 0), space.Size()
			x := normal(newRand(), make([]float32, n*h.Size))
			draw := func(from, to int) []float32 {
				act := make([]float32, (to-from)*a)
				h.Dist(tape.New().Const(x[from*h.Size:to*h.Size], to-from), nil, nil).Sample(rowGenerators(n)[from:to], act)
				return act
			}
			want := draw(0, n)
			for split := 1; split < n; split++ {
				if got := append(draw(0, split), draw(split, n)...); !slices.Equal(got, want) {
					t.Errorf("rows split after row %d have actions %v, want %v", split, got, want)
				}
			}
		})
	}
	h := newStateHead(t)
	noise := func(rng []rand.PCG) []float32 {
		theta := make([]float32, len(rng)*h.Noise.Size())
		h.Noise.Draw(rng, theta)
		return theta
	}
	if one, two := noise(rowGenerators(n)), append(noise(rowGenerators(n)[:3]), noise(rowGenerators(n)[3:])...); !slices.Equal(one, two) {
		t.Error("state-dependent noise changes when the rows are split")
	}
}

// TestSampleMoves checks that Sample always advances each row's generator.
func TestSampleMoves(t *testing.T) {
	d := newHead(t, env.NewBox(-1, 1, 1), 0).Dist(tape.New().Const([]float32{0, 0}, 2), nil, nil)
	rng, act := rowGenerators(2), make([]float32, 2)
	d.Sample(rng, act)
	one := slices.Clone(act)
	if d.Sample(rng, act); act[0] == one[0] || act[1] == one[1] {
		t.Errorf("the second sample is %v, the first was %v", act, one)
	}
}
