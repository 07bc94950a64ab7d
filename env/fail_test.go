package env_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// errUnstable is the error with which an unstableEnv fails.
var errUnstable = errors.New("the simulation is unstable")

// An unstableEnv calls Fail in one of its methods: in Step from step 3.
type unstableEnv struct {
	method string
	t      int
}

func (f *unstableEnv) failIn(method string) {
	if f.method == method {
		env.Fail(fmt.Errorf("acme: %w", errUnstable))
	}
}

func (f *unstableEnv) Spec() env.Spec {
	return env.Spec{ID: "acme/Bridge-v1", Obs: env.NewBox(0, inf, 1), Act: env.Discrete{N: 2}}
}

func (f *unstableEnv) Reset(_ uint64, obs []float32) {
	f.failIn("Reset")
	f.t, obs[0] = 0, 0
}

func (f *unstableEnv) Step(_, obs []float32) env.Outcome {
	if f.t++; f.t >= 3 {
		f.failIn("Step")
	}
	obs[0] = float32(f.t)
	return env.Outcome{Reward: 1}
}

func (f *unstableEnv) Physics(dst []float64) []float64 { return append(dst, float64(f.t)) }

func (f *unstableEnv) SetPhysics(x []float64) error {
	f.failIn("SetPhysics")
	f.t = int(x[0])
	return nil
}

func (f *unstableEnv) Observe(obs []float32) { obs[0] = float32(f.t) }

// checkFailure checks that err is an *Error of the given step with the error of Fail and without a
// stack.
func checkFailure(t *testing.T, what string, err error, step int) {
	t.Helper()
	var e *env.Error
	var p *env.PanicError
	switch {
	case !errors.As(err, &e) || !errors.Is(err, errUnstable) || e.Step != step:
		t.Errorf("%s: %v, want an *Error of step %d because %v", what, err, step, errUnstable)
	case errors.As(err, &p):
		t.Errorf("%s: %v has a stack, want only the error", what, err)
	case !oneSentence(err, fmt.Sprintf("step %d: acme: the simulation is unstable", step)):
		t.Errorf("%s: %q, want the error at the end of a line", what, err)
	}
}

// TestFail checks that Fail in any method ends the episode with its error, in an Episode and in both
// Vectors.
func TestFail(t *testing.T) {
	for method, step := range map[string]int{"Reset": 0, "Step": 3} {
		of := func() []env.Env { return []env.Env{new(unstableEnv), &unstableEnv{method: method}} }
		for kind, v := range map[string]env.Vector{"Vec": env.NewVec(of()...), "Parallel": env.NewParallel(2, of()...)} {
			_, err := v.Reset(7)
			for range 5 {
				if err == nil {
					_, err = v.Step([]float32{0, 1})
				}
			}
			checkFailure(t, kind+", "+method, err, step)
			if _, again := v.Step([]float32{0, 1}); again == nil {
				t.Errorf("%s: a Step after Fail in %s = nil, want an error", kind, method)
			}
		}
	}
}

// TestFailInEpisode checks that an Episode shows the step before the one that failed, refuses
// another step, and plays on after a Reset.
func TestFailInEpisode(t *testing.T) {
	e, err := env.NewEpisode(&unstableEnv{method: "Step"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	for seed := range uint64(2) {
		if err := e.Reset(seed); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := e.Step([]float32{1}); err != nil {
				t.Fatal(err)
			}
		}
		checkFailure(t, "Episode", e.Step([]float32{1}), 3)
		if e.Running() || e.Return != 2 || e.Obs[0] != 2 {
			t.Errorf("after Fail: running %v, return %v, observation %v, want false, 2 and 2", e.Running(), e.Return, e.Obs)
		}
		if err := e.Step([]float32{1}); err == nil {
			t.Error("a Step after Fail = nil, want an error")
		}
	}
	e, err = env.NewEpisode(&unstableEnv{method: "SetPhysics"}, 0)
	if err != nil {
		t.Fatal(err)
	}
	checkFailure(t, "SetPhysics", e.SetPhysics([]float64{1}), 0)
}
