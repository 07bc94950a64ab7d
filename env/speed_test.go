package env_test

import (
	"fmt"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// A nullEnv does nothing: a step of a Vec of nullEnvs costs what the Vec adds to each
// environment. An episode has a given number of steps.
type nullEnv struct{ t, steps int }

func (e *nullEnv) Spec() env.Spec {
	return env.Spec{ID: "Null-v0", Obs: env.NewBox(-inf, inf, 4), Act: env.Discrete{N: 2}, MaxSteps: 500}
}

func (e *nullEnv) Reset(_ uint64, obs []float32) {
	e.t = 0
	obs[0], obs[1], obs[2], obs[3] = 0, 0, 0, 0
}

func (e *nullEnv) Step(act, obs []float32) env.Outcome {
	e.t++
	_ = obs[3]
	obs[0], obs[1], obs[2], obs[3] = act[0], 0, 0, 0
	return env.Outcome{Reward: 1, Terminated: e.t == e.steps}
}

// State saves or loads the step, so that the Vec need not log the actions.
func (e *nullEnv) State(s *state.State) { s.Int("null", &e.t, e.steps) }

// BenchmarkVecOverhead measures a step of nullEnvs in Vecs of 1, 8 and 64 environments, and in a
// loop that only calls their methods.
func BenchmarkVecOverhead(b *testing.B) {
	const n = 64
	envs, act, obs := make([]env.Env, n), make([]float32, n), make([]float32, 4*n)
	for i := range envs {
		envs[i] = &nullEnv{steps: 20 + i}
	}
	nsPerStep := func(b *testing.B, k int) {
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(k), "ns/step")
	}
	b.Run("alone", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			for i, e := range envs {
				if e.Step(act[i:i+1], obs[4*i:][:4]).Done() {
					e.Reset(1, obs[4*i:][:4])
				}
			}
		}
		nsPerStep(b, n)
	})
	for _, k := range []int{1, 8, n} {
		b.Run(fmt.Sprint("Vec", k), func(b *testing.B) {
			v := env.NewVec(envs[:k]...)
			reset(b, v, 1)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Step(act[:k]); err != nil {
					b.Fatal(err)
				}
			}
			nsPerStep(b, k)
		})
	}
}
