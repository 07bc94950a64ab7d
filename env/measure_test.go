package env_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// A walker measures how far it came and how often it turned.
type walker struct {
	gate
	far, turns float64
	names      []string // in place of its own
	broken     bool
}

func (w *walker) Measures() []string {
	if w.names != nil {
		return w.names
	}
	return []string{"distance", "turns_2.a-b"}
}

func (w *walker) Measure(dst []float64) {
	dst[0], dst[1] = w.far, w.turns
	if w.broken {
		dst[1] = math.NaN()
	}
}

func (w *walker) Reset(seed uint64, obs []float32) {
	w.far, w.turns = 0, 0
	w.gate.Reset(seed, obs)
}

func (w *walker) Step(act, obs []float32) env.Outcome {
	w.turns += float64(act[0])
	w.far++
	return w.gate.Step(act, obs)
}

// TestMeasured wants the figures of each episode at its end, behind wrappers, in a Vec
// and a Parallel: the walker goes 1 a step, and turns with action 1.
func TestMeasured(t *testing.T) {
	newEnv := func() env.Env { return env.NewStickyAction(new(walker), 0) }
	for kind, v := range map[string]env.Vector{"Vec": vecOf(3, newEnv), "Parallel": parallelOf(2, 3, newEnv)} {
		r := reset(t, v, 1)
		if !slices.Equal(r.Measures, []string{"distance", "turns_2.a-b"}) || len(r.Figures) != 6 {
			t.Fatalf("%s: names %q and figures %v, want 2 of 3", kind, r.Measures, r.Figures)
		}
		turns, ended := make([]float64, 3), 0
		act := []float32{0, 1, 0}
		step := func() {
			act[0] = 1 - act[0]
			r, _ = v.Step(act)
			for i := range 3 {
				turns[i] += float64(act[i])
				if r.Done(i) {
					if got := r.Figures[2*i : 2*i+2]; got[0] != float64(r.Length[i]) || got[1] != turns[i] {
						t.Errorf("%s: figures %v, want %d steps and %v turns", kind, got, r.Length[i], turns[i])
					}
					turns[i] = 0
					ended++
				}
			}
		}
		for range 300 {
			step()
		}
		if n := testing.AllocsPerRun(200, step); n != 0 || ended == 0 {
			t.Errorf("%s: %v allocations in a step, %d episodes ended, want 0 and some", kind, n, ended)
		}
	}
	if r := reset(t, vecOf(1, cartPole), 1); r.Measures != nil || r.Figures != nil {
		t.Errorf("CartPole measures %q", r.Measures)
	}
}

// TestBadMeasures refuses names that cannot stand in a log, unlike environments, and
// figures that are no numbers.
func TestBadMeasures(t *testing.T) {
	for name, want := range map[string]string{"a b": `it measures "a b", want a name of letters`, "": `it measures ""`, "a,b": `"a,b"`, "x\n": `it measures "x\n"`, "far": `it measures "far" twice`} {
		if _, err := env.NewVec(&walker{names: []string{"far", name}}).Reset(1); !oneSentence(err, want) {
			t.Errorf("Reset: %v, want %q", err, want)
		}
	}
	if _, err := env.NewVec(new(walker), &walker{names: []string{"x"}}).Reset(1); !oneSentence(err, `number 0, Bump-v0, measures ["distance" "turns_2.a-b"], and number 1, Bump-v0, ["x"]`) {
		t.Errorf("Reset: %v, want a difference", err)
	}
	v := env.NewVec(&walker{broken: true})
	_, err := v.Reset(1)
	for range 50 {
		if err == nil {
			_, err = v.Step([]float32{0})
		}
	}
	if !errors.Is(err, env.ErrNotFinite) || !oneSentence(err, "turns_2.a-b, which it measures, is NaN: not a finite number") {
		t.Errorf("Step: %v, want ErrNotFinite", err)
	}
}
