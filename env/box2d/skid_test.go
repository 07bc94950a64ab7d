package box2d_test

import (
	"testing"

	"github.com/rlrun/rlrun/env/box2d"
	"github.com/rlrun/rlrun/render"
)

// TestSkids checks that a car that drives gently leaves no tyre marks, that one that locks its wheels at speed does, and that
// a new episode has no marks.
func TestSkids(t *testing.T) {
	c := makeEnv(t, "CarRacing-v3", nil).(*box2d.CarRacing)
	obs := make([]float32, c.Spec().Obs.Size())
	drive := func(n int, act ...float32) int {
		for range n {
			c.Step(act, obs)
		}
		c.Draw(new(render.Recorder), render.Look{Theme: render.Dark()})
		return c.Skids()
	}
	c.Reset(1, obs)
	if n := drive(60, 0, 0.05, 0); n != 0 {
		t.Errorf("%d pieces of marks after driving gently, want none", n)
	}
	before := drive(80, 0, 0.5, 0)
	if n := drive(10, 0, 0, 1); n < before+20 {
		t.Errorf("%d pieces of marks after locking the wheels, and %d before, want 20 more or above", n, before)
	}
	if c.Reset(2, obs); c.Skids() != 0 {
		t.Errorf("%d pieces of marks in a new episode, want none", c.Skids())
	}
}
