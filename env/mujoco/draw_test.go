package mujoco_test

import (
	"image/color"
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/render/raster"
)

// A drawable is an environment that can be drawn in a given physical state.
type drawable interface {
	env.Env
	env.Physics
	render.Scene
}

// scene returns an environment after its reset.
func scene(t testing.TB, id string) drawable {
	t.Helper()
	e, err := registry().Make(id, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, ok := env.As[drawable](e)
	if !ok {
		t.Fatalf("%s cannot be drawn", id)
	}
	s.Reset(1, make([]float32, s.Spec().Obs.Size()))
	return s
}

// picture returns the drawing calls of s in the light theme.
func picture(s render.Scene) []render.Op {
	var rec render.Recorder
	s.Draw(&rec, render.Look{Theme: render.Light()})
	return rec.Ops
}

// outline returns the first line in the darkest shade of a colour, which is the outline of the first
// part that has the colour.
func outline(t *testing.T, ops []render.Op, c color.RGBA) []float32 {
	t.Helper()
	dark := render.Mix(c, color.RGBA{0, 0, 0, 255}, 0.45)
	i := slices.IndexFunc(ops, func(o render.Op) bool { return o.Op == "line" && o.RGBA == dark })
	if i < 0 {
		t.Fatal("no outline in this colour")
	}
	return ops[i].Args
}

// TestDrawPlaces checks where parts are drawn for positions of the joints, and that Tip is at the end
// of the part. Poles are 0.6 m long and turn to the right. The hand calculation for the double
// pendulum: the lower pole leans by 30°, the upper one by 90°. The cheetah's torso is 1 m long. The
// reacher's lower arm goes from 0.1 to 0.2 and its fingertip is at 0.21.
func TestDrawPlaces(t *testing.T) {
	l := render.Light()
	root3 := math.Sqrt(3)
	for _, c := range []struct {
		id   string
		q    []float64
		col  color.RGBA
		ends [4]float64
		tip  [2]float64
	}{
		{"InvertedPendulum-v5", []float64{0.3, math.Pi / 2}, l.Orange, [4]float64{0.9, 0, 0.3, 0}, [2]float64{0.9, 0}},
		{"InvertedDoublePendulum-v5", []float64{-0.2, math.Pi / 6, math.Pi / 3}, l.Red, [4]float64{0.7, 0.3 * root3, 0.1, 0.3 * root3}, [2]float64{0.7, 0.3 * root3}},
		{"HalfCheetah-v5", []float64{7, 0.1, 0, 0, 0, 0, 0, 0, 0}, l.Orange, [4]float64{7.5, 0.8, 6.5, 0.8}, [2]float64{7, 0.8}},
		{"Hopper-v5", []float64{3, 1.5, 0, 0, 0, 0}, l.Red, [4]float64{3, 1.7, 3, 1.3}, [2]float64{3, 1.5}},
		{"Walker2d-v5", []float64{3, 1.5, 0, 0, 0, 0, 0, 0, 0}, l.Blue, [4]float64{3, 1.7, 3, 1.3}, [2]float64{3, 1.5}},
		{"Reacher-v5", []float64{math.Pi / 2, -math.Pi / 2, 0.1, 0.2}, l.Blue, [4]float64{0.1, 0.1, 0, 0.1}, [2]float64{0.11, 0.1}},
		{"Swimmer-v5", []float64{2, 1, 0, 0, 0}, l.Green, [4]float64{3.5, 1, 2.5, 1}, [2]float64{2.5, 1}},
	} {
		s := scene(t, c.id)
		v := make([]float64, len(s.Physics(nil))-len(c.q))
		if err := s.SetPhysics(append(c.q, v...)); err != nil {
			t.Fatal(err)
		}
		got := outline(t, picture(s), c.col)[1:]
		first, last := got[:2], got[2:]
		if math.Hypot(float64(first[0])-c.ends[0], float64(first[1])-c.ends[1]) > 0.01 {
			first, last = last, first
		}
		for i, v := range append(slices.Clone(first), last...) {
			if math.Abs(float64(v)-c.ends[i]) > 0.002 { // the first pendulum's pole leans by 0.001 m in its model
				t.Errorf("%s at %v: the part is at %v, want %v", c.id, c.q, got, c.ends)
				break
			}
		}
		x, y := s.(render.Tracer).Tip()
		if math.Abs(float64(x)-c.tip[0]) > 1e-5 || math.Abs(float64(y)-c.tip[1]) > 1e-5 {
			t.Errorf("%s at %v: Tip %v, %v, want %v", c.id, c.q, x, y, c.tip)
		}
	}
}

// TestDrawing checks that a drawing changes nothing, that the same state has the same drawing, and
// that a copy, which shares the model, draws its own state.
func TestDrawing(t *testing.T) {
	for _, id := range registry().IDs() {
		a, b := scene(t, id), scene(t, id)
		obsA, obsB := make([]float32, a.Spec().Obs.Size()), make([]float32, a.Spec().Obs.Size())
		act := make([]float32, a.Spec().Act.Size())
		for i := range act {
			act[i] = 0.2
		}
		var before []render.Op
		for range 8 {
			a.Step(act, obsA)
			b.Step(act, obsB)
			before = picture(a)
		}
		if !slices.Equal(obsA, obsB) {
			t.Errorf("%s: an episode that is drawn has other observations", id)
		}
		same := func(x, y render.Op) bool { return x.Op == y.Op && slices.Equal(x.Args, y.Args) && x.RGBA == y.RGBA }
		if !slices.EqualFunc(before, picture(b), same) {
			t.Errorf("%s: the same state has another drawing", id)
		}
		c := a.(env.Copier).Copy()
		c.Reset(5, obsA)
		picture(c.(render.Scene))
		if !slices.EqualFunc(before, picture(a), same) {
			t.Errorf("%s: a copy changed the drawing", id)
		}
	}
}

// TestPace checks that environments are shown in real time: the durations of their steps are those
// of Gymnasium's documentation.
func TestPace(t *testing.T) {
	for id, want := range map[string]int{
		"InvertedPendulum-v5": 25, "InvertedDoublePendulum-v5": 20, "Reacher-v5": 50, "Swimmer-v5": 25, "Hopper-v5": 125,
		"HalfCheetah-v5": 20, "Walker2d-v5": 125, "Ant-v5": 20, "Humanoid-v5": 67, "HumanoidStandup-v5": 67, "Pusher-v5": 20,
	} {
		if got := render.Pace(scene(t, id)); got != want {
			t.Errorf("%s: %d steps per second, want %d", id, got, want)
		}
	}
}

// TestControls checks that every key has an action of the environment, and that the keys of a
// pendulum push in their directions.
func TestControls(t *testing.T) {
	for _, id := range registry().IDs() {
		s := scene(t, id)
		c, ok := s.(render.Controlled)
		if !ok {
			continue
		}
		space := s.Spec().Act.(env.Box)
		for _, k := range c.Controls() {
			if len(k.Act) != space.Size() {
				t.Errorf("%s: key %q has the action %v, want %d numbers", id, k.Key, k.Act, space.Size())
				continue
			}
			for i, v := range k.Act {
				if v < space.Low[i] || v > space.High[i] {
					t.Errorf("%s: key %q has the action %v, want %v … %v", id, k.Key, k.Act, space.Low, space.High)
				}
			}
		}
	}
	for _, id := range []string{"InvertedPendulum-v5", "InvertedDoublePendulum-v5"} {
		for i, sign := range []float64{-1, 1} {
			s := scene(t, id)
			s.Step(s.(render.Controlled).Controls()[i].Act, make([]float32, s.Spec().Obs.Size()))
			if x := s.Physics(nil)[0]; x*sign <= 0 {
				t.Errorf("%s: key %d moved the cart to %v, want the other side", id, i, x)
			}
		}
	}
}

// BenchmarkDraw measures a picture in the size of an animation.
func BenchmarkDraw(b *testing.B) {
	for _, id := range registry().IDs() {
		b.Run(id, func(b *testing.B) {
			s, m := scene(b, id), raster.NewImage(600, 400)
			look := render.Look{Theme: render.Light()}
			b.ReportAllocs()
			for b.Loop() {
				s.Draw(m, look)
			}
		})
	}
}
