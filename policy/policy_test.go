package policy_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

func newRand() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

func normal(rng *rand.Rand, x []float32) []float32 {
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// sameBits reports whether x and y are equal, bit for bit.
func sameBits(x, y []float32) bool {
	return slices.EqualFunc(x, y, func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) })
}

// TestState checks that State saves and loads all parameters of an ActorCritic.
func TestState(t *testing.T) {
	spec := env.Spec{Obs: env.NewBox(-1, 1, 2), Act: env.NewBox(-1, 1, 2)}
	one, two := newActorCritic(t, spec), newActorCritic(t, spec)
	for _, p := range two.Params() {
		clear(p.Value)
	}
	var f bytes.Buffer
	if err := state.Save(&f, one); err != nil {
		t.Fatal(err)
	}
	if err := state.Load(&f, two); err != nil {
		t.Fatal(err)
	}
	for i, p := range two.Params() {
		if want := one.Params()[i].Value; !sameBits(p.Value, want) {
			t.Errorf("%s = %v after Load, want %v", p.Name, p.Value, want)
		}
	}
}
