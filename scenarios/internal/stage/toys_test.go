package stage

import (
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/env/mujoco"
)

// A toy is an environment with arbitrary spaces and without a drawing.
type toy struct {
	obs, act env.Space
	n        int // number that the observation is computed from
}

func (t *toy) Spec() env.Spec {
	return env.Spec{ID: "Toy-v0", Obs: t.obs, Act: t.act, MaxSteps: 50}
}

func (t *toy) Reset(seed uint64, obs []float32) {
	t.n = int(seed % 7)
	t.observe(obs)
}

func (t *toy) Step(act, obs []float32) env.Outcome {
	t.n++
	t.observe(obs)
	return env.Outcome{Reward: float64(act[0]) - 1.5}
}

// observe writes an observation that covers the whole space over time.
func (t *toy) observe(obs []float32) {
	l, _ := env.LayoutOf(t.obs)
	for i := range l.Parts {
		p := &l.Parts[i]
		for k := range p.Size() {
			low, high := p.Bounds(k)
			low, high = max(low, -3), min(high, 255)
			if obs[p.From+k] = low + (high-low)*float32((t.n*7+k*3)%11)/10; p.Kind != env.Numbers {
				obs[p.From+k] = float32(int(obs[p.From+k]))
			}
		}
	}
}

// toys returns toys with all kinds of spaces.
func toys() map[string]toy {
	dict := env.Dict{
		{Name: "position", Space: env.NewBox(-1, 1, 3)}, {Name: "goal", Space: env.NewBox(-3, 3, 2)},
		{Name: "mode", Space: env.Discrete{N: 4}}, {Name: "switches", Space: env.MultiBinary{N: 3}},
	}
	named := env.Box{Low: []float32{-1, -1}, High: []float32{1, 1}, Names: []string{"pole angle", "cart velocity"}}
	thrusts := env.Box{Low: []float32{-1, -500}, High: []float32{1, 500}, Names: []string{"main engine thrust", "rudder"}}
	box := env.NewBox(-2, 2, 3)
	return map[string]toy{
		"Dict-v0": {obs: dict, act: env.Discrete{N: 3}}, "Choices-v0": {obs: box, act: env.MultiDiscrete{N: []int{3, 5, 2}}},
		"Bits-v0": {obs: box, act: env.MultiBinary{N: 5}}, "Numbers-v0": {obs: box, act: env.NewBox(-1, 1, 3)},
		"Named-v0": {obs: named, act: thrusts}, "Many-v0": {obs: env.NewBox(-2, 2, 30), act: env.Discrete{N: 18}},
		"Hundreds-v0": {obs: env.NewBox(-2, 2, 348), act: env.NewBox(-1, 1, 17)},
		"Wide-v0":     {obs: env.NewBox(-2, 2, 27), act: env.NewBox(-1, 1, 17)}, "Image-v0": {obs: env.Image{H: 8, W: 8, C: 1}, act: env.Discrete{N: 2}},
		"Planes-v0": {obs: env.NewBox(0, 1, 10, 10, 4), act: env.Discrete{N: 6}}, "Joint-v0": {obs: env.MultiDiscrete{N: []int{4, 6}}, act: env.MultiDiscrete{N: []int{3, 4}}},
	}
}

// environments returns a Registry of rlrun's environments and the toys.
func environments() env.Registry {
	r := env.Registry{}
	classic.Register(r)
	grid.Register(r)
	mujoco.Register(r)
	for id, t := range toys() {
		r[id] = env.Entry(func() *toy {
			own := t
			return &own
		})
	}
	return r
}
