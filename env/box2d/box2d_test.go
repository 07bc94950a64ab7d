package box2d_test

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
)

// TestSpec checks the time limits and thresholds of Gymnasium's registration, and the sizes of spaces.
func TestSpec(t *testing.T) {
	for id, want := range map[string]struct {
		obs, act, maxSteps int
		threshold          float64
	}{
		"LunarLander-v3":           {8, 1, 1000, 200},
		"LunarLanderContinuous-v3": {8, 2, 1000, 200},
		"BipedalWalker-v3":         {24, 4, 1600, 300},
		"BipedalWalkerHardcore-v3": {24, 4, 2000, 300},
		"CarRacing-v3":             {96 * 96 * 3, 3, 1000, 900},
	} {
		s := makeEnv(t, id, nil).Spec()
		if s.Obs.Size() != want.obs || s.Act.Size() != want.act || s.MaxSteps != want.maxSteps || *s.RewardThreshold != want.threshold {
			t.Errorf("%s: %d observed numbers, %d of an action, %d steps, threshold %v, want %+v", id, s.Obs.Size(), s.Act.Size(), s.MaxSteps, *s.RewardThreshold, want)
		}
		if box, ok := s.Obs.(env.Box); ok {
			if sorted := slices.Sorted(slices.Values(box.Names)); len(slices.Compact(sorted)) != want.obs {
				t.Errorf("%s: names %q, want each once", id, box.Names)
			}
		}
	}
}

// options is an env.Options of some options.
func options(kwargs map[string]any) env.Options {
	if kwargs == nil {
		return nil
	}
	return (&episode{Kwargs: kwargs}).options
}

// TestOptionsRefused checks that options which are not possible are refused in a sentence.
func TestOptionsRefused(t *testing.T) {
	for _, c := range []struct {
		id, key string
		value   any
		want    string
	}{
		{"LunarLander-v3", "gravity", 0, "gravity 0, want a number above -12 and below 0"},
		{"LunarLander-v3", "gravity", -12, "gravity -12"},
		{"LunarLander-v3", "wind_power", -1, "wind_power -1, want a number, 0 … 1000"},
		{"LunarLander-v3", "turbulence_power", 1e9, "turbulence_power 1e+09"},
		{"LunarLander-v3", "wind", true, "unknown key"},
		{"CarRacing-v3", "lap_complete_percent", 95, "lap_complete_percent 95, want a share, 0 … 1"},
	} {
		if _, err := registry().Make(c.id, options(map[string]any{c.key: c.value})); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s with %s %v: %v, want %q", c.id, c.key, c.value, err, c.want)
		}
	}
}

// TestDrawsRefused checks that random numbers outside of their ranges end a reset or a step with a sentence,
// and that the environment then goes on.
func TestDrawsRefused(t *testing.T) {
	for _, c := range []struct {
		id     string
		kwargs map[string]any
		draws  []float64
		want   string
	}{
		{"LunarLander-v3", nil, []float64{7}, "draws: 7, want a number, 0 … 6.66"},
		{"LunarLander-v3", map[string]any{"enable_wind": true}, append(make([]float64, 14), 0.5), "draws: 0.5, want a whole number, -9999 … 9998"},
		{"BipedalWalker-v3", nil, []float64{4}, "draws: 4, want a number, 5 … 9"},
		{"CarRacing-v3", nil, []float64{-0.1}, "draws: -0.1, want a number, 0 … 0.52"},
		{"CarRacing-v3", map[string]any{"domain_randomize": true}, []float64{0, 0, 0, 0, 0, 211}, "draws: 211"},
	} {
		made := makeEnv(t, c.id, options(c.kwargs)).(task)
		e, err := env.NewEpisode(made, 10)
		if err != nil {
			t.Fatal(err)
		}
		if err := made.SetDraws(c.draws); err != nil {
			t.Fatal(err)
		}
		if err := e.Reset(1); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: a reset with %v: %v, want %q", c.id, c.draws, err, c.want)
		}
		made.SetDraws(nil)
		if err := e.Reset(1); err != nil {
			t.Errorf("%s: a reset after one that failed: %v", c.id, err)
		}
		if err := made.SetDraws([]float64{math.NaN()}); err == nil {
			t.Errorf("%s: SetDraws takes NaN", c.id)
		}
	}
}

// TestMeasures checks the facts of episodes that are known: a lander without engines crashes, and one that
// follows the heuristic lands; a walker with all motors at full torque falls.
func TestMeasures(t *testing.T) {
	facts := func(e env.Env) string {
		m := e.(env.Measured)
		x := make([]float64, len(m.Measures()))
		m.Measure(x)
		text := ""
		for i, name := range m.Measures() {
			text += fmt.Sprintf("%s %.0f ", name, x[i])
		}
		return text
	}
	l := makeEnv(t, "LunarLander-v3", nil)
	play(l, "noop", 1)
	if got := facts(l); !strings.HasPrefix(got, "landed 0 crashed 1 main_engine 0") {
		t.Errorf("no engines: %s", got)
	}
	play(l, "heuristic", 1)
	if got := facts(l); !strings.HasPrefix(got, "landed 1 crashed 0") {
		t.Errorf("heuristic: %s", got)
	}
	w := makeEnv(t, "BipedalWalker-v3", nil)
	obs := make([]float32, 24)
	w.Reset(1, obs)
	for range 400 {
		if w.Step([]float32{1, 1, 1, 1}, obs).Done() {
			break
		}
	}
	if got := facts(w); !strings.HasSuffix(got, "fell 1 finished 0 ") {
		t.Errorf("all torques: %s", got)
	}
}

// FuzzDraws checks that any random numbers make an episode, or an error, without a panic.
func FuzzDraws(f *testing.F) {
	f.Add(0, "[1,2,3,4,5,6,0,1,2,3,4,5,100,-100,0.5,0.5]")
	f.Add(1, "[5,3,4,6,0.5]")
	f.Add(2, "[0,50,0.5,150,0.1,60]")
	f.Fuzz(func(t *testing.T, i int, text string) {
		var draws []float64
		if json.Unmarshal([]byte(text), &draws) != nil {
			return
		}
		id := []string{"LunarLander-v3", "BipedalWalkerHardcore-v3", "CarRacing-v3"}[uint(i)%3]
		e := makeEnv(t, id, nil).(task)
		p, err := env.NewEpisode(e, 5)
		if err != nil {
			t.Fatal(err)
		}
		if e.SetDraws(draws) != nil {
			return
		}
		err = p.Reset(1)
		for err == nil && p.Running() {
			err = p.Step(make([]float32, p.Spec().Act.Size()))
		}
		if err != nil && strings.Contains(err.Error(), "panic") {
			t.Fatal(err)
		}
	})
}
