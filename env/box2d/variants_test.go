package box2d_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env/state"
)

// A variant is an environment with options.
type variant struct {
	id     string
	kwargs map[string]any
}

// variants returns every environment, and options that change what they simulate or draw.
func variants() []variant {
	return []variant{
		{"LunarLander-v3", nil}, {"LunarLanderContinuous-v3", nil}, {"LunarLander-v3", map[string]any{"enable_wind": true, "gravity": -6}},
		{"BipedalWalker-v3", nil}, {"BipedalWalkerHardcore-v3", nil}, {"CarRacing-v3", nil},
		{"CarRacing-v3", map[string]any{"continuous": false, "domain_randomize": true}},
	}
}

// TestState checks that an episode that is saved goes on in other environments with the same bits, while
// legs touch the ground or wheels tiles.
func TestState(t *testing.T) {
	times := 3
	if testing.Short() {
		times = 1
	}
	for _, v := range variants() {
		t.Run(fmt.Sprint(v.id, v.kwargs), func(t *testing.T) {
			e := makeEnv(t, v.id, options(v.kwargs)).(task)
			obs := make([]float32, e.Spec().Obs.Size())
			acts := sampleActions(e.Spec().Act, 200, 4)
			saved := 0
			for seed := uint64(3); saved < times && seed < 60; seed++ {
				e.Reset(seed, obs)
				for i, act := range acts {
					if e.Step(act, obs).Done() {
						break
					}
					if i >= 10 && e.World().Touching() > 0 {
						goesOn(t, v, e, acts)
						saved++
						break
					}
				}
			}
			if saved < times {
				t.Errorf("saved %d times while something touches, want %d", saved, times)
			}
		})
	}
}

// goesOn saves e and loads it into another environment, and that one into a third one. It checks that all go on with
// the same bits.
func goesOn(t *testing.T, v variant, e task, acts [][]float32) {
	all := []task{e, makeEnv(t, v.id, options(v.kwargs)).(task), makeEnv(t, v.id, options(v.kwargs)).(task)}
	obs := make([][]float32, len(all))
	for i := range all {
		obs[i] = make([]float32, e.Spec().Obs.Size())
		if i == 0 {
			continue
		}
		all[i].Reset(9, obs[i])
		var file bytes.Buffer
		if err := state.Save(&file, all[i-1]); err != nil {
			t.Fatal(err)
		}
		if err := state.Load(&file, all[i]); err != nil {
			t.Fatal(err)
		}
	}
	for s, act := range acts[:20] {
		want := e.Step(act, obs[0])
		for i, o := range all[1:] {
			if got := o.Step(act, obs[i+1]); got != want || !slices.Equal(obs[i+1], obs[0]) || !slices.Equal(o.Physics(nil), e.Physics(nil)) {
				t.Fatalf("step %d after loading %d times: %+v, want %+v with the same observation and physics", s+1, i+1, got, want)
			}
		}
		if want.Done() {
			return
		}
	}
}

// TestAllocations checks that whole episodes with contacts allocate nothing, once episodes of the same seeds were
// played.
func TestAllocations(t *testing.T) {
	for _, v := range variants() {
		e := makeEnv(t, v.id, options(v.kwargs))
		obs := make([]float32, e.Spec().Obs.Size())
		acts := sampleActions(e.Spec().Act, 120, 4)
		if v.id == "CarRacing-v3" {
			acts = acts[:10] // pictures take time
		}
		n := testing.AllocsPerRun(1, func() {
			for seed := range uint64(4) {
				e.Reset(seed, obs)
				for _, act := range acts {
					if e.Step(act, obs).Done() {
						break
					}
				}
			}
		})
		if n > 0 {
			t.Errorf("%s with %v: four episodes allocate %v times, want 0", v.id, v.kwargs, n)
		}
	}
}
