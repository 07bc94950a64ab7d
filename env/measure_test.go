package env_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// A measuredWalk measures its number of steps and how often action 1 was taken.
type measuredWalk struct {
	maskedWalk
	distance, turns float64
	names           []string // names of the metrics, if not nil
	broken          bool
}

func (w *measuredWalk) Measures() []string {
	if w.names != nil {
		return w.names
	}
	return []string{"distance", "turns_2.a-b"}
}

func (w *measuredWalk) Measure(dst []float64) {
	dst[0], dst[1] = w.distance, w.turns
	if w.broken {
		dst[1] = math.NaN()
	}
}

func (w *measuredWalk) Reset(seed uint64, obs []float32) {
	w.distance, w.turns = 0, 0
	w.maskedWalk.Reset(seed, obs)
}

func (w *measuredWalk) Step(act, obs []float32) env.Outcome {
	w.turns += float64(act[0])
	w.distance++
	return w.maskedWalk.Step(act, obs)
}

// TestMeasured checks the metrics of each episode at its end, behind a wrapper, in a Vec and a
// Parallel.
func TestMeasured(t *testing.T) {
	newEnv := func() env.Env { return env.NewStickyAction(new(measuredWalk), 0) }
	for kind, v := range map[string]env.Vector{"Vec": vecOf(3, newEnv), "Parallel": parallelOf(2, 3, newEnv)} {
		r := reset(t, v, 1)
		if !slices.Equal(r.Measures, []string{"distance", "turns_2.a-b"}) || len(r.Metrics) != 6 {
			t.Fatalf("%s: names %q and figures %v, want 2 of 3", kind, r.Measures, r.Metrics)
		}
		turns, ended := make([]float64, 3), 0
		act := []float32{0, 1, 0}
		step := func() {
			act[0] = 1 - act[0]
			r, _ = v.Step(act)
			for i := range 3 {
				turns[i] += float64(act[i])
				if r.Done(i) {
					if got := r.Metrics[2*i : 2*i+2]; got[0] != float64(r.Length[i]) || got[1] != turns[i] {
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
	if r := reset(t, vecOf(1, cartPole), 1); r.Measures != nil || r.Metrics != nil {
		t.Errorf("CartPole measures %q", r.Measures)
	}
}

// TestBadMetrics checks that names that cannot stand in a log, environments with different
// metrics, and metrics that are not finite are errors.
func TestBadMetrics(t *testing.T) {
	for name, want := range map[string]string{"a b": `it measures "a b", want a name of letters`, "": `it measures ""`, "a,b": `"a,b"`, "x\n": `it measures "x\n"`, "far": `it measures "far" twice`} {
		if _, err := env.NewVec(&measuredWalk{names: []string{"far", name}}).Reset(1); !oneSentence(err, want) {
			t.Errorf("Reset: %v, want %q", err, want)
		}
	}
	if _, err := env.NewVec(new(measuredWalk), &measuredWalk{names: []string{"x"}}).Reset(1); !oneSentence(err, `number 0, Bump-v0, measures ["distance" "turns_2.a-b"], and number 1, Bump-v0, measures ["x"]`) {
		t.Errorf("Reset: %v, want a difference", err)
	}
	v := env.NewVec(&measuredWalk{broken: true})
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
