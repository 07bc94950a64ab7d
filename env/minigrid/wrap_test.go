package minigrid

import (
	"encoding/json"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/envtest"
	"github.com/rlrun/rlrun/internal/golden"
)

// A wrapped is an episode of one of MiniGrid's wrappers: see testdata/README.md.
type wrapped struct {
	Wrapper, Env, Type, Mission string
	Scale                       float64
	Types                       []string        `json:"no_death_types"`
	Cost                        float64         `json:"death_cost"`
	Init                        []float64       `json:"init_state"`
	InitObs                     json.RawMessage `json:"init_obs"`
	Actions                     []int
	Rewards                     []float64
	Terminated, Truncated       []bool
	States                      [][]float64
	Obs                         []json.RawMessage
}

// make returns the wrapped environment of a record, and the World in it.
func (r *wrapped) make(t *testing.T) (env.Env, *World) {
	t.Helper()
	w, err := New(r.Env)
	if err != nil {
		t.Fatal(err)
	}
	show := func(what string) (env.Env, error) {
		s := DefaultSettings()
		s.Show = what
		return NewObservation(w, s)
	}
	var e env.Env = w
	switch r.Wrapper {
	case "FullyObsWrapper":
		e, err = show(showFully)
	case "SymbolicObsWrapper":
		e, err = show(showSymbolic)
	case "OneHotPartialObsWrapper":
		e, err = show(showOneHot)
	case "ImgObsWrapper":
		e, err = show(showImage)
	case "FlatObsWrapper":
		e, err = show(showFlat)
	case "ViewSizeWrapper5", "ViewSizeWrapper9":
		w.ViewSize = int(r.Wrapper[len(r.Wrapper)-1] - '0')
		err = w.Validate()
	case "DictObservationSpaceWrapper":
	case "ActionBonus":
		e, err = NewActionBonus(w, 1)
	case "PositionBonus":
		e, err = NewPositionBonus(w, r.Scale)
	case "NoDeath":
		e, err = NewNoDeath(w, r.Types, r.Cost)
	case "DirectionObsWrapper":
		e, err = NewGoalDirection(w, r.Type)
	default:
		t.Fatalf("no wrapper %s", r.Wrapper)
	}
	if err != nil {
		t.Fatal(err)
	}
	return e, w
}

// numbers decodes a recorded observation in the form of our own: the numbers of the image, or of what
// the wrapper adds.
func (r *wrapped) numbers(t *testing.T, raw json.RawMessage) (want []float32) {
	t.Helper()
	decode := func(into any) {
		if err := json.Unmarshal(raw, into); err != nil {
			t.Fatal(err)
		}
	}
	switch r.Wrapper {
	case "DirectionObsWrapper":
		var v any
		decode(&v)
		switch v {
		case "Infinity":
			return []float32{float32(max(r.Init[0], r.Init[1]))}
		case "-Infinity":
			return []float32{-float32(max(r.Init[0], r.Init[1]))}
		}
		return []float32{float32(v.(float64))}
	case "FlatObsWrapper":
		var flat struct {
			Length  int
			Nonzero [][2]int
		}
		decode(&flat)
		want = make([]float32, flat.Length)
		for _, p := range flat.Nonzero {
			want[p[0]] = float32(p[1])
		}
		return want
	}
	var codes []int
	decode(&codes)
	for _, c := range codes {
		switch r.Wrapper {
		case "SymbolicObsWrapper", "DictObservationSpaceWrapper":
			want = append(want, float32(c))
		case "OneHotPartialObsWrapper":
			if want == nil {
				want = make([]float32, 7*7*planes)
			}
			want[c] = 1
		default:
			want = append(want, float32(c/100), float32(c/10%10), float32(c%10))
		}
	}
	return want
}

// shown returns the part of an observation that corresponds to the recorded one.
func (r *wrapped) shown(w *World, obs []float32, n int) []float32 {
	switch r.Wrapper {
	case "DirectionObsWrapper":
		return obs[len(obs)-1:]
	case "DictObservationSpaceWrapper":
		words := make([]float32, n)
		copy(words, obs[3*w.ViewSize*w.ViewSize+1:])
		return words
	}
	return obs[:n]
}

// TestWrappers compares MiniGrid's wrappers with recorded episodes.
func TestWrappers(t *testing.T) {
	records := json.NewDecoder(golden.Open(t, "testdata/wrappers.jsonl.gz"))
	count := 0
	for ; ; count++ {
		var r wrapped
		if err := records.Decode(&r); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		e, w := r.make(t)
		obs := make([]float32, e.Spec().Obs.Size())
		e.Reset(1, obs)
		if err := w.SetPhysics(r.Init); err != nil {
			t.Fatal(err)
		}
		physics, _ := env.As[env.Physics](e)
		physics.Observe(obs)
		compare := func(step int, raw json.RawMessage) {
			if want := r.numbers(t, raw); !slices.EqualFunc(r.shown(w, obs, len(want)), want, closeTo) {
				t.Fatalf("%s of %s, after step %d: %v, want %v", r.Wrapper, r.Env, step, r.shown(w, obs, len(want)), want)
			}
			if !e.Spec().Obs.Contains(obs) {
				t.Fatalf("%s of %s, after step %d: %v is not in the observation space", r.Wrapper, r.Env, step, obs)
			}
		}
		hasObs := !strings.HasSuffix(r.Wrapper, "Bonus")
		if hasObs {
			compare(0, r.InitObs)
		}
		for i, a := range r.Actions {
			out := e.Step([]float32{float32(a)}, obs)
			if math.Abs(out.Reward-r.Rewards[i]) > 1e-12 || out.Terminated != r.Terminated[i] || out.Truncated != r.Truncated[i] {
				t.Fatalf("%s of %s, step %d: %+v, want %v, %v, %v", r.Wrapper, r.Env, i+1, out, r.Rewards[i], r.Terminated[i], r.Truncated[i])
			}
			if s := r.States[i]; w.X != int(s[0]) || w.Y != int(s[1]) || int(w.Dir) != int(s[2]) {
				t.Fatalf("%s of %s, step %d: the agent is at (%d, %d), %d, want %v", r.Wrapper, r.Env, i+1, w.X, w.Y, w.Dir, s[:3])
			}
			if hasObs {
				compare(i+1, r.Obs[i])
			}
		}
	}
	if count != 51 {
		t.Errorf("%d records, want 51", count)
	}
}

// closeTo compares numbers of observations: an arc tangent may differ in the last digit.
func closeTo(a, b float32) bool { return math.Abs(float64(a-b)) <= 1e-6 }

// TestWrappersKeepTheContract checks wrappers with envtest.Check.
func TestWrappersKeepTheContract(t *testing.T) {
	for _, show := range []string{showFully, showSymbolic, showOneHot, showRGB, showRGBPartial, showImage, showFlat} {
		t.Run(show, func(t *testing.T) {
			w, _ := New("MiniGrid-Fetch-5x5-N2-v0")
			s := DefaultSettings()
			s.Show, s.TileSize = show, 3
			e, err := NewObservation(w, s)
			if err != nil {
				t.Fatal(err)
			}
			envtest.Check(t, e)
		})
	}
	w, _ := New("MiniGrid-LavaGapS5-v0")
	n, err := NewNoDeath(w, []string{"lava"}, -1)
	if err != nil {
		t.Fatal(err)
	}
	d, err := NewGoalDirection(n, "angle_atan2")
	if err != nil {
		t.Fatal(err)
	}
	o, err := NewObservation(d, Settings{Show: showRGB, TileSize: 2})
	if err != nil {
		t.Fatal(err)
	}
	envtest.Check(t, o)
}
