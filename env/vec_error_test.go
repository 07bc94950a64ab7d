package env_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// A mine walks at random and goes off in its own way once it has come far
// enough, or at a Reset. Where that is, seed and actions decide.
type mine struct {
	way   string // "" for never
	early bool   // at a Reset
	rng   env.Rand
	far   float64
}

func (m *mine) Spec() env.Spec {
	return env.Spec{ID: "lab/Mine-v3", Obs: env.NewBox(0, inf, 2), Act: env.Discrete{N: 2}, MaxSteps: 30}
}

func (m *mine) Reset(seed uint64, obs []float32) {
	m.rng.Seed(seed)
	m.far, obs[0], obs[1] = 0, 0, 0
	if m.rng.Float64() < 0.1 && m.early {
		m.goOff(new(env.Outcome), obs)
	}
}

func (m *mine) Step(act, obs []float32) (out env.Outcome) {
	m.far += float64(act[0]) + m.rng.Float64()
	obs[0], obs[1] = float32(m.far), 0
	if out.Terminated = m.rng.Float64() < 0.15; m.far > 9 && !m.early {
		m.goOff(&out, obs)
	}
	return out
}

func (m *mine) goOff(out *env.Outcome, obs []float32) {
	switch m.way {
	case "panic":
		panic("boom")
	case "index":
		obs[len(obs)] = 0
	case "NaN reward":
		out.Reward = math.NaN()
	case "Inf reward":
		out.Reward = math.Inf(-1)
	case "NaN observation":
		obs[1] = nan
	case "Inf observation":
		obs[0] = -inf
	}
}

// TestVecError drives mines until one goes off. The Error must say where, and
// what it says must lead there again in an environment of its own.
func TestVecError(t *testing.T) {
	for name, c := range map[string]struct {
		mine mine
		want error // nil: a *PanicError
	}{
		"panic":                    {mine{way: "panic"}, nil},
		"panic at Reset":           {mine{way: "panic", early: true}, nil},
		"index":                    {mine{way: "index"}, nil},
		"NaN reward":               {mine{way: "NaN reward"}, env.ErrNotFinite},
		"Inf reward":               {mine{way: "Inf reward"}, env.ErrNotFinite},
		"NaN observation":          {mine{way: "NaN observation"}, env.ErrNotFinite},
		"NaN observation at Reset": {mine{way: "NaN observation", early: true}, env.ErrNotFinite},
		"Inf observation":          {mine{way: "Inf observation"}, env.ErrNotFinite},
	} {
		for kind, make := range map[string]func(envs ...env.Env) env.Vector{
			"Vec":      func(envs ...env.Env) env.Vector { return env.NewVec(envs...) },
			"Parallel": func(envs ...env.Env) env.Vector { return env.NewParallel(2, envs...) },
		} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				a, b := c.mine, c.mine
				v := make(&a, new(mine), &b)
				episode, err := untilError(t, v, 11)
				var e *env.Error
				if !errors.As(err, &e) {
					t.Fatalf("error = %v, want an *env.Error", err)
				}
				if e.Env != "lab/Mine-v3" || e.Index == 1 || e.Step != len(episode[e.Index]) || (e.Step == 0) != c.mine.early {
					t.Errorf("Error = %+v, want lab/Mine-v3, number 0 or 2, step %d", e, len(episode[e.Index]))
				}
				if c.want != nil && !errors.Is(err, c.want) {
					t.Errorf("error = %v, want it to be %v", err, c.want)
				}
				var p *env.PanicError
				if c.want == nil && (!errors.As(err, &p) || !strings.Contains(string(p.Stack), "goOff")) {
					t.Errorf("error = %v, want a *env.PanicError with the stack", err)
				}
				if c.mine.way == "panic" && (p.Value != "boom" || !strings.HasSuffix(err.Error(), "panic: boom")) {
					t.Errorf("panic = %v in %v, want boom", p.Value, err)
				}
				alone := c.mine
				repeatError(t, &alone, e, episode[e.Index], c.want)
				if !slices.Equal(e.Actions, episode[e.Index]) {
					t.Errorf("Actions = %v, want %v", e.Actions, episode[e.Index])
				}
				staysBroken(t, v, err)
			})
		}
	}
}

// untilError resets v and steps it until it fails. It returns the actions of
// each running episode.
func untilError(t *testing.T, v env.Vector, seed uint64) (episode [][]float32, broken error) {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 1))
	episode = make([][]float32, v.Len())
	reset(t, v, seed)
	act := make([]float32, v.Len())
	for range 100_000 {
		for i := range act {
			act[i] = float32(rng.IntN(2))
			episode[i] = append(episode[i], act[i])
		}
		r, err := v.Step(act)
		if err != nil {
			// What failed at its restart has a new episode without actions.
			var e *env.Error
			if errors.As(err, &e) && e.Step == 0 {
				episode[e.Index] = nil
			}
			if r != nil {
				t.Errorf("Step = %v beside an error, want nil", r)
			}
			return episode, err
		}
		for i := range act {
			if r.Done(i) {
				episode[i] = nil
			}
		}
	}
	t.Fatal("100000 steps without an error, want one")
	return nil, nil
}

// repeatError plays the episode of e in m, on its own: only its last step goes
// wrong.
func repeatError(t *testing.T, m *mine, e *env.Error, acts []float32, want error) {
	t.Helper()
	obs := make([]float32, 2)
	try := func(act []float32) (bad error) {
		defer func() {
			if p := recover(); p != nil {
				bad = &env.PanicError{Value: p}
			}
		}()
		var out env.Outcome
		if act == nil {
			m.Reset(e.Seed, obs)
		} else {
			out = m.Step(act, obs)
		}
		if slices.ContainsFunc(append(obs, float32(out.Reward)), func(x float32) bool { return x-x != 0 }) {
			return env.ErrNotFinite
		}
		return nil
	}
	bad := try(nil)
	for i := range acts {
		if bad != nil {
			t.Fatalf("alone, step %d of %d: %v, want none before the last", i, len(acts), bad)
		}
		bad = try(acts[i : i+1])
	}
	if bad == nil || want != nil && bad != want {
		t.Errorf("alone, seed %d and %d actions lead to %v, want %v", e.Seed, len(acts), bad, e.Err)
	}
}

// staysBroken wants nothing of v but the same error, until it is Reset.
func staysBroken(t *testing.T, v env.Vector, broken error) {
	t.Helper()
	for range 3 {
		if r, err := v.Step(make([]float32, v.Len())); r != nil || err != broken {
			t.Errorf("Step after an error = %v, %v, want the same error", r, err)
		}
	}
	for seed := range uint64(100) { // a seed whose first steps are sound
		if _, err := v.Reset(seed); err == nil {
			if _, err := v.Step(make([]float32, v.Len())); err != nil {
				t.Errorf("Step after Reset: %v, want none", err)
			}
			return
		}
	}
	t.Error("Reset after an error: an error for every seed")
}

func TestVecAction(t *testing.T) {
	for name, act := range map[string]float32{
		"too high": 3, "negative": -1, "fraction": 0.5, "NaN": nan, "Inf": inf,
	} {
		t.Run(name, func(t *testing.T) {
			v := env.NewVec(new(probe), new(probe))
			reset(t, v, 5)
			if _, err := v.Step([]float32{2, 0}); err != nil {
				t.Fatal(err)
			}
			_, err := v.Step([]float32{2, act})
			var e *env.Error
			if !errors.As(err, &e) || !errors.Is(err, env.ErrAction) {
				t.Fatalf("Step of action %v: %v, want an *Error of ErrAction", act, err)
			}
			want := env.Error{Env: "Probe-v0", Index: 1, Seed: env.Split(env.Split(5, 1), 1), Step: 2, Err: e.Err, Actions: []float32{0, act}}
			if fmt.Sprint(*e) != fmt.Sprint(want) { // which NaN does not keep from being equal
				t.Errorf("Error = %+v, want %+v", *e, want)
			}
			staysBroken(t, v, err)
		})
	}
}

func TestErrorText(t *testing.T) {
	e := &env.Error{Env: "Lift-v1", Index: 2, Seed: 3, Step: 4, Err: &env.PanicError{Value: "boom"}}
	if got, want := e.Error(), "env: Lift-v1, number 2, episode seed 3, step 4: panic: boom"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
}

// TestVecErrorReset has the very first Reset go wrong.
func TestVecErrorReset(t *testing.T) {
	for seed := range uint64(1000) {
		v := env.NewVec(new(mine), &mine{way: "Inf observation", early: true})
		r, err := v.Reset(seed)
		if err == nil {
			continue
		}
		var e *env.Error
		if !errors.As(err, &e) || !errors.Is(err, env.ErrNotFinite) || r != nil {
			t.Fatalf("Reset(%d) = %v, %v, want an *Error of ErrNotFinite", seed, r, err)
		}
		want := env.Error{Env: "lab/Mine-v3", Index: 1, Seed: env.Split(env.Split(seed, 1), 1), Step: 0, Err: e.Err}
		if !reflect.DeepEqual(*e, want) {
			t.Errorf("Error = %+v, want %+v", *e, want)
		}
		staysBroken(t, v, err)
		return
	}
	t.Error("1000 Resets without an error, want one")
}
