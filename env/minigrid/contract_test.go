package minigrid_test

import (
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/envtest"
	"github.com/rlrun/rlrun/env/minigrid"
)

func registry() env.Registry {
	r := env.Registry{}
	minigrid.Register(r)
	return r
}

// newWorld returns the environment with the given id without "MiniGrid-".
func newWorld(t testing.TB, name string) *minigrid.World {
	t.Helper()
	w, err := minigrid.New("MiniGrid-" + name)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestContract checks every registered environment with envtest.Check. With -short it checks one
// version of each family.
func TestContract(t *testing.T) {
	ids := registry().IDs()
	if len(ids) != 76 {
		t.Errorf("%d environments, want the 76 of MiniGrid 3.2.0", len(ids))
	}
	family := ""
	for _, id := range ids {
		name := strings.TrimRight(strings.SplitN(id, "-", 3)[1], "S0123456789N")
		if testing.Short() && name == family {
			continue
		}
		family = name
		t.Run(id, func(t *testing.T) {
			e, err := registry().Make(id, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := e.Spec().ID; got != id {
				t.Errorf("Spec().ID = %q, want %q", got, id)
			}
			envtest.Check(t, e)
		})
	}
}

// TestAllocations checks that Reset and Step allocate nothing.
func TestAllocations(t *testing.T) {
	for _, id := range registry().IDs() {
		e, err := registry().Make(id, nil)
		if err != nil {
			t.Fatal(err)
		}
		obs, act := make([]float32, e.Spec().Obs.Size()), []float32{0}
		actions, seed := e.Spec().Act.(env.Discrete).N, uint64(0)
		e.Reset(seed, obs)
		if n := testing.AllocsPerRun(20, func() {
			seed++
			e.Reset(seed, obs)
			for range 10 {
				act[0] = float32((int(act[0]) + 2) % actions)
				if e.Step(act, obs).Done() {
					return
				}
			}
		}); n > 0 {
			t.Errorf("%s: %v allocations in a Reset and 10 Steps, want 0", id, n)
		}
	}
}

// BenchmarkStep measures steps with random actions, resets included.
func BenchmarkStep(b *testing.B) {
	for _, name := range []string{"Empty-8x8-v0", "DoorKey-5x5-v0", "FourRooms-v0", "MultiRoom-N6-v0", "KeyCorridorS6R3-v0", "ObstructedMaze-Full-v1", "Dynamic-Obstacles-16x16-v0"} {
		b.Run(name, func(b *testing.B) {
			e := newWorld(b, name)
			obs, act, seed, rng := make([]float32, e.Spec().Obs.Size()), []float32{0}, uint64(1), env.Rand{}
			rng.Seed(1)
			actions := float64(e.Spec().Act.(env.Discrete).N)
			e.Reset(seed, obs)
			b.ReportAllocs()
			for b.Loop() {
				act[0] = float32(int(actions * rng.Float64()))
				if e.Step(act, obs).Done() {
					seed++
					e.Reset(seed, obs)
				}
			}
		})
	}
}

// BenchmarkReset measures the generation of layouts.
func BenchmarkReset(b *testing.B) {
	for _, name := range []string{"Empty-8x8-v0", "DoorKey-5x5-v0", "FourRooms-v0", "MultiRoom-N6-v0", "KeyCorridorS3R3-v0", "KeyCorridorS6R3-v0", "ObstructedMaze-Full-v1", "PutNear-6x6-N2-v0", "LavaCrossingS11N5-v0"} {
		b.Run(name, func(b *testing.B) {
			e := newWorld(b, name)
			obs, seed := make([]float32, e.Spec().Obs.Size()), uint64(0)
			b.ReportAllocs()
			for b.Loop() {
				seed++
				e.Reset(seed, obs)
			}
		})
	}
}
