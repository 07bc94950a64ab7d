package env_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
)

// A layer is a wrapper by its name in a scenario.
type layer struct {
	name   string
	around func(e env.Env) (env.Env, error)
}

// layers are wrappers of numbers, under which numbers can still be masked.
func layers() []layer {
	return []layer{
		{"frame_stack", func(e env.Env) (env.Env, error) { return env.NewFrameStack(e, 3, false) }},
		{"delay_observation", func(e env.Env) (env.Env, error) { return env.NewDelayObservation(e, 2) }},
		{"time_aware_observation", func(e env.Env) (env.Env, error) { return env.NewTimeAwareObservation(e, true) }},
		{"flatten_observation", func(e env.Env) (env.Env, error) { return env.NewFlattenObservation(e), nil }},
		{"filter_observation", reversed},
		{"mask_observation", func(e env.Env) (env.Env, error) { return env.NewMaskObservation(e, 0) }},
		{"add_noise", func(e env.Env) (env.Env, error) { return env.NewAddNoise(e, 0) }},
		{"frame_skip", func(e env.Env) (env.Env, error) { return env.NewFrameSkip(e, 2) }},
		{"sticky_action", func(e env.Env) (env.Env, error) { return env.NewStickyAction(e, 0.2), nil }},
		{"max_steps", func(e env.Env) (env.Env, error) { return env.NewWithMaxSteps(e, 50), nil }},
		{"scale_reward", func(e env.Env) (env.Env, error) { return env.ScaleReward{Env: e, K: 2}, nil }},
		{"two of them", func(e env.Env) (env.Env, error) {
			stacked, err := env.NewFrameStack(e, 2, true)
			if err != nil {
				return nil, err
			}
			return env.NewTimeAwareObservation(stacked, true)
		}},
	}
}

// reversed shows all elements in the opposite order.
func reversed(e env.Env) (env.Env, error) {
	var index []int
	for i := e.Spec().Obs.Size() - 1; i >= 0; i-- {
		index = append(index, i)
	}
	return env.NewSelectObservation(e, index...)
}

// moving are the classic environments and their velocities: indices of Gymnasium's
// observations.
func moving() map[string]struct {
	e          func() env.Env
	velocities []int
} {
	return map[string]struct {
		e          func() env.Env
		velocities []int
	}{
		"CartPole":              {func() env.Env { return classic.NewCartPole() }, []int{1, 3}},
		"MountainCar":           {func() env.Env { return classic.NewMountainCar() }, []int{1}},
		"MountainCarContinuous": {func() env.Env { return classic.NewMountainCarContinuous() }, []int{1}},
		"Pendulum":              {func() env.Env { return classic.NewPendulum() }, []int{2}},
		"Acrobot":               {func() env.Env { return classic.NewAcrobot() }, []int{4, 5}},
	}
}

// masked wraps MaskVelocity as the layers are.
func masked(e env.Env) (env.Env, error) { return env.NewMaskVelocity(e) }

// TestMaskVelocityInAnyOrder: MaskVelocity within another wrapper and around it hide
// the same, which is every velocity: MaskObservation of the indices, within, shows the
// same episode.
func TestMaskVelocityInAnyOrder(t *testing.T) {
	for name, c := range moving() {
		byIndex := func(e env.Env) (env.Env, error) { return env.NewMaskObservation(e, c.velocities...) }
		for _, l := range layers() {
			want := episode(t, c.e(), byIndex, l.around)
			if got := episode(t, c.e(), l.around, masked); !slices.Equal(got, want) {
				t.Errorf("%s: mask_velocity after %s shows other numbers than before it", name, l.name)
			}
			if got := episode(t, c.e(), masked, l.around); !slices.Equal(got, want) {
				t.Errorf("%s: mask_velocity before %s shows other numbers than mask_observation", name, l.name)
			}
			if plain := episode(t, c.e(), l.around); slices.Equal(plain, want) {
				t.Errorf("%s: with and without mask_velocity, %s shows the same", name, l.name)
			}
		}
	}
}

// episode returns what is observed in 30 steps of the same action in e, wrapped.
func episode(t *testing.T, e env.Env, wrappers ...func(env.Env) (env.Env, error)) (seen []float32) {
	t.Helper()
	var err error
	for _, w := range wrappers {
		if e, err = w(e); err != nil {
			t.Fatal(err)
		}
	}
	obs, act := make([]float32, e.Spec().Obs.Size()), []float32{1}
	e.Reset(4, obs)
	for range 30 {
		seen = append(seen, obs...)
		e.Step(act, obs)
	}
	return seen
}

// TestMaskVelocityTooLate refuses observations in which velocities cannot be found any
// more, and says in which order the wrappers belong.
func TestMaskVelocityTooLate(t *testing.T) {
	narrow := env.Box{Low: []float32{-1, -2, -0.2, -2}, High: []float32{1, 2, 0.2, 2}}
	for want, around := range map[string]func(env.Env) (env.Env, error){
		"are a choice of 81 (Discrete), where velocities are no longer": func(e env.Env) (env.Env, error) {
			return env.NewDiscretizeObservation(e, 3, narrow)
		},
		"are 512 bits (MultiBinary), where velocities are no longer": func(e env.Env) (env.Env, error) { return env.NewTileCoding(e, 2, 3, narrow) },
		"are a Box of 2 numbers, where velocities are no longer":     func(e env.Env) (env.Env, error) { return env.NewSelectObservation(e, 0, 2) },
	} {
		e, err := around(cartPole())
		if err != nil {
			t.Fatal(err)
		}
		e = env.NewWithMaxSteps(e, 9)
		if _, err := env.NewMaskVelocity(e); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "put it before") {
			t.Errorf("NewMaskVelocity = %v, want %q, and the order", err, want)
		}
	}
}

// TestTimeAwareLimit: the share is of the limit that applies in the end, on whichever
// side of time_aware_observation the other wrappers are, and no more than 1.
func TestTimeAwareLimit(t *testing.T) {
	aware := func(e env.Env) (env.Env, error) { return env.NewTimeAwareObservation(e, true) }
	steps := func(n int) func(env.Env) (env.Env, error) {
		return func(e env.Env) (env.Env, error) { return env.NewWithMaxSteps(e, n), nil }
	}
	skip := func(e env.Env) (env.Env, error) { return env.NewFrameSkip(e, 3) }
	stack := func(e env.Env) (env.Env, error) { return env.NewFrameStack(e, 2, false) }
	noise := func(e env.Env) (env.Env, error) { return env.NewAddNoise(e, 0) }
	for name, c := range map[string]struct {
		wrappers []func(env.Env) (env.Env, error)
		limit    int // steps of an episode
	}{
		"alone":                       {[]func(env.Env) (env.Env, error){aware}, 200},
		"a longer limit outside":      {[]func(env.Env) (env.Env, error){aware, steps(400)}, 400},
		"a shorter limit outside":     {[]func(env.Env) (env.Env, error){aware, steps(50)}, 50},
		"a limit inside":              {[]func(env.Env) (env.Env, error){steps(300), aware}, 300},
		"both sides":                  {[]func(env.Env) (env.Env, error){steps(300), aware, stack, steps(70)}, 70},
		"two limits outside":          {[]func(env.Env) (env.Env, error){aware, steps(50), noise, steps(350)}, 350},
		"frame_skip inside":           {[]func(env.Env) (env.Env, error){skip, aware}, 67}, // ⌈200 / 3⌉
		"frame_skip outside":          {[]func(env.Env) (env.Env, error){aware, skip}, 67},
		"frame_skip between":          {[]func(env.Env) (env.Env, error){aware, skip, steps(100)}, 100},
		"frame_skip and limit inside": {[]func(env.Env) (env.Env, error){skip, steps(10), aware, stack}, 10},
	} {
		e, err := env.Env(classic.NewPendulum()), error(nil)
		for _, w := range c.wrappers {
			if e, err = w(e); err != nil {
				t.Fatal(err)
			}
		}
		v := env.NewVec(e)
		space := v.Spec().Obs
		r := reset(t, v, 1)
		last := len(r.Next) - 1
		for step := 1; step <= c.limit; step++ {
			if r, err = v.Step([]float32{0}); err != nil {
				t.Fatal(err)
			}
			if want := float32(step) / float32(c.limit); r.Next[last] > 1 || !space.Contains(r.Next) || r.Next[last] < want-1e-2 || r.Next[last] > want+1e-2 {
				t.Errorf("%s: step %d shows %v of the time gone, want %v", name, step, r.Next[last], want)
			}
		}
		if r.Next[last] != 1 || !r.Truncated[0] || r.Length[0] != c.limit {
			t.Errorf("%s: the episode ends after %d steps with %v of the time gone, want %d and 1", name, r.Length[0], r.Next[last], c.limit)
		}
	}
}

// TestTimeAwareNumber: steps that go on beyond the limit that was known show as that
// limit, the bound of the space, and of the time of a foreign limit no more than all.
func TestTimeAwareNumber(t *testing.T) {
	for name, c := range map[string]struct {
		share bool
		want  []float32 // after steps 1 … 4, of 3
	}{"number": {false, []float32{1, 2, 3, 3}}, "share": {true, []float32{1. / 3, 2. / 3, 1, 1}}} {
		e, err := env.NewTimeAwareObservation(env.NewWithMaxSteps(cartPole(), 3), c.share)
		if err != nil {
			t.Fatal(err)
		}
		longer := limit(e, 9) // a wrapper that time_aware_observation cannot know
		obs := make([]float32, 5)
		longer.Reset(1, obs)
		for i, want := range c.want {
			if longer.Step([]float32{1}, obs); obs[4] != want || !longer.Spec().Obs.Contains(obs) {
				t.Errorf("%s: step %d shows %v, want %v", name, i+1, obs[4], want)
			}
		}
	}
}

// TestWrappersOfNameless: wrappers in any order leave observations valid whose elements
// have no names, be that nil or an empty list.
func TestWrappersOfNameless(t *testing.T) {
	for _, names := range [][]string{nil, {}} {
		spec := env.Spec{ID: "acme/Nameless-v0", Obs: env.Box{Low: []float32{-1, -1}, High: []float32{1, 1}, Names: names}, Act: env.Discrete{N: 2}, MaxSteps: 9}
		for _, within := range layers() {
			for _, outside := range layers() {
				e, err := within.around(&described{spec: spec})
				if err == nil {
					e, err = outside.around(e)
				}
				if err == nil {
					err = e.Spec().Validate()
				}
				if err != nil {
					t.Errorf("names %#v: %s in %s: %v", names, within.name, outside.name, err)
				}
			}
		}
		flat := env.Flat(env.Tuple{spec.Obs, env.Box{Low: []float32{0}, High: []float32{1}, Names: []string{"x velocity"}}})
		if box, ok := flat.(env.Box); !ok || !slices.Equal(box.Names, []string{"", "", "x velocity"}) {
			t.Errorf("names %#v: Flat = %v, want the last name for the last element", names, flat)
		}
	}
}

// TestFrameSkipLimit: the time limit is what the steps within come to, also of limits
// that are near the greatest number.
func TestFrameSkipLimit(t *testing.T) {
	for _, c := range []struct{ max, times, want int }{
		{0, 3, 0}, {200, 3, 67}, {201, 3, 67}, {2, 1 << 20, 1}, {math.MaxInt, 2, math.MaxInt/2 + 1}, {math.MaxInt, 1, math.MaxInt},
	} {
		w, err := env.NewFrameSkip(&probe{max: c.max}, c.times)
		if err != nil {
			t.Fatal(err)
		}
		if got := w.Spec().MaxSteps; got != c.want {
			t.Errorf("FrameSkip of %d times, of an environment with %d steps: %d steps, want %d", c.times, c.max, got, c.want)
		}
	}
}
