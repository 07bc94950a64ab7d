package env_test

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
)

func parallelOf(workers, n int, newEnv func() env.Env) *env.Parallel {
	envs := make([]env.Env, n)
	for i := range envs {
		envs[i] = newEnv()
	}
	return env.NewParallel(workers, envs...)
}

// A maskedWalk is a randomWalk with masks that change at every step.
type maskedWalk struct {
	randomWalk
	steps int
}

func (g *maskedWalk) Reset(seed uint64, obs []float32) {
	g.steps = 0
	g.randomWalk.Reset(seed, obs)
}

func (g *maskedWalk) Step(act, obs []float32) env.Outcome {
	g.steps++
	return g.randomWalk.Step(act, obs)
}

func (g *maskedWalk) Mask(allowed []bool) {
	for i := range allowed {
		allowed[i] = (g.steps+i)%3 > 0
	}
}

// TestParallel checks that a Parallel has the same bits as a Vec, for any number of goroutines.
func TestParallel(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	for name, newEnv := range map[string]func() env.Env{
		"snapshotter": cartPole, "wrapped": sticky, "log": func() env.Env { return new(randomWalk) }, "mask": func() env.Env { return new(maskedWalk) },
	} {
		const n = 7
		run := func(v env.Vector) (bits []uint64) {
			bits = resultBits(nil, reset(t, v, 3))
			drive(t, v, rand.New(rand.NewPCG(1, 1)), 2, 300, func(_ []float32, r *env.Result) {
				bits = resultBits(bits, r)
				for _, m := range append(r.Mask, r.NextMask...) {
					bits = append(bits, uint64(map[bool]int{true: 1}[m]))
				}
			})
			return bits
		}
		want := run(vecOf(n, newEnv))
		for workers := range 9 {
			if !slices.Equal(run(parallelOf(workers, n, newEnv)), want) {
				t.Errorf("%s: %d workers have other results than a Vec", name, workers)
			}
		}
	}
}

func TestParallelAllocs(t *testing.T) {
	v, act := parallelOf(2, 4, cartPole), make([]float32, 4)
	reset(t, v, 1)
	step := func() {
		if _, err := v.Step(act); err != nil {
			t.Fatal(err)
		}
	}
	for range 1000 { // until the logs of actions stop growing
		step()
	}
	if n := testing.AllocsPerRun(100, step); n != 0 {
		t.Errorf("a step allocates %v times, want 0", n)
	}
}
