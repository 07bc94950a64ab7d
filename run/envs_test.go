package run_test

import (
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/run"
	"github.com/rlrun/rlrun/scenario"
)

// endless is an environment that never terminates and has no reward threshold. The reward is the
// action, 0 or 1.
type endless struct{}

func (*endless) Spec() env.Spec {
	return env.Spec{ID: "acme/Endless-v0", Obs: env.NewBox(0, 1, 1), Act: env.Discrete{N: 2}}
}

func (*endless) Reset(_ uint64, obs []float32) { obs[0] = 0 }

func (*endless) Step(act, obs []float32) env.Outcome {
	obs[0] = act[0]
	return env.Outcome{Reward: float64(act[0])}
}

// fragile is an environment that panics when an action is taken for the seventh time in a row.
type fragile struct {
	endless
	last  float32
	times int
}

func (*fragile) Spec() env.Spec {
	return env.Spec{ID: "acme/Fragile-v0", Obs: env.NewBox(0, 1, 1), Act: env.Discrete{N: 2}, MaxSteps: 20}
}

func (f *fragile) Reset(seed uint64, obs []float32) {
	f.times = 0
	f.endless.Reset(seed, obs)
}

func (f *fragile) Step(act, obs []float32) env.Outcome {
	if act[0] != f.last {
		f.last, f.times = act[0], 0
	}
	if f.times++; f.times == 7 {
		panic("snap")
	}
	return f.endless.Step(act, obs)
}

// numbered is an endless environment with discrete observations. Each step has the reward 1.
type numbered struct{}

func (*numbered) Spec() env.Spec {
	return env.Spec{ID: "acme/EndlessNumbered-v0", Obs: env.Discrete{N: 1}, Act: env.Discrete{N: 2}}
}

func (*numbered) Reset(_ uint64, obs []float32) { obs[0] = 0 }

func (*numbered) Step(_, obs []float32) env.Outcome {
	obs[0] = 0
	return env.Outcome{Reward: 1}
}

// rich is an environment in which each step has the reward 1e308.
type rich struct{ endless }

func (*rich) Spec() env.Spec {
	return env.Spec{ID: "acme/Rich-v0", Obs: env.NewBox(0, 1, 1), Act: env.Discrete{N: 2}, MaxSteps: 1000}
}

func (r *rich) Step(act, obs []float32) env.Outcome {
	r.endless.Step(act, obs)
	return env.Outcome{Reward: 1e308}
}

// judged is an environment that panics in an evaluation of a run with seed 3, because it knows
// the seeds of the episodes.
type judged struct{ endless }

func (*judged) Spec() env.Spec {
	return env.Spec{ID: "acme/Judged-v0", Obs: env.NewBox(0, 1, 1), Act: env.Discrete{N: 2}, MaxSteps: 20}
}

func (j *judged) Reset(seed uint64, obs []float32) {
	bad := []uint64{run.EpisodeSeed(3, 0)}
	for done := range uint64(2) { // seed of the first episode of each evaluation during training
		group := env.Split(env.Split(env.Split(3, 3), done), 0)
		bad = append(bad, env.Split(env.Split(group, 0), 1))
	}
	if slices.Contains(bad, seed) {
		panic("judged")
	}
	j.endless.Reset(seed, obs)
}

func registry() env.Registry {
	r := env.Registry{}
	classic.Register(r)
	grid.Register(r)
	r["acme/Endless-v0"] = env.Entry(func() *endless { return new(endless) })
	r["acme/Fragile-v0"] = env.Entry(func() *fragile { return new(fragile) })
	r["acme/EndlessNumbered-v0"] = env.Entry(func() *numbered { return new(numbered) })
	r["acme/Rich-v0"] = env.Entry(func() *rich { return new(rich) })
	r["acme/Judged-v0"] = env.Entry(func() *judged { return new(judged) })
	return r
}

// catalog has the environments of registry.
func catalog() scenario.Catalog { return scenario.Builtin(registry()) }
