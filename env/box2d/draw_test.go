package box2d_test

import (
	"image/color"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env/box2d"
	"github.com/rlrun/rlrun/render"
)

// ops returns the drawing calls of an environment.
func ops(s render.Scene, l render.Look) []render.Op {
	var rec render.Recorder
	s.Draw(&rec, l)
	return rec.Ops
}

// TestDraw checks that all environments draw themselves in both themes, before an episode and in it, with
// finite numbers, and that drawing changes nothing.
func TestDraw(t *testing.T) {
	for _, id := range registry().IDs() {
		for _, theme := range []render.Theme{render.Light(), render.Dark()} {
			e := makeEnv(t, id, nil)
			l := render.Look{Theme: theme, Trail: []float32{1, 2, 3, 4}}
			ops(e.(render.Scene), l)
			obs, same := make([]float32, e.Spec().Obs.Size()), make([]float32, e.Spec().Obs.Size())
			o := makeEnv(t, id, nil)
			e.Reset(1, obs)
			o.Reset(1, same)
			for _, act := range sampleActions(e.Spec().Act, 20, 1) {
				drawn := ops(e.(render.Scene), l)
				if len(drawn) < 10 {
					t.Fatalf("%s: %d drawing calls, want a picture", id, len(drawn))
				}
				for _, op := range drawn {
					if slices.ContainsFunc(op.Args, func(v float32) bool { return v-v != 0 }) {
						t.Fatalf("%s: %s with %v", id, op.Op, op.Args)
					}
				}
				if e.Step(act, obs) != o.Step(act, same) || !slices.Equal(obs, same) {
					t.Fatalf("%s: drawing changes the episode", id)
				}
			}
		}
	}
}

// TestDrawLander checks that a jet is drawn where an engine is on, and that a leg on the ground is green.
func TestDrawLander(t *testing.T) {
	l := render.Look{Theme: render.Light()}
	fills := func(e render.Scene, c color.RGBA) (n int) {
		for _, op := range ops(e, l) {
			if op.Op == "fill" && op.RGBA == c {
				n++
			}
		}
		return n
	}
	e := box2d.NewLunarLander()
	obs := make([]float32, 8)
	e.Reset(1, obs)
	for act, want := range []int{2, 3, 3, 3} { // two flags, and a jet
		e.Step([]float32{float32(act)}, obs)
		if got := fills(e, l.Orange); got != want {
			t.Errorf("action %d: %d orange shapes, want %d", act, got, want)
		}
	}
	for range 200 {
		green := 0
		for _, touch := range obs[6:] {
			green += int(touch)
		}
		if got := fills(e, l.Green); got != green {
			t.Fatalf("%d green legs, want %d", got, green)
		}
		if e.Step([]float32{0}, obs).Done() {
			break
		}
	}
}

// TestControls checks that keys have actions of the space, and that those to the sides push there.
func TestControls(t *testing.T) {
	for _, id := range registry().IDs() {
		e := makeEnv(t, id, nil)
		for _, c := range e.(render.Controlled).Controls() {
			if !e.Spec().Act.Contains(c.Act) {
				t.Errorf("%s: key %q has the action %v, which is not in the space", id, c.Key, c.Act)
			}
		}
	}
	for _, id := range []string{"LunarLander-v3", "LunarLanderContinuous-v3", "CarRacing-v3"} {
		var moved [2]float64
		for i, key := range []string{"left", "right"} {
			e := makeEnv(t, id, nil).(task)
			controls := e.(render.Controlled).Controls()
			c := controls[slices.IndexFunc(controls, func(c render.Control) bool { return c.Key == key })]
			obs := make([]float32, e.Spec().Obs.Size())
			e.Reset(1, obs)
			for range 30 {
				e.Step(c.Act, obs)
			}
			moved[i] = e.Physics(nil)[0]
			if id == "CarRacing-v3" {
				moved[i] = -e.Physics(nil)[2] // angle, to the left
			}
		}
		if moved[0] >= moved[1] {
			t.Errorf("%s: left comes to %v and right to %v", id, moved[0], moved[1])
		}
	}
}
