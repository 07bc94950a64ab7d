package classic_test

import (
	"image/color"
	"math"
	"testing"

	"github.com/rlrun/rlrun/env/classic"
	"github.com/rlrun/rlrun/render"
)

// drawn returns the points of the lines and fills that e draws in the colour col. It first sets
// the state to x and, unless act is NaN, takes one step.
func drawn(t *testing.T, e physical, x []float64, act float32, col color.RGBA) (all [][]float32) {
	t.Helper()
	obs := make([]float32, e.Spec().Obs.Size())
	e.Reset(1, obs)
	if err := e.SetPhysics(x); err != nil {
		t.Fatal(err)
	}
	if act == act {
		e.Step([]float32{act}, obs)
	}
	var rec render.Recorder
	e.(render.Scene).Draw(&rec, render.Look{Theme: render.Light()})
	for _, op := range rec.Ops {
		switch {
		case op.RGBA == col && op.Op == "line":
			all = append(all, op.Args[1:])
		case op.RGBA == col && op.Op == "fill":
			all = append(all, op.Args)
		}
	}
	return all
}

// noAction means that no step is taken before drawing.
var noAction = float32(math.NaN())

func nearPoint(got []float32, x, y float64) bool {
	return math.Abs(float64(got[0])-x) < 1e-6 && math.Abs(float64(got[1])-y) < 1e-6
}

// TestDrawRods checks where rods end: a pole of 1 m on its hinge, a pendulum turned to the left
// by θ, an Acrobot with its upper rod to the right and its lower rod hanging.
func TestDrawRods(t *testing.T) {
	l := render.Light()
	const hinge = 0.24
	for _, c := range []struct {
		e            physical
		x            []float64
		col          color.RGBA
		footX, footY float64
		endX, endY   float64
	}{
		{classic.NewCartPole(), []float64{0, 0, 0, 0}, l.Orange, 0, hinge, 0, hinge + 1},
		{classic.NewCartPole(), []float64{1.5, 0, 0, 0}, l.Orange, 1.5, hinge, 1.5, hinge + 1},
		{classic.NewCartPole(), []float64{0, 0, math.Pi / 2, 0}, l.Orange, 0, hinge, 1, hinge},
		{classic.NewCartPole(), []float64{-1, 0, -math.Pi / 6, 0}, l.Orange, -1, hinge, -1.5, hinge + math.Sqrt(3)/2},
		{classic.NewPendulum(), []float64{0, 0}, l.Red, 0, 0, 0, 1},
		{classic.NewPendulum(), []float64{math.Pi / 2, 0}, l.Red, 0, 0, -1, 0},
		{classic.NewPendulum(), []float64{math.Pi, 0}, l.Red, 0, 0, 0, -1},
		{classic.NewAcrobot(), []float64{math.Pi / 2, -math.Pi / 2, 0, 0}, l.Sky, 0, 0, 1, 0},
		{classic.NewAcrobot(), []float64{math.Pi / 2, -math.Pi / 2, 0, 0}, l.Blue, 1, 0, 1, -1},
	} {
		rods := drawn(t, c.e, c.x, noAction, c.col)
		if len(rods) != 1 || !nearPoint(rods[0], c.footX, c.footY) || !nearPoint(rods[0][2:], c.endX, c.endY) {
			t.Errorf("%s at %v: rods %v, want one from %v, %v to %v, %v", c.e.Spec().ID, c.x, rods, c.footX, c.footY, c.endX, c.endY)
			continue
		}
		x, y := c.e.(render.Tracer).Tip()
		if c.col != l.Sky && !nearPoint([]float32{x, y}, c.endX, c.endY) {
			t.Errorf("%s at %v: Tip %v, %v, want the rod's end", c.e.Spec().ID, c.x, x, y)
		}
	}
}

// TestDrawCar checks that the car is at the bottom of the valley, which is at -π/6, and the flag
// at the goal.
func TestDrawCar(t *testing.T) {
	l := render.Light()
	for flag, e := range map[float32]physical{0.5: classic.NewMountainCar(), 0.45: classic.NewMountainCarContinuous()} {
		x := []float64{-math.Pi / 6, 0}
		if pole := drawn(t, e, x, noAction, l.Ink)[0]; pole[0] != flag || pole[2] != flag {
			t.Errorf("%s: the flag's pole is at %v, want x = %v", e.Spec().ID, pole, flag)
		}
		car := drawn(t, e, x, noAction, l.Red)[0]
		var low, mid float32 = 9, 0
		for i := 0; i < 8; i += 2 {
			low, mid = min(low, car[i+1]), mid+car[i]/4
		}
		if math.Abs(float64(mid)+math.Pi/6) > 1e-6 || low < 0.1 || low > 0.16 {
			t.Errorf("%s: the car is at %v, %v, want it on the valley's bottom, -π/6 and 0.1", e.Spec().ID, mid, low)
		}
	}
}

// TestDrawAction checks the direction of the arrow for the latest action, and that there is no
// arrow if the action neither pushes nor turns.
func TestDrawAction(t *testing.T) {
	l := render.Light()
	for _, c := range []struct {
		name string
		e    physical
		x    []float64
		act  float32
		col  color.RGBA
		want float32 // sign of the turn or push; 0 for no arrow
	}{
		{"push right", classic.NewCartPole(), []float64{0, 0, 0, 0}, 1, l.Blue, 1},
		{"push left", classic.NewCartPole(), []float64{0, 0, 0, 0}, 0, l.Blue, -1},
		{"drive right", classic.NewMountainCar(), []float64{-math.Pi / 6, 0}, 2, l.Blue, 1},
		{"do not drive", classic.NewMountainCar(), []float64{-math.Pi / 6, 0}, 1, l.Blue, 0},
		{"drive left", classic.NewMountainCarContinuous(), []float64{-math.Pi / 6, 0}, -0.5, l.Blue, -1},
		{"turn left", classic.NewPendulum(), []float64{0, 0}, 2, l.Blue, 1}, // below the pivot, to the right
		{"do not turn", classic.NewPendulum(), []float64{0, 0}, 0, l.Blue, 0},
		{"swing out", classic.NewAcrobot(), []float64{0, 0, 0, 0}, 2, l.Orange, 1}, // right of the joint, upwards
		{"swing in", classic.NewAcrobot(), []float64{0, 0, 0, 0}, 0, l.Orange, -1},
	} {
		lines := drawn(t, c.e, c.x, c.act, c.col)
		if c.want == 0 || len(lines) == 0 {
			if len(lines) != 0 || c.want != 0 {
				t.Errorf("%s: arrows %v, want some: %v", c.name, lines, c.want != 0)
			}
			continue
		}
		a := lines[0]
		if got := a[len(a)-2] - a[0] + a[len(a)-1] - a[1]; got*c.want <= 0 { // to the right, or upwards
			t.Errorf("%s: an arrow from %v, want it the other way", c.name, a)
		}
	}
}
