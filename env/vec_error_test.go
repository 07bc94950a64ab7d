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

// A failingEnv walks at random and breaks the contract once it has come far enough, or at a
// Reset. The step depends only on the seed and the actions.
type failingEnv struct {
	fault    string // how it breaks the contract; "" for never
	atReset  bool   // break it at a Reset, not at a step
	rng      env.Rand
	distance float64
}

func (m *failingEnv) Spec() env.Spec {
	return env.Spec{ID: "lab/Mine-v3", Obs: env.NewBox(0, inf, 2), Act: env.Discrete{N: 2}, MaxSteps: 30}
}

func (m *failingEnv) Reset(seed uint64, obs []float32) {
	m.rng.Seed(seed)
	m.distance, obs[0], obs[1] = 0, 0, 0
	if m.rng.Float64() < 0.1 && m.atReset {
		m.fail(new(env.Outcome), obs)
	}
}

func (m *failingEnv) Step(act, obs []float32) (out env.Outcome) {
	m.distance += float64(act[0]) + m.rng.Float64()
	obs[0], obs[1] = float32(m.distance), 0
	if out.Terminated = m.rng.Float64() < 0.15; m.distance > 9 && !m.atReset {
		m.fail(&out, obs)
	}
	return out
}

func (m *failingEnv) fail(out *env.Outcome, obs []float32) {
	switch m.fault {
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

// TestVecError steps failing environments until one breaks the contract. It checks that the
// *Error says where, and that its seed and actions lead to the same error in a new environment.
func TestVecError(t *testing.T) {
	for name, c := range map[string]struct {
		mine failingEnv
		want error // nil means a *PanicError
	}{
		"panic":                    {failingEnv{fault: "panic"}, nil},
		"panic at Reset":           {failingEnv{fault: "panic", atReset: true}, nil},
		"index":                    {failingEnv{fault: "index"}, nil},
		"NaN reward":               {failingEnv{fault: "NaN reward"}, env.ErrNotFinite},
		"Inf reward":               {failingEnv{fault: "Inf reward"}, env.ErrNotFinite},
		"NaN observation":          {failingEnv{fault: "NaN observation"}, env.ErrNotFinite},
		"NaN observation at Reset": {failingEnv{fault: "NaN observation", atReset: true}, env.ErrNotFinite},
		"Inf observation":          {failingEnv{fault: "Inf observation"}, env.ErrNotFinite},
	} {
		for kind, make := range map[string]func(envs ...env.Env) env.Vector{
			"Vec":      func(envs ...env.Env) env.Vector { return env.NewVec(envs...) },
			"Parallel": func(envs ...env.Env) env.Vector { return env.NewParallel(2, envs...) },
		} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				a, b := c.mine, c.mine
				v := make(&a, new(failingEnv), &b)
				episode, err := stepUntilError(t, v, 11)
				var e *env.Error
				if !errors.As(err, &e) {
					t.Fatalf("error = %v, want an *env.Error", err)
				}
				if e.Env != "lab/Mine-v3" || e.Index == 1 || e.Step != len(episode[e.Index]) || (e.Step == 0) != c.mine.atReset {
					t.Errorf("Error = %+v, want lab/Mine-v3, number 0 or 2, step %d", e, len(episode[e.Index]))
				}
				if c.want != nil && !errors.Is(err, c.want) {
					t.Errorf("error = %v, want it to be %v", err, c.want)
				}
				var p *env.PanicError
				if c.want == nil && (!errors.As(err, &p) || !strings.Contains(string(p.Stack), "failingEnv")) {
					t.Errorf("error = %v, want a *env.PanicError with the stack", err)
				}
				if c.mine.fault == "panic" && (p.Value != "boom" || !strings.HasSuffix(err.Error(), "panic: boom")) {
					t.Errorf("panic = %v in %v, want boom", p.Value, err)
				}
				alone := c.mine
				repeatError(t, &alone, e, episode[e.Index], c.want)
				if !slices.Equal(e.Actions, episode[e.Index]) {
					t.Errorf("Actions = %v, want %v", e.Actions, episode[e.Index])
				}
				checkStaysFailed(t, v, err)
			})
		}
	}
}

// stepUntilError resets v and steps it until it returns an error. It returns the actions of each
// running episode.
func stepUntilError(t *testing.T, v env.Vector, seed uint64) (episode [][]float32, broken error) {
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
			// An environment that failed at its restart has a new episode without actions.
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

// repeatError plays the episode of e in m without a Vec, and checks that only its last step
// fails.
func repeatError(t *testing.T, m *failingEnv, e *env.Error, acts []float32, want error) {
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

// checkStaysFailed checks that v returns the same error until it is Reset.
func checkStaysFailed(t *testing.T, v env.Vector, broken error) {
	t.Helper()
	for range 3 {
		if r, err := v.Step(make([]float32, v.Len())); r != nil || err != broken {
			t.Errorf("Step after an error = %v, %v, want the same error", r, err)
		}
	}
	for seed := range uint64(100) { // until a seed whose first steps do not fail
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
			if fmt.Sprint(*e) != fmt.Sprint(want) { // compares text, because NaN is not equal to NaN
				t.Errorf("Error = %+v, want %+v", *e, want)
			}
			checkStaysFailed(t, v, err)
		})
	}
}

func TestErrorText(t *testing.T) {
	e := &env.Error{Env: "Lift-v1", Index: 2, Seed: 3, Step: 4, Err: &env.PanicError{Value: "boom"}}
	if got, want := e.Error(), "env: Lift-v1, number 2, episode seed 3, step 4: panic: boom"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
}

// TestVecErrorReset checks the error of a Vec whose first Reset fails.
func TestVecErrorReset(t *testing.T) {
	for seed := range uint64(1000) {
		v := env.NewVec(new(failingEnv), &failingEnv{fault: "Inf observation", atReset: true})
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
		checkStaysFailed(t, v, err)
		return
	}
	t.Error("1000 Resets without an error, want one")
}
