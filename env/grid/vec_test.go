package grid_test

import (
	"math/rand/v2"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/grid"
)

// vecOf returns a Vec of n environments, reset with seed 1.
func vecOf(t testing.TB, id string, n int) env.Vector {
	t.Helper()
	r := make(env.Registry)
	grid.Register(r)
	mk, err := r.Maker(id, nil)
	if err != nil {
		t.Fatal(err)
	}
	v, err := mk(n)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Reset(1); err != nil {
		t.Fatal(err)
	}
	return v
}

// TestVecAllocs checks that steps and resets of every environment allocate nothing.
func TestVecAllocs(t *testing.T) {
	r := make(env.Registry)
	grid.Register(r)
	for _, id := range r.IDs() {
		v, ended := vecOf(t, id, 8), 0
		rng, act := rand.New(rand.NewPCG(1, 1)), make([]float32, 8)
		n := testing.AllocsPerRun(1000, func() {
			for i := range act {
				v.Spec().Act.Sample(rng, act[i:i+1])
			}
			result, err := v.Step(act)
			if err != nil {
				t.Fatal(err)
			}
			for i := range act {
				if result.Done(i) {
					ended++
				}
			}
		})
		if n != 0 || ended == 0 {
			t.Errorf("%s: a step allocates %v times while %d episodes end, want 0 and 1 or more", id, n, ended)
		}
	}
}

// TestOwnDraws checks that a Table with its own random numbers plays the same episodes as a Table
// that is given the numbers of a Rand with the same seed.
func TestOwnDraws(t *testing.T) {
	own, given, obs, want := grid.NewFrozenLake(), grid.NewFrozenLake(), make([]float32, 1), make([]float32, 1)
	var rng env.Rand
	for seed := range uint64(50) {
		rng.Seed(seed)
		own.Reset(seed, want)
		given.Reset(seed, obs)
		for step := range 100 {
			act := []float32{float32(step * 7 / 3 % 4)}
			if err := given.SetDraws([]float64{rng.Float64()}); err != nil {
				t.Fatal(err)
			}
			out, wantOut := given.Step(act, obs), own.Step(act, want)
			if out != wantOut || obs[0] != want[0] {
				t.Fatalf("seed %d, step %d: cell %v, %+v, want %v, %+v", seed, step, obs, out, want, wantOut)
			}
			if out.Done() {
				break
			}
		}
	}
}

// BenchmarkVec64 steps 64 frozen lakes with random actions.
func BenchmarkVec64(b *testing.B) {
	const n, turns = 64, 64
	v := vecOf(b, "FrozenLake-v1", n)
	rng, act := rand.New(rand.NewPCG(1, 1)), make([]float32, turns*n)
	for i := range act {
		act[i] = float32(rng.IntN(4))
	}
	b.ReportAllocs()
	for turn := 0; b.Loop(); turn = (turn + 1) % turns {
		if _, err := v.Step(act[turn*n : (turn+1)*n]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/step")
}
