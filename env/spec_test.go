package env_test

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/env/envtest"
	"github.com/rlrun/rlrun/env/state"
)

// A specEnv is a probe with a given Spec.
type specEnv struct {
	probe
	spec env.Spec
}

func (d *specEnv) Spec() env.Spec { return d.spec }

// badSpecs returns invalid Specs, each under a part of the error message that it must give.
func badSpecs() map[string]env.Spec {
	box, choice := env.NewBox(-1, 1, 2), env.Discrete{N: 2}
	of := func(obs, act env.Space) env.Spec { return env.Spec{ID: "acme/Bad-v0", Obs: obs, Act: act} }
	observed := func(low, high float32) env.Spec {
		return of(env.Box{Low: []float32{-1, low}, High: []float32{1, high}}, choice)
	}
	return map[string]env.Spec{
		`its id is "", want`:                            {Obs: box, Act: choice},
		`its id is "a b"`:                               {ID: "a b", Obs: box, Act: choice},
		"a time limit of -1 steps":                      {ID: "acme/Bad-v0", Obs: box, Act: choice, MaxSteps: -1},
		"a reward threshold of NaN":                     {ID: "acme/Bad-v0", Obs: box, Act: choice, RewardThreshold: new(math.NaN())},
		"the observation space: there is none":          of(nil, choice),
		"the action space: there is none":               of(box, nil),
		"a Box of 0 lower and 0 upper bounds":           of(env.Box{}, choice),
		"a Box of 2 lower and 1 upper bounds":           of(env.Box{Low: []float32{0, 0}, High: []float32{1}}, choice),
		"element 1 of a Box is between 1 and -1":        observed(1, -1),
		"element 1 of a Box is between 3 and 3":         observed(3, 3),
		"element 1 of a Box is between NaN and 1":       observed(nan, 1),
		"between +Inf and +Inf":                         observed(inf, inf),
		"between -Inf and -Inf":                         observed(-inf, -inf),
		"the shape [2 3] has 2 elements":                of(env.Box{Low: box.Low, High: box.High, Shape: []int{2, 3}}, choice),
		"the shape [-1 -2] has 2 elements":              of(env.Box{Low: box.Low, High: box.High, Shape: []int{-1, -2}}, choice),
		"a Box of 2 elements has 1 names":               of(env.Box{Low: box.Low, High: box.High, Names: []string{"x"}}, choice),
		"a choice (Discrete) among 0 values":            of(box, env.Discrete{}),
		"a choice (Discrete) among -3 values":           of(env.Discrete{N: -3}, choice),
		"among 16777217 values, want 1 … 16777216":      of(env.Discrete{N: 1<<24 + 1}, choice),
		"choice 1 (MultiDiscrete) among 0 values":       of(box, env.MultiDiscrete{N: []int{2, 0}}),
		"0 choices (MultiDiscrete): it has no element":  of(box, env.MultiDiscrete{}),
		"0 bits (MultiBinary): it has no element":       of(env.MultiBinary{}, choice),
		"a MultiBinary of the shape [2 3] has 5":        of(env.MultiBinary{N: 5, Shape: []int{2, 3}}, choice),
		"a Tuple of 0 parts: it has no element":         of(env.Tuple{}, choice),
		"part 1: there is none":                         of(env.Tuple{box, nil}, choice),
		"a Dict without fields":                         of(env.Dict{}, choice),
		"an Image of 0×2×3, want 1 or more":             of(env.Image{W: 2, C: 3}, choice),
		"an Image of 9999×9999×3, want 1 or more":       of(env.Image{H: 9999, W: 9999, C: 3}, choice),
		"16777217 bits (MultiBinary): want 16777216":    of(box, env.MultiBinary{N: 1<<24 + 1}),
		"spaces within spaces, 33 deep":                 of(deep(33), choice),
		"env_test.noLayout has no layout, want":         of(noLayout{box}, choice),
		"part 0: a space of the type env_test.noLayout": of(box, env.Tuple{noLayout{box}}),
		"env_test.selfPlain: its Plain: a space of":     of(selfPlain{box}, choice),
		"rows of 2 numbers, and its Plain, a choice":    of(wrongPlain{box}, choice),
		`two fields are called "x"`:                     of(env.Dict{{Name: "x", Space: box}, {Name: "x", Space: choice}}, choice),
		`field "x": a choice (Discrete) among 0`:        of(env.Dict{{Name: "x", Space: env.Discrete{}}}, choice),
	}
}

// deep returns a Discrete inside n Tuples.
func deep(n int) (s env.Space) {
	s = env.Discrete{N: 2}
	for range n {
		s = env.Tuple{s}
	}
	return s
}

// oneSentence reports whether err is one line that contains all words.
func oneSentence(err error, words ...string) bool {
	return err != nil && !strings.Contains(err.Error(), "\n") &&
		!slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(err.Error(), w) })
}

// TestBadSpec checks that an invalid Spec is refused wherever environments are made, with a
// sentence that names the environment.
func TestBadSpec(t *testing.T) {
	for want, spec := range badSpecs() {
		t.Run(want, func(t *testing.T) {
			if err := spec.Validate(); !oneSentence(err, want) {
				t.Errorf("Validate() = %v, want %q", err, want)
			}
			newEnv := func() *specEnv { return &specEnv{spec: spec} }
			r := env.Registry{"acme/Bad-v0": env.Entry(newEnv)}
			if e, err := r.Make("acme/Bad-v0", nil); e != nil || !oneSentence(err, "env: acme/Bad-v0: ", want) {
				t.Errorf("Make = %v, %v, want acme/Bad-v0 and %q", e, err, want)
			}
			if m, err := r.Maker("acme/Bad-v0", nil); m != nil || !oneSentence(err, "acme/Bad-v0", want) {
				t.Errorf("Maker: %v, want acme/Bad-v0 and %q", err, want)
			}
			name := spec.ID
			if name == "" {
				name = "*env_test.specEnv"
			}
			for kind, mk := range map[string]env.Maker{"Each": env.Each(newEnv), "EachParallel": env.EachParallel(2, newEnv)} {
				if v, err := mk(3); v != nil || !oneSentence(err, "env: "+name+": ", want) {
					t.Errorf("%s = %v, %v, want %q", kind, v, err, want)
				}
			}
			for kind, v := range map[string]env.Vector{"Vec": env.NewVec(newEnv(), newEnv()), "Parallel": env.NewParallel(2, newEnv(), newEnv())} {
				if _, err := v.Reset(1); !oneSentence(err, name, want) {
					t.Errorf("%s.Reset: %v, want %q", kind, err, want)
				}
				if _, err := v.Step(nil); !oneSentence(err, name, want) {
					t.Errorf("%s.Step: %v, want %q", kind, err, want)
				}
				if err := state.Save(new(bytes.Buffer), v); !oneSentence(err, name, want) {
					t.Errorf("%s.State: %v, want %q", kind, err, want)
				}
			}
			if said := envtest.Breaches(newEnv()); len(said) != 1 || !strings.Contains(said[0], want) {
				t.Errorf("Breaches = %q, want %q", said, want)
			}
		})
	}
}

// TestDifferentSpecs checks that environments with different spaces, or no environments, are
// refused in one Vector.
func TestDifferentSpecs(t *testing.T) {
	for want, envs := range map[string][]env.Env{
		"number 0 is CartPole-v1, with observations of a Box of 4 numbers and actions of a choice of 2 (Discrete), and number 1 is Probe-v0, with a Box of 2 numbers and a choice of 3": {cartPole(), newProbe()},
		"number 2 is Mixed-v0, with a Dict of 3 fields and a Box of 2 numbers": {newProbe(), newProbe(), newMixed()},
		"only one of number 0 and number 1, Bump-v0, masks actions":            {new(randomWalk), new(maskedWalk)},
		"number 1 is Probe-v0, with a Box of 2 numbers and a choice of 4":      {newProbe(), &probe{n: 4}},
	} {
		if _, err := env.NewVec(envs...).Reset(1); !oneSentence(err, "environments of a vector differ", want) {
			t.Errorf("Reset: %v, want %q", err, want)
		}
	}
	for kind, v := range map[string]env.Vector{"Vec": env.NewVec(), "Parallel": env.NewParallel(2)} {
		if _, err := v.Reset(1); !oneSentence(err, "a vector of no environments, want 1 or more") {
			t.Errorf("%s of no environments: %v, want an error", kind, err)
		}
	}
}

// A strayObs environment returns observations of zeros, but with 3 in the last element at one
// step.
type strayObs struct {
	probe
	space env.Space
	at    int // step of the observation 3; 0 is Reset
}

func (s *strayObs) Spec() env.Spec {
	return env.Spec{ID: "Strays-v0", Obs: s.space, Act: env.Discrete{N: 2}}
}

func (s *strayObs) Reset(_ uint64, obs []float32) {
	s.t = 0
	s.show(obs)
}

func (s *strayObs) Step(_, obs []float32) env.Outcome {
	s.t++
	s.show(obs)
	return env.Outcome{}
}

func (s *strayObs) show(obs []float32) {
	clear(obs)
	if s.t == s.at {
		obs[len(obs)-1] = 3
	}
}

// TestObsOutsideSpace checks that an observation outside a discrete space is an error, also in a
// Tuple or a Dict. Numbers outside a Box are allowed.
func TestObsOutsideSpace(t *testing.T) {
	three := env.Discrete{N: 3}
	for name, c := range map[string]struct {
		space env.Space
		good  bool
	}{
		"Discrete": {three, false}, "MultiDiscrete": {env.MultiDiscrete{N: []int{4, 3}}, false}, "MultiBinary": {env.MultiBinary{N: 2}, false},
		"Image": {env.Image{H: 2, W: 2, C: 1}, true}, "Tuple": {env.Tuple{env.NewBox(0, 1, 2), three}, false}, "Dict": {env.Dict{{Name: "x", Space: env.Tuple{three}}}, false},
		"Box": {env.NewBox(0, 1, 2), true}, "wide Discrete": {env.Discrete{N: 4}, true}, "Dict of a Box": {env.Dict{{Name: "x", Space: env.NewBox(0, 1, 2)}}, true},
	} {
		for at := range 3 {
			newEnv := func() env.Env { return &strayObs{space: c.space, at: at} }
			for _, v := range []env.Vector{vecOf(2, newEnv), parallelOf(2, 2, newEnv)} {
				_, err := v.Reset(5)
				for range 3 {
					if err == nil {
						_, err = v.Step([]float32{0, 0})
					}
				}
				if c.good && err != nil {
					t.Errorf("%s: %v, want no error", name, err)
				} else if !c.good && !oneSentence(err, "Strays-v0, number 0", "not in the observation space", "of "+env.Describe(c.space)) {
					t.Errorf("%s, step %d: %v, want an observation outside the space", name, at, err)
				}
			}
		}
	}
}

// TestDescribe checks the description of each kind of space.
func TestDescribe(t *testing.T) {
	for want, s := range map[string]env.Space{
		"a Box of 3 numbers": env.NewBox(0, 1, 3), "a Box of 1 number": env.NewBox(0, 1), "a choice of 4 (Discrete)": env.Discrete{N: 4},
		"2 choices (MultiDiscrete)": env.MultiDiscrete{N: []int{2, 3}}, "5 bits (MultiBinary)": env.MultiBinary{N: 5},
		"a Tuple of 2 parts": env.Tuple{env.Discrete{N: 2}, env.Discrete{N: 2}}, "a Dict of 1 field": env.Dict{{Name: "x", Space: env.Discrete{N: 2}}},
		"no space": nil, "a space of the type env_test.unknownSpace": unknownSpace{}, "an Image of 2×3×4": env.Image{H: 2, W: 3, C: 4},
	} {
		if got := env.Describe(s); got != want {
			t.Errorf("Describe(%#v) = %q, want %q", s, got, want)
		}
	}
}

type unknownSpace struct{ env.Discrete }

// TestWrapperSpecs checks that the Spec of every wrapper is valid.
func TestWrapperSpecs(t *testing.T) {
	for name, mk := range wrapperCases() {
		e, err := mk()
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Spec().Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := classic.NewCartPole().Spec().Validate(); err != nil {
		t.Error(err)
	}
}
