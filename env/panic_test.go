package env_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// A panickyEnv panics in one of its methods: in Step from step 3, in Mask at step 2.
type panickyEnv struct {
	method string
	t      int
}

func (f *panickyEnv) panicIn(where string) {
	if f.method == where {
		panic("boom in " + where)
	}
}

func (f *panickyEnv) Spec() env.Spec {
	f.panicIn("Spec")
	return env.Spec{ID: "acme/Fragile-v1", Obs: env.NewBox(0, inf, 1), Act: env.Discrete{N: 2}}
}

func (f *panickyEnv) Reset(_ uint64, obs []float32) {
	f.panicIn("Reset")
	f.t, obs[0] = 0, 0
}

func (f *panickyEnv) Step(_, obs []float32) env.Outcome {
	if f.t++; f.t == 3 {
		f.panicIn("Step")
	}
	obs[0] = float32(f.t)
	return env.Outcome{}
}

func (f *panickyEnv) Mask(allowed []bool) {
	if f.t == 2 {
		f.panicIn("Mask")
	}
	allowed[0], allowed[1] = true, true
}

func (f *panickyEnv) State(s *state.State) {
	f.panicIn("State")
	s.Int("fragile", &f.t, 100)
}

// vectors returns a Vec and a Parallel of three environments, where the last environment panics.
func vectors(where string) map[string]env.Vector {
	of := func() []env.Env {
		return []env.Env{new(panickyEnv), new(panickyEnv), &panickyEnv{method: where}}
	}
	return map[string]env.Vector{"Vec": env.NewVec(of()...), "Parallel": env.NewParallel(3, of()...)}
}

// TestPanics checks that a panic in any method that a Vector calls becomes an *Error with the
// environment, its number, seed and step, on every goroutine.
func TestPanics(t *testing.T) {
	seed := env.Split(env.Split(7, 2), 1)
	for where, step := range map[string]int{"Reset": 0, "Step": 3, "Mask": 2, "State": 4} {
		for kind, v := range vectors(where) {
			_, err := v.Reset(7)
			for range 4 {
				if err == nil {
					_, err = v.Step([]float32{0, 1, 0})
				}
			}
			if where == "State" && err == nil {
				err = state.Save(new(bytes.Buffer), v)
			}
			var e *env.Error
			var p *env.PanicError
			if !errors.As(err, &e) || !errors.As(err, &p) {
				t.Errorf("%s, %s: %v, want an *Error of a panic", kind, where, err)
				continue
			}
			if e.Env != "acme/Fragile-v1" || e.Index != 2 || e.Seed != seed || e.Step != step || p.Value != "boom in "+where {
				t.Errorf("%s, %s: %v, want number 2, seed %d, step %d", kind, where, err, seed, step)
			}
			if !bytes.Contains(p.Stack, []byte("panickyEnv")) || !oneSentence(err, "panic: boom in "+where) {
				t.Errorf("%s, %s: %v with stack %s, want a line, and a stack that shows where", kind, where, err, p.Stack)
			}
		}
	}
}

// TestLongObservation checks that the error of a long observation is short and names the wrong
// element.
func TestLongObservation(t *testing.T) {
	v := vecOf(1, func() env.Env { return new(nanImage) })
	_, err := v.Reset(1)
	if !oneSentence(err, "[0 0 0", "… and 7040 more] with element 5000 NaN: not a finite number") || len(err.Error()) > 300 {
		t.Errorf("Reset = %.400v, want a line that names element 5000", err)
	}
}

// A nanImage returns an image with one pixel that is NaN.
type nanImage struct{ probe }

func (*nanImage) Spec() env.Spec {
	return env.Spec{ID: "acme/Blurred-v0", Obs: env.NewBox(0, 1, 84, 84), Act: env.Discrete{N: 2}}
}

func (*nanImage) Reset(_ uint64, obs []float32) {
	clear(obs)
	obs[5000] = nan
}

// TestPanicAtLoad checks that a panic while a state is loaded is an error.
func TestPanicAtLoad(t *testing.T) {
	v := vecOf(1, func() env.Env { return new(panickyEnv) })
	reset(t, v, 1)
	err := state.Load(bytes.NewReader(save(t, v)), vecOf(1, func() env.Env { return &panickyEnv{method: "State"} }))
	if !oneSentence(err, "acme/Fragile-v1", "State: panic: boom in State") {
		t.Errorf("Load = %v, want the panic as an error", err)
	}
}

// TestPanicInConstructor checks that a panic in a Constructor or in Spec is an error.
func TestPanicInConstructor(t *testing.T) {
	r := env.Registry{
		"acme/Ctor-v0":  func(env.Options) (env.Env, error) { panic("no parts") },
		"acme/Entry-v0": env.Entry(func() *panickyEnv { panic("no parts") }),
		"acme/Spec-v0":  env.Entry(func() *panickyEnv { return &panickyEnv{method: "Spec"} }),
		"acme/Nil-v0":   func(env.Options) (env.Env, error) { return nil, nil },
	}
	for id, want := range map[string]string{
		"acme/Ctor-v0": "panic: no parts", "acme/Entry-v0": "panic: no parts", "acme/Spec-v0": "Spec: panic: boom in Spec", "acme/Nil-v0": "there is no environment",
	} {
		_, err := r.Make(id, nil)
		_, errMaker := r.Maker(id, nil)
		_, errParallel := r.ParallelMaker(id, nil, 2)
		for _, err := range []error{err, errMaker, errParallel} {
			if !oneSentence(err, "env: "+id+": "+want) {
				t.Errorf("%s: %v, want %q", id, err, want)
			}
		}
	}
	made := 0
	second := func() *panickyEnv {
		if made++; made == 2 {
			panic("out of parts")
		}
		return new(panickyEnv)
	}
	if v, err := env.Each(second)(3); v != nil || !oneSentence(err, "panic: out of parts") {
		t.Errorf("Each = %v, %v, want the panic as an error", v, err)
	}
	if v, err := env.EachParallel(2, func() *panickyEnv { return &panickyEnv{method: "Spec"} })(3); v != nil || !strings.Contains(err.Error(), "*env_test.panickyEnv: Spec: panic") {
		t.Errorf("EachParallel = %v, %v, want the panic as an error", v, err)
	}
}
