package env_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/envtest"
	"github.com/rlrun/rlrun/internal/golden"
)

// A transition is one recorded step.
type transition struct {
	Action, Obs []float32
	Reward      float64
	Terminated  bool
	Truncated   bool // recorded for the wrapper only
	Inner       []transition
}

// A recording is one episode of a wrapper in Gymnasium: see testdata/README.md.
type recording struct {
	Name, Env    string
	Reset, Inner []float32
	InnerReset   []float32 `json:"inner_reset"`
	Steps        []transition
}

// A recordedEnv replays the environment inside a recording. It checks that it gets the recorded
// actions.
type recordedEnv struct {
	t    *testing.T
	r    *recording
	rest []transition
}

func (p *recordedEnv) Spec() env.Spec {
	switch p.r.Env {
	case "Pendulum-v1":
		return env.Spec{ID: "Pendulum-v1", Obs: env.NewBox(-8, 8, 3), Act: env.NewBox(-2, 2, 1), MaxSteps: 200}
	case "MountainCarContinuous-v0":
		return env.Spec{ID: "MountainCarContinuous-v0", Obs: env.NewBox(-1.2, 0.6, 2), Act: env.NewBox(-1, 1, 1), MaxSteps: 999}
	}
	s := classic.NewCartPole().Spec()
	if strings.HasPrefix(p.r.Name, "TimeAware") {
		s.MaxSteps = 10
	}
	return s
}

func (p *recordedEnv) Reset(_ uint64, obs []float32) {
	copy(obs, p.r.InnerReset)
	p.rest = nil
	for _, s := range p.r.Steps {
		p.rest = append(p.rest, s.Inner...)
	}
}

func (p *recordedEnv) Step(act, obs []float32) env.Outcome {
	s := p.rest[0]
	p.rest = p.rest[1:]
	for i, a := range s.Action {
		if d := math.Abs(float64(a - act[i])); !(d <= 1.2e-7*max(1, math.Abs(float64(a)))) {
			p.t.Errorf("action %v reaches the environment, want %v", act, s.Action)
		}
	}
	copy(obs, s.Obs)
	return env.Outcome{Reward: s.Reward, Terminated: s.Terminated}
}

// TestWrappers checks each wrapper against its recording.
func TestWrappers(t *testing.T) {
	wrap := map[string]func(e env.Env) (env.Env, error){
		"TimeLimit(7)": func(e env.Env) (env.Env, error) { return env.NewWithMaxSteps(e, 7), nil },
		"TimeAwareObservation": func(e env.Env) (env.Env, error) {
			return env.NewTimeAwareObservation(e, false)
		},
		"TimeAwareObservation(normalize_time=True)": func(e env.Env) (env.Env, error) {
			return env.NewTimeAwareObservation(e, true)
		},
		"ClipAction":               func(e env.Env) (env.Env, error) { return env.NewClipAction(e) },
		"RescaleAction(-1,1)":      func(e env.Env) (env.Env, error) { return env.NewRescaleAction(e, -1, 1) },
		"RescaleAction(0,0.5)":     func(e env.Env) (env.Env, error) { return env.NewRescaleAction(e, 0, 0.5) },
		"RescaleAction(-3,5)":      func(e env.Env) (env.Env, error) { return env.NewRescaleAction(e, -3, 5) },
		"FrameStackObservation(4)": func(e env.Env) (env.Env, error) { return env.NewFrameStack(e, 4, false) },
		"FrameStackObservation(3,zero)": func(e env.Env) (env.Env, error) {
			w, err := env.NewFrameStack(e, 3, true)
			return env.NewWithMaxSteps(w, 8), err
		},
		"TransformReward(0.1*r+1)": func(e env.Env) (env.Env, error) {
			return env.NewTransformReward(e, func(r float64) float64 { return 0.1*r + 1 }), nil
		},
		"ClipReward(-1,0.5)":       func(e env.Env) (env.Env, error) { return env.NewClipReward(e, -1, 0.5), nil },
		"DelayObservation(2)":      func(e env.Env) (env.Env, error) { return env.NewDelayObservation(e, 2) },
		"DiscretizeAction(5)":      func(e env.Env) (env.Env, error) { return env.NewDiscretizeAction(e, 5) },
		"MaxAndSkipObservation(3)": func(e env.Env) (env.Env, error) { return env.NewSkipAndMax(e, 3) },
	}
	var recordings []recording
	golden.Read(t, "testdata/wrappers.json.gz", &recordings)
	if len(recordings) != len(wrap) {
		t.Errorf("%d recordings, want %d", len(recordings), len(wrap))
	}
	for _, r := range recordings {
		t.Run(r.Name, func(t *testing.T) {
			e, err := wrap[r.Name](&recordedEnv{t: t, r: &r})
			if err != nil {
				t.Fatal(err)
			}
			spec := e.Spec()
			obs := make([]float32, spec.Obs.Size())
			e.Reset(1, obs)
			if !slices.Equal(obs, r.Reset) {
				t.Errorf("observed %v first, want %v", obs, r.Reset)
			}
			for i, want := range r.Steps {
				out := e.Step(want.Action, obs)
				if strings.HasPrefix(r.Name, "MaxAndSkip") && len(want.Inner) == 1 {
					want.Obs = want.Inner[0].Obs // Gymnasium mixes it with an observation of the action before
				}
				if !slices.Equal(obs, want.Obs) {
					t.Errorf("step %d: observed %v, want %v", i, obs, want.Obs)
				}
				truncated := i+1 == spec.MaxSteps
				if strings.HasPrefix(r.Name, "FrameStack") || strings.HasPrefix(r.Name, "Delay") {
					truncated = i+1 == 8 // time limit of the recorded environment
				}
				if math.Abs(out.Reward-want.Reward) > 1e-12 || out.Terminated != want.Terminated || truncated != want.Truncated {
					t.Errorf("step %d: %+v, truncated %v, want %+v", i, out, truncated, want)
				}
			}
		})
	}
}

// wrapperCases returns the constructor of each wrapper, by name.
func wrapperCases() map[string]func() (env.Env, error) {
	narrow := env.Box{Low: []float32{-1, -2, -0.2, -2}, High: []float32{1, 2, 0.2, 2}}
	return map[string]func() (env.Env, error){
		"TransformReward": func() (env.Env, error) { return env.NewTransformReward(cartPole(), math.Sqrt), nil },
		"TransformObservation": func() (env.Env, error) {
			return env.NewTransformObservation(cartPole(), env.NewBox(-1, 1, 1), func(dst, x []float32) { dst[0] = x[2] }), nil
		},
		"WithMaxSteps": func() (env.Env, error) { return env.NewWithMaxSteps(cartPole(), 7), nil },
		"FrameSkip":    func() (env.Env, error) { return env.NewFrameSkip(cartPole(), 3) },
		"SkipAndMax":   func() (env.Env, error) { return env.NewSkipAndMax(cartPole(), 3) },
		"TimeAware":    func() (env.Env, error) { return env.NewTimeAwareObservation(cartPole(), true) },
		"FrameStack":   func() (env.Env, error) { return env.NewFrameStack(cartPole(), 3, false) },
		"FrameStack of zeros": func() (env.Env, error) {
			return env.NewFrameStack(cartPole(), 3, true)
		},
		"Delay":        func() (env.Env, error) { return env.NewDelayObservation(cartPole(), 2) },
		"Flatten":      func() (env.Env, error) { return env.NewFlattenObservation(newMixed()), nil },
		"Filter":       func() (env.Env, error) { return env.NewFilterObservation(newMixed(), "place", "pair") },
		"Select":       func() (env.Env, error) { return env.NewSelectObservation(cartPole(), 2, 0) },
		"MaskVelocity": func() (env.Env, error) { return env.NewMaskVelocity(cartPole()) },
		"AddNoise":     func() (env.Env, error) { return env.NewAddNoise(cartPole(), 0.1) },
		"Discretize": func() (env.Env, error) {
			return env.NewDiscretizeObservation(cartPole(), 6, narrow)
		},
		"TileCoding":    func() (env.Env, error) { return env.NewTileCoding(cartPole(), 4, 3, narrow) },
		"Reseed":        func() (env.Env, error) { return env.NewReseed(cartPole(), 1, 2, 3) },
		"RandomAction":  func() (env.Env, error) { return env.NewRandomAction(cartPole(), 0.3) },
		"ClipAction":    func() (env.Env, error) { return env.NewClipAction(newMixed()) },
		"RescaleAction": func() (env.Env, error) { return env.NewRescaleAction(newMixed(), 0, 1) },
		"DiscretizeAction": func() (env.Env, error) {
			return env.NewDiscretizeAction(newMixed(), 3)
		},
		"all at once": func() (env.Env, error) {
			e, err := env.NewFrameStack(env.NewStickyAction(cartPole(), 0.3), 2, false)
			if err != nil {
				return nil, err
			}
			skip, err := env.NewFrameSkip(e, 2)
			if err != nil {
				return nil, err
			}
			noise, err := env.NewAddNoise(skip, 0.1)
			if err != nil {
				return nil, err
			}
			return env.NewDelayObservation(noise, 1)
		},
	}
}

// A mixed environment has random observations with every kind of part, and actions of two
// numbers.
type mixed struct{ rng env.Rand }

var mixedActions env.Space = env.Box{Low: []float32{-1, 2}, High: []float32{1, 6}}

func newMixed() env.Env { return &mixed{} }

func (*mixed) Spec() env.Spec {
	return env.Spec{ID: "Mixed-v0", MaxSteps: 20, Act: mixedActions, Obs: env.Dict{
		{Name: "box", Space: env.NewBox(-1, 1, 2)},
		{Name: "place", Space: env.Discrete{N: 3}},
		{Name: "pair", Space: env.Tuple{env.MultiDiscrete{N: []int{2, 4}}, env.MultiBinary{N: 2}}},
	}}
}

func (m *mixed) Reset(seed uint64, obs []float32) {
	m.rng.Seed(seed)
	m.observe(obs)
}

func (m *mixed) Step(act, obs []float32) env.Outcome {
	m.observe(obs)
	return env.Outcome{Reward: float64(act[0] + act[1])}
}

func (m *mixed) observe(obs []float32) {
	for i, n := range []float64{0, 0, 3, 2, 4, 2, 2} {
		if obs[i] = float32(m.rng.Uniform(-1, 1)); n > 0 {
			obs[i] = float32(int(m.rng.Uniform(0, n)))
		}
	}
}

// TestWrappersKeepTheContract checks every wrapper with envtest.Check.
func TestWrappersKeepTheContract(t *testing.T) {
	for name, mk := range wrapperCases() {
		t.Run(name, func(t *testing.T) {
			e, err := mk()
			if err != nil {
				t.Fatal(err)
			}
			envtest.Check(t, e)
			if _, ok := e.(env.Wrapper); !ok {
				t.Error("is no Wrapper")
			}
		})
	}
}

// TestWrapperErrors checks the error message of each wrapper for an environment or a setting that
// does not fit.
func TestWrapperErrors(t *testing.T) {
	only := func(_ env.Env, err error) error { return err }
	pole, inf := cartPole(), float32(math.Inf(1))
	for want, err := range map[string]error{
		"ClipAction needs actions that are a Box of numbers, and these are a choice of 2 (Discrete)": only(env.NewClipAction(pole)),
		"RescaleAction to 1 … 1, want two numbers":                                                   only(env.NewRescaleAction(newMixed(), 1, 1)),
		"DiscretizeAction into 0 bins for each of 2":                                                 only(env.NewDiscretizeAction(newMixed(), 0)),
		"DiscretizeAction into 2000 bins for each of 2 elements, want 1 bin or more":                 only(env.NewDiscretizeAction(newMixed(), 2000)),
		"FrameSkip of 0 times":                          only(env.NewFrameSkip(pole, 0)),
		"Reseed without seeds":                          only(env.NewReseed(pole)),
		"RandomAction with probability 1.5, want 0 … 1": only(env.NewRandomAction(pole, 1.5)),
		"SkipAndMax of 0 times":                         only(env.NewSkipAndMax(pole, 0)),
		"SkipAndMax needs observations that are an Image, a Box or bits, and these are a Dict of 3 fields":                only(env.NewSkipAndMax(newMixed(), 2)),
		"FrameSkip of 1048577 times, want 1 … 1048576":                                                                    only(env.NewFrameSkip(pole, 1<<20+1)),
		"FrameStack needs observations that are a Box of numbers, and these are a Dict of 3 fields":                       only(env.NewFrameStack(newMixed(), 2, false)),
		"FrameStack of 0 observations of 4 numbers, want 1 … 262144":                                                      only(env.NewFrameStack(pole, 0, false)),
		"DelayObservation of 1000000000 observations of 4 numbers, want 1 … 262144":                                       only(env.NewDelayObservation(pole, 1_000_000_000)),
		"TimeAwareObservation of CartPole-v1, which has no time limit":                                                    only(env.NewTimeAwareObservation(env.NewWithMaxSteps(pole, 0), true)),
		`there is no "plaice" in the observations`:                                                                        only(env.NewFilterObservation(newMixed(), "plaice")),
		"FilterObservation to nothing":                                                                                    only(env.NewFilterObservation(newMixed())),
		"FilterObservation by names needs observations that are a Dict of named fields, and these are a Box of 4 numbers": only(env.NewFilterObservation(pole, "x")),
		"FilterObservation of element 4 of an observation, want 0 … 3":                                                    only(env.NewSelectObservation(pole, 4)),
		"MaskObservation of element -1":                                                                                   only(env.NewMaskObservation(pole, -1)),
		"MaskObservation of no elements":                                                                                  only(env.NewMaskObservation(pole)),
		"MaskVelocity does not know the velocities of Probe-v0":                                                           only(env.NewMaskVelocity(newProbe())),
		"AddNoise of deviation -1":                                                                                        only(env.NewAddNoise(pole, -1)),
		"DiscretizeObservation of element 1, in -Inf … +Inf, want two":                                                    only(env.NewDiscretizeObservation(pole, 6, env.Box{})),
		"TileCoding between 1 and 1 bounds, want 4":                                                                       only(env.NewTileCoding(pole, 1, 2, env.NewBox(-1, 1, 1))),
		"TileCoding of 0 tilings":                                                                                         only(env.NewTileCoding(pole, 0, 2, env.NewBox(-1, 1, 4))),
		"TileCoding into 41 bins for each of 4 elements":                                                                  only(env.NewTileCoding(pole, 1, 40, env.NewBox(-1, 1, 4))),
		"DiscretizeObservation of element 0, in -1 … +Inf, want two bounds,":                                              only(env.NewDiscretizeObservation(pole, 2, env.NewBox(-1, inf, 4))),
		"DiscretizeAction into 1000000000 bins for each of 1 elements":                                                    only(env.NewDiscretizeAction(classic.NewPendulum(), 1e9)),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "env: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q in it", err, want)
		}
	}
}

// TestFlatten checks Flatten against Gymnasium, for observation 0 of Discrete(16) and for (9, 10,
// 0) of Blackjack's Tuple of 32, 11 and 2 values, and on a row with every kind of part.
func TestFlatten(t *testing.T) {
	ones := func(n int, index ...int) []float32 {
		x := make([]float32, n)
		for _, i := range index {
			x[i] = 1
		}
		return x
	}
	for _, tc := range []struct {
		space   env.Space
		x, want []float32
	}{
		{env.Discrete{N: 16}, []float32{0}, ones(16, 0)},
		{env.Tuple{env.Discrete{N: 32}, env.Discrete{N: 11}, env.Discrete{N: 2}}, []float32{9, 10, 0}, ones(45, 9, 42, 43)},
		{newMixed().Spec().Obs, []float32{0.5, -0.5, 2, 1, 3, 1, 0}, append([]float32{0.5, -0.5}, ones(11, 2, 4, 8, 9)...)},
	} {
		l, err := env.LayoutOf(tc.space)
		if err != nil {
			t.Fatal(err)
		}
		got, flat := make([]float32, l.Flat), env.Flat(tc.space)
		l.Flatten(got, tc.x)
		if !slices.Equal(got, tc.want) {
			t.Errorf("Flatten(%v, %v) = %v, want %v", tc.space, tc.x, got, tc.want)
		}
		if flat.Size() != len(got) || !flat.Contains(got) {
			t.Errorf("Flat(%v) = %v, want a space that has %v", tc.space, flat, got)
		}
	}
}

// TestDiscretizeObservation checks that element 0 is the most significant digit of a cell's
// index, and that elements outside the bounds are clipped.
func TestDiscretizeObservation(t *testing.T) {
	for _, tc := range []struct {
		x    []float32
		cell float32
	}{
		{[]float32{-1, 0}, 0}, {[]float32{-0.51, 0.99}, 3}, {[]float32{-0.5, 0}, 4}, {[]float32{0.99, 0.99}, 15},
		{[]float32{1, 1}, 15}, {[]float32{-9, 9}, 3}, {[]float32{0.1, 0.3}, 9},
	} {
		e, err := env.NewDiscretizeObservation(&constantObs{x: tc.x}, 4, env.Box{Low: []float32{-1, 0}, High: []float32{1, 1}})
		if err != nil {
			t.Fatal(err)
		}
		obs := make([]float32, 1)
		if e.Reset(1, obs); obs[0] != tc.cell {
			t.Errorf("%v is in cell %v, want %v", tc.x, obs[0], tc.cell)
		}
	}
}

// TestTileCoding checks two tilings of two tiles along each of two elements in [0, 1]. The second
// tiling is displaced by half a tile, which is 0.25, in both elements: 0.3 is in tile 0 of the
// first tiling and in tile 1 of the second tiling.
func TestTileCoding(t *testing.T) {
	for _, tc := range []struct {
		x    []float32
		ones []int
	}{
		{[]float32{0, 0}, []int{0, 9}}, {[]float32{0.3, 0}, []int{0, 9 + 3}}, {[]float32{0.6, 0.3}, []int{3, 9 + 3 + 1}},
		{[]float32{1, 1}, []int{8, 9 + 8}}, {[]float32{0.9, 0.9}, []int{4, 9 + 8}},
	} {
		e, err := env.NewTileCoding(&constantObs{x: tc.x}, 2, 2, env.NewBox(0, 1, 2))
		if err != nil {
			t.Fatal(err)
		}
		obs := make([]float32, 18)
		e.Reset(1, obs)
		var got []int
		for i, v := range obs {
			if v == 1 {
				got = append(got, i)
			}
		}
		if !slices.Equal(got, tc.ones) {
			t.Errorf("%v is on tiles %v, want %v", tc.x, got, tc.ones)
		}
	}
}

// A constantObs environment always has the same observation.
type constantObs struct{ x []float32 }

func (f *constantObs) Spec() env.Spec {
	inf := float32(math.Inf(1))
	return env.Spec{ID: "Fixed-v0", Obs: env.NewBox(-inf, inf, len(f.x)), Act: env.Discrete{N: 1}}
}
func (f *constantObs) Reset(_ uint64, obs []float32) { copy(obs, f.x) }
func (f *constantObs) Step(_, obs []float32) env.Outcome {
	copy(obs, f.x)
	return env.Outcome{}
}

// TestNormal checks the first four moments of Rand.Normal against the moments of the standard
// normal distribution, within 5 standard errors.
func TestNormal(t *testing.T) {
	const n = 200_000
	var r env.Rand
	r.Seed(1)
	var sum [5]float64
	for range n {
		x := r.Normal()
		for k, p := 1, x; k < 5; k, p = k+1, p*x {
			sum[k] += p / n
		}
	}
	for k, want := range map[int][2]float64{1: {0, 1}, 2: {1, 2}, 3: {0, 15}, 4: {3, 96}} {
		if math.Abs(sum[k]-want[0]) > 5*math.Sqrt(want[1]/n) {
			t.Errorf("moment %d is %v, want %v", k, sum[k], want[0])
		}
	}
}
