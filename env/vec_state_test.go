package env_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

func sticky() env.Env {
	return env.NewStickyAction(env.ScaleReward{Env: cartPole(), K: 0.1}, 0.25)
}

// A randomWalk takes a random number at every step, so the results differ if the generator is not
// restored completely. It has no State.
type randomWalk struct {
	rng env.Rand
	x   float64
}

func (b *randomWalk) Spec() env.Spec {
	return env.Spec{ID: "Bump-v0", Obs: env.NewBox(-inf, inf), Act: env.Discrete{N: 2}, MaxSteps: 40}
}

func (b *randomWalk) Reset(seed uint64, obs []float32) {
	b.rng.Seed(seed)
	b.x, obs[0] = 0, 0
}

func (b *randomWalk) Step(act, obs []float32) env.Outcome {
	b.x += float64(act[0]) - b.rng.Float64()
	obs[0] = float32(b.x)
	return env.Outcome{Reward: b.x, Terminated: b.x > 2 || b.x < -4}
}

// TestVecState saves a Vec in the middle of episodes and checks that it continues with the same
// bits after loading: in the same Vec, in a new Vec, in a Vec that has played other episodes, and
// in a Parallel.
func TestVecState(t *testing.T) {
	for name, newEnv := range map[string]func() env.Env{
		"snapshotter":              cartPole,
		"wrapped":                  sticky,
		"log":                      func() env.Env { return onlyEnv{cartPole()} },
		"log of wrapped":           func() env.Env { return onlyEnv{sticky()} },
		"log, drawing":             func() env.Env { return new(randomWalk) },
		"log, wrapped and drawing": func() env.Env { return env.NewStickyAction(new(randomWalk), 0.5) },
	} {
		t.Run(name, func(t *testing.T) {
			const n, before, after = 3, 137, 300
			a := vecOf(n, newEnv)
			reset(t, a, 7)
			var running []int
			drive(t, a, rand.New(rand.NewPCG(1, 1)), 2, before, func(_ []float32, r *env.Result) {
				running = append(running[:0], r.Length...)
				for i := range running {
					if r.Done(i) {
						running[i] = 0
					}
				}
			})
			if slices.Max(running) < 2 {
				t.Fatalf("episodes of length %v at the save, want one well on its way", running)
			}
			data := save(t, a)
			continueVec := func(v env.Vector) (bits []uint64) {
				drive(t, v, rand.New(rand.NewPCG(2, 2)), 2, after, func(_ []float32, r *env.Result) {
					bits = resultBits(bits, r)
				})
				return bits
			}
			want := continueVec(a)
			busy := vecOf(n, newEnv)
			reset(t, busy, 99)
			drive(t, busy, rand.New(rand.NewPCG(3, 3)), 2, 55, func([]float32, *env.Result) {})
			for who, v := range map[string]env.Vector{
				"same": a, "new": vecOf(n, newEnv), "busy": busy, "parallel": parallelOf(2, n, newEnv),
			} {
				if err := state.Load(bytes.NewReader(data), v); err != nil {
					t.Fatalf("Load into the %s Vec: %v", who, err)
				}
				if again := save(t, v); !bytes.Equal(again, data) {
					t.Errorf("the %s Vec saves other bytes than it loaded", who)
				}
				if !slices.Equal(continueVec(v), want) {
					t.Errorf("the %s Vec goes on otherwise than the saved one", who)
				}
			}
		})
	}
}

func save(t testing.TB, s state.Stater) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := state.Save(&b, s); err != nil {
		t.Fatalf("Save: %v", err)
	}
	return b.Bytes()
}

// TestVecLoadEndsError checks that a Vec with an error can be stepped again after Load, as after
// Reset.
func TestVecLoadEndsError(t *testing.T) {
	v := env.NewVec(new(probe))
	reset(t, v, 1)
	good := save(t, v)
	if _, err := v.Step([]float32{9}); !errors.Is(err, env.ErrAction) {
		t.Fatalf("Step of action 9: %v, want ErrAction", err)
	}
	if err := state.Load(bytes.NewReader(good), v); err != nil {
		t.Fatalf("Load: %v", err)
	}
	r, err := v.Step([]float32{0})
	if err != nil {
		t.Fatalf("Step after Load: %v, want none", err)
	}
	if r.Return[0] != 1 || r.Length[0] != 1 {
		t.Errorf("Return and Length after Load = %v and %v, want 1 and 1", r.Return[0], r.Length[0])
	}
}

// A wideActions environment logs 1024 floats for each action.
type wideActions struct{ probe }

func (w *wideActions) Spec() env.Spec {
	s := w.probe.Spec()
	s.Act = env.NewBox(-1, 1, 1024)
	return s
}

// TestVecLongLog checks that a log of 2²⁰ floats can be saved, and a longer log cannot.
func TestVecLongLog(t *testing.T) {
	v := env.NewVec(new(wideActions))
	reset(t, v, 1)
	act := make([]float32, 1024)
	for range 1024 {
		if _, err := v.Step(act); err != nil {
			t.Fatal(err)
		}
	}
	data := save(t, v)
	for range 3 {
		if _, err := v.Step(act); err != nil {
			t.Fatal(err)
		}
	}
	err := state.Save(new(bytes.Buffer), v)
	if err == nil || !strings.Contains(err.Error(), "Probe-v0: 1027 steps") {
		t.Errorf("Save after 1027 steps: %v, want an error that names them", err)
	}
	loaded := env.NewVec(new(wideActions))
	if err := state.Load(bytes.NewReader(data), loaded); err != nil {
		t.Fatalf("Load of 1024 steps: %v", err)
	}
	r, err := loaded.Step(act)
	if err != nil || r.Next[1] != 1025 {
		t.Errorf("step after Load = %v, %v, want the 1025th", r, err)
	}
}

// A panicAtStep is a probe that panics at a given step.
type panicAtStep struct {
	probe
	panicStep int
}

func (u *panicAtStep) Step(act, obs []float32) env.Outcome {
	if u.t+1 == u.panicStep {
		panic("boom")
	}
	return u.probe.Step(act, obs)
}

// A twoChoices environment has actions of two choices.
type twoChoices struct{ probe }

func (w *twoChoices) Spec() env.Spec {
	s := w.probe.Spec()
	s.Act = env.MultiDiscrete{N: []int{9, 9}}
	return s
}

// TestVecBadLog checks that Load refuses logs that no running episode can have. The log has five
// steps with actions up to 4, saved from a probe that allows them, and is loaded into
// environments that do not.
func TestVecBadLog(t *testing.T) {
	a := env.NewVec(&probe{n: 5})
	reset(t, a, 1)
	for x := range 5 {
		if _, err := a.Step([]float32{float32(x)}); err != nil {
			t.Fatal(err)
		}
	}
	data := save(t, a)
	for name, c := range map[string]struct {
		into env.Env
		want string // of the error; "" for none
	}{
		"the same":         {&probe{n: 5}, ""},
		"ends within":      {&probe{n: 5, ends: 3}, "not those of a running episode"},
		"ends at the last": {&probe{n: 5, ends: 5}, "not those of a running episode"},
		"is cut within":    {&probe{n: 5, cuts: 2}, "not those of a running episode"},
		"fewer actions":    {&probe{n: 4}, "not those of a running episode"},
		"longer rows":      {new(twoChoices), "not those of a running episode"},
		"past the limit":   {&probe{n: 5, max: 4}, `"vec/length" is 5`},
		"panics":           {&panicAtStep{probe{n: 5}, 4}, "panic: boom"},
		"has a State":      {cartPole(), `want field "cartpole`},
	} {
		t.Run(name, func(t *testing.T) {
			v := env.NewVec(c.into)
			err := state.Load(bytes.NewReader(data), v)
			if c.want == "" {
				if err != nil {
					t.Fatalf("Load: %v, want none", err)
				}
				if _, err := v.Step([]float32{4}); err != nil {
					t.Errorf("Step after Load: %v, want none", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("Load: %v, want an error with %s", err, c.want)
			}
			var e *env.Error
			if name == "panics" && (!errors.As(err, &e) || e.Seed != env.Split(env.Split(1, 0), 1)) {
				t.Errorf("Load: %v, want an *env.Error with the episode's seed", err)
			}
			if _, err := v.Step(make([]float32, v.Spec().Act.Size())); err == nil {
				t.Error("Step after a Load that failed: no error, want one")
			}
		})
	}
}

// TestVecStateCount checks that the state of two environments cannot be loaded into three.
func TestVecStateCount(t *testing.T) {
	a := vecOf(2, cartPole)
	reset(t, a, 1)
	if err := state.Load(bytes.NewReader(save(t, a)), vecOf(3, cartPole)); err == nil {
		t.Error("Load of two environments into three: no error, want one")
	}
}
