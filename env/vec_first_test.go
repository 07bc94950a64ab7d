package env_test

import (
	"errors"
	"math"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// A thirdStep breaks the contract in its third step, or in the Reset after it.
type thirdStep struct {
	fault     string
	t, resets int
}

func (e *thirdStep) Spec() env.Spec {
	return env.Spec{ID: "lab/Third-v0", Obs: env.NewBox(-inf, inf, 2), Act: env.Discrete{N: 2}}
}

func (e *thirdStep) Reset(_ uint64, obs []float32) {
	e.t, obs[0], obs[1] = 0, 0, 0
	if e.resets++; e.resets == 2 && e.fault == "reset" {
		obs[1] = nan
	}
}

func (e *thirdStep) Step(_, obs []float32) (out env.Outcome) {
	obs[0], obs[1] = 1, 1
	if e.t++; e.t < 3 {
		return out
	}
	switch e.fault {
	case "panic":
		panic("third step")
	case "observation":
		obs[1] = inf
	case "reward":
		out.Reward = math.NaN()
	}
	return env.Outcome{Reward: out.Reward, Terminated: e.fault == "reset"}
}

func (e *thirdStep) Mask(allowed []bool) {
	allowed[0], allowed[1] = e.fault != "mask" || e.t < 3, false
}

// TestFirstError checks that the error names the first environment if two fail in the same step,
// each in its own way.
func TestFirstError(t *testing.T) {
	faults := []string{"panic", "observation", "reward", "reset", "mask"}
	for _, first := range faults {
		for _, second := range faults {
			for kind, v := range map[string]env.Vector{
				"Vec":      env.NewVec(new(thirdStep), &thirdStep{fault: first}, new(thirdStep), &thirdStep{fault: second}),
				"Parallel": env.NewParallel(2, new(thirdStep), &thirdStep{fault: first}, new(thirdStep), &thirdStep{fault: second}),
			} {
				reset(t, v, 1)
				var err error
				for range 3 {
					_, err = v.Step(make([]float32, 4))
				}
				step := 3
				if first == "reset" {
					step = 0
				}
				var e *env.Error
				var p *env.PanicError
				if !errors.As(err, &e) || e.Index != 1 || e.Step != step {
					t.Errorf("%s, %s before %s: %v, want number 1, step %d", kind, first, second, err, step)
				}
				if errors.As(err, &p) != (first == "panic") || errors.Is(err, env.ErrMask) != (first == "mask") {
					t.Errorf("%s, %s before %s: %v, want the first cause", kind, first, second, err)
				}
			}
		}
	}
}

// A largeEnv has the largest finite observations and rewards, whose sums are infinite.
type largeEnv struct{ thirdStep }

func (e *largeEnv) Step(_, obs []float32) env.Outcome {
	obs[0], obs[1] = math.MaxFloat32, math.MaxFloat32
	return env.Outcome{Reward: math.MaxFloat64}
}

// TestLargeNumbers checks that numbers with an infinite sum are valid, and that a NaN among them
// is an error of its environment.
func TestLargeNumbers(t *testing.T) {
	bad := new(thirdStep)
	v := env.NewVec(new(largeEnv), new(largeEnv), new(largeEnv), bad, new(largeEnv))
	reset(t, v, 1)
	bad.fault = "observation"
	for step := range 3 {
		r, err := v.Step(make([]float32, 5))
		var e *env.Error
		if step < 2 && (err != nil || r.Obs[0] != math.MaxFloat32 || r.Reward[4] != math.MaxFloat64) {
			t.Fatalf("step %d: %v, want the largest numbers", step, err)
		}
		if step == 2 && (!errors.As(err, &e) || e.Index != 3 || !errors.Is(err, env.ErrNotFinite)) {
			t.Errorf("step %d: %v, want ErrNotFinite of number 3", step, err)
		}
	}
}
