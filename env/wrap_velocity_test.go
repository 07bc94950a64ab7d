package env_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
)

// A namedWrapper is a wrapper with its name in a scenario.
type namedWrapper struct {
	name string
	wrap func(e env.Env) (env.Env, error)
}

// namedWrappers returns wrappers whose observations are numbers, so that elements can still be
// masked.
func namedWrappers() []namedWrapper {
	return []namedWrapper{
		{"frame_stack", func(e env.Env) (env.Env, error) { return env.NewFrameStack(e, 3, false) }},
		{"delay_observation", func(e env.Env) (env.Env, error) { return env.NewDelayObservation(e, 2) }},
		{"time_aware_observation", func(e env.Env) (env.Env, error) { return env.NewTimeAwareObservation(e, true) }},
		{"flatten_observation", func(e env.Env) (env.Env, error) { return env.NewFlattenObservation(e), nil }},
		{"filter_observation", reverseObs},
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

// reverseObs returns e with its observation elements in reverse order.
func reverseObs(e env.Env) (env.Env, error) {
	var index []int
	for i := e.Spec().Obs.Size() - 1; i >= 0; i-- {
		index = append(index, i)
	}
	return env.NewSelectObservation(e, index...)
}

// velocityCases returns the classic environments and the indices of their velocities in
// Gymnasium's observations.
func velocityCases() map[string]struct {
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

// maskVelocity calls NewMaskVelocity with the result types of a namedWrapper.
func maskVelocity(e env.Env) (env.Env, error) { return env.NewMaskVelocity(e) }

// TestMaskVelocityInAnyOrder checks that MaskVelocity inside another wrapper and around it masks
// the same velocities. The expected observations come from MaskObservation with the indices of
// the velocities, inside the other wrapper.
func TestMaskVelocityInAnyOrder(t *testing.T) {
	for name, c := range velocityCases() {
		byIndex := func(e env.Env) (env.Env, error) { return env.NewMaskObservation(e, c.velocities...) }
		for _, l := range namedWrappers() {
			want := episode(t, c.e(), byIndex, l.wrap)
			if got := episode(t, c.e(), l.wrap, maskVelocity); !slices.Equal(got, want) {
				t.Errorf("%s: mask_velocity after %s shows other numbers than before it", name, l.name)
			}
			if got := episode(t, c.e(), maskVelocity, l.wrap); !slices.Equal(got, want) {
				t.Errorf("%s: mask_velocity before %s shows other numbers than mask_observation", name, l.name)
			}
			if plain := episode(t, c.e(), l.wrap); slices.Equal(plain, want) {
				t.Errorf("%s: with and without mask_velocity, %s shows the same", name, l.name)
			}
		}
	}
}

// episode returns the observations of 30 steps with the same action in e with the given wrappers.
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

// TestMaskVelocityTooLate checks that MaskVelocity refuses observations that have lost their
// velocities, and that the error says in which order to put the wrappers.
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

// TestTimeAwareLimit checks that the fraction in the observation is of the time limit that
// finally applies, whether other wrappers are inside or outside, and never above 1.
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
		limit    int // time limit in steps
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

// TestTimeAwareNumber checks episodes longer than the time limit that TimeAwareObservation knows:
// the number of steps stays at this limit, which is the bound of the space, and the fraction
// stays at 1.
func TestTimeAwareNumber(t *testing.T) {
	for name, c := range map[string]struct {
		share bool
		want  []float32 // after steps 1 … 4, with a time limit of 3
	}{"number": {false, []float32{1, 2, 3, 3}}, "share": {true, []float32{1. / 3, 2. / 3, 1, 1}}} {
		e, err := env.NewTimeAwareObservation(env.NewWithMaxSteps(cartPole(), 3), c.share)
		if err != nil {
			t.Fatal(err)
		}
		longer := limit(e, 9) // a wrapper that TimeAwareObservation does not know
		obs := make([]float32, 5)
		longer.Reset(1, obs)
		for i, want := range c.want {
			if longer.Step([]float32{1}, obs); obs[4] != want || !longer.Spec().Obs.Contains(obs) {
				t.Errorf("%s: step %d shows %v, want %v", name, i+1, obs[4], want)
			}
		}
	}
}

// TestWrappersOfNameless checks that two wrappers in any order keep the Spec valid if the
// observation elements have no names: a nil or an empty list.
func TestWrappersOfNameless(t *testing.T) {
	for _, names := range [][]string{nil, {}} {
		spec := env.Spec{ID: "acme/Nameless-v0", Obs: env.Box{Low: []float32{-1, -1}, High: []float32{1, 1}, Names: names}, Act: env.Discrete{N: 2}, MaxSteps: 9}
		for _, within := range namedWrappers() {
			for _, outside := range namedWrappers() {
				e, err := within.wrap(&specEnv{spec: spec})
				if err == nil {
					e, err = outside.wrap(e)
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

// TestFrameSkipLimit checks the time limit of FrameSkip: the wrapped environment's limit divided
// by times, rounded up, also for limits near the largest int.
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
