package env_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// TestSplit checks Split against the first outputs of SplitMix64 with seed 0, as printed by
// Vigna's splitmix64.c.
func TestSplit(t *testing.T) {
	for i, want := range []uint64{0xe220a8397b1dcdaf, 0x6e789e6aa1b965f4, 0x06c45d188009454f} {
		if got := env.Split(0, uint64(i)); got != want {
			t.Errorf("Split(0, %d) = %#016x, want %#016x", i, got, want)
		}
	}
}

// TestSplitDistinct checks that seeds close to each other have no child and no child's child in
// common.
func TestSplitDistinct(t *testing.T) {
	seen := map[uint64][3]uint64{}
	for seed := range uint64(20) {
		for i := range uint64(50) {
			for j := range uint64(50) {
				c := env.Split(env.Split(seed, i), j)
				if at, ok := seen[c]; ok {
					t.Fatalf("Split(Split(%d, %d), %d) = %#x, as of %v, want another", seed, i, j, c, at)
				}
				seen[c] = [3]uint64{seed, i, j}
			}
		}
	}
}

// TestRandFloat64 checks that Rand returns the same numbers as math/rand/v2 with the same PCG.
func TestRandFloat64(t *testing.T) {
	var r env.Rand
	r.Seed(42)
	std := rand.New(rand.NewPCG(42, 0))
	for i := range 1000 {
		if got, want := r.Float64(), std.Float64(); got != want {
			t.Fatalf("number %d of Seed(42): Float64() = %v, want %v", i, got, want)
		}
	}
}

func TestRandSeed(t *testing.T) {
	var r env.Rand
	r.Seed(1)
	first := r.Float64()
	r.Seed(2)
	if got := r.Float64(); got == first {
		t.Errorf("Float64() = %v after Seed(1) and Seed(2), want two numbers", got)
	}
	r.Seed(1)
	if got := r.Float64(); got != first {
		t.Errorf("Float64() = %v after Seed(1), want %v as before", got, first)
	}
}

// TestRandUniform checks that Uniform(-2, 6) returns -2 + 8u, with the mean 2 and the variance
// 8²/12 of a uniform number in [-2, 6).
func TestRandUniform(t *testing.T) {
	var r env.Rand
	r.SetDraws([]float64{0, 0.25, 0.5})
	for _, want := range []float64{-2, 0, 2} {
		if got := r.Uniform(-2, 6); got != want {
			t.Errorf("Uniform(-2, 6) = %v, want %v", got, want)
		}
	}
	const n = 20_000
	var sum, squares float64
	r.Seed(3)
	for range n {
		u := r.Uniform(-2, 6)
		if u < -2 || u >= 6 {
			t.Fatalf("Uniform(-2, 6) = %v, want it in [-2, 6)", u)
		}
		sum += u - 2
		squares += (u - 2) * (u - 2)
	}
	if got, limit := sum/n, 4*math.Sqrt(64.0/12/n); math.Abs(got) > limit {
		t.Errorf("mean of Uniform(-2, 6) = 2%+.4f, want 2 ± %.4f", got, limit)
	}
	// The variance of the squared deviation of a uniform number is 0.8 of its squared variance.
	if got, want, limit := squares/n, 64.0/12, 4*64.0/12*math.Sqrt(0.8/n); math.Abs(got-want) > limit {
		t.Errorf("variance of Uniform(-2, 6) = %.4f, want %.4f ± %.4f", got, want, limit)
	}
}

// TestRandSetDraws checks that given numbers are returned first, in order, also after Seed, and
// do not advance the generator.
func TestRandSetDraws(t *testing.T) {
	var r env.Rand
	r.Seed(5)
	own := []float64{r.Float64(), r.Float64()}
	r.SetDraws([]float64{0.5, 0.25, 0.125})
	r.Seed(5)
	for i, want := range []float64{0.5, 0.25, 0.125, own[0], own[1]} {
		if got := r.Float64(); got != want {
			t.Errorf("number %d = %v, want %v", i, got, want)
		}
	}
}

// TestRandState checks that a saved and loaded generator continues its stream. Numbers from
// SetDraws are not saved.
func TestRandState(t *testing.T) {
	var a, b env.Rand
	a.Seed(6)
	a.Float64()
	a.SetDraws([]float64{0.5})
	var buf bytes.Buffer
	if err := state.Save(&buf, &a); err != nil {
		t.Fatalf("Save: %v", err)
	}
	if err := state.Load(&buf, &b); err != nil {
		t.Fatalf("Load: %v", err)
	}
	if got := a.Float64(); got != 0.5 {
		t.Fatalf("Float64() = %v, want the 0.5 given", got)
	}
	for i := range 100 {
		if got, want := b.Float64(), a.Float64(); got != want {
			t.Fatalf("number %d after Load = %v, want %v", i, got, want)
		}
	}
}
