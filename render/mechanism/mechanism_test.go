package mechanism_test

import (
	"fmt"
	"image/color"
	"math"
	"testing"

	"github.com/rlrun/rlrun/multibody"
	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/render/mechanism"
)

// A robot of any model is drawn in one call. New chooses a camera: this pendulum turns about one
// axis, so it is seen along this axis, with parallel rays.
func ExampleNew() {
	joint, geom := multibody.DefaultJoint(), multibody.DefaultGeom()
	b := multibody.NewBuilder()
	b.World.Bodies = []multibody.Body{{
		Name:   "pole",
		Joints: []multibody.Joint{joint.Hinge("hinge", multibody.Vec3{Y: 1})},
		Geoms:  []multibody.Geom{geom.CapsuleBetween(multibody.Vec3{}, multibody.Vec3{Z: 0.5}, 0.05)},
	}}
	model, err := b.Build()
	if err != nil {
		panic(err)
	}
	data := model.NewData()
	data.Forward()

	var canvas render.Recorder
	mechanism.New(model).Draw(&canvas, render.Look{Theme: render.Light()}, data)
	fmt.Println(canvas.Ops[1].Op, canvas.Ops[1].Args)
	// Output: line [0.1 0 0.5 0 0]
}

func xyz(x, y, z float64) multibody.Vec3 { return multibody.Vec3{X: x, Y: y, Z: z} }

// A part is a body that moves along x, y and z, with one geom.
func part(name string, g multibody.Geom) multibody.Body {
	slide := multibody.DefaultJoint()
	return multibody.Body{Name: name, Geoms: []multibody.Geom{g}, Joints: []multibody.Joint{
		slide.Slide(name+" x", xyz(1, 0, 0)), slide.Slide(name+" y", xyz(0, 1, 0)), slide.Slide(name+" z", xyz(0, 0, 1)),
	}}
}

func ball(radius float64) multibody.Geom {
	return multibody.DefaultGeom().Sphere(multibody.Vec3{}, radius)
}

// build returns a simulation of bodies, evaluated at the positions q, or in the initial pose if q is
// nil. With floor, there is a plane at z = 0.
func build(t testing.TB, floor bool, q []float64, bodies ...multibody.Body) *multibody.Data {
	t.Helper()
	b := multibody.NewBuilder()
	b.World.Bodies = bodies
	if floor {
		b.World.Geoms = []multibody.Geom{multibody.DefaultGeom().Plane(multibody.Vec3{})}
	}
	m, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	d := m.NewData()
	copy(d.Qpos, q)
	d.Forward()
	return d
}

// ops returns the drawing of data with the camera.
func ops(data *multibody.Data, camera mechanism.Camera) []render.Op {
	d := mechanism.New(data.Model())
	d.Camera = camera
	return drawn(d, data)
}

// drawn returns the calls of a drawing in the light theme.
func drawn(d *mechanism.Drawing, data *multibody.Data) []render.Op {
	var rec render.Recorder
	d.Draw(&rec, render.Look{Theme: render.Light()}, data)
	return rec.Ops
}

// outlines returns the lines of the drawing that are the outlines of geoms of a tone: the darkest
// shade, which is drawn before the lighter ones.
func outlines(all []render.Op, tone color.RGBA) (lines []render.Op) {
	dark := render.Mix(tone, color.RGBA{0, 0, 0, 255}, 0.45)
	for _, o := range all {
		if o.Op == "line" && o.RGBA == dark {
			lines = append(lines, o)
		}
	}
	return lines
}

func near(got float32, want float64) bool { return math.Abs(float64(got)-want) < 1e-5 }

// TestCapsule checks where the ends of a capsule are: it hangs from the origin, with a length of 1 and a
// radius of 0.05, and turns about y, which takes z to x. A half turn takes -z to z.
func TestCapsule(t *testing.T) {
	geom := multibody.DefaultGeom().CapsuleBetween(multibody.Vec3{}, xyz(0, 0, -1), 0.05)
	pole := multibody.Body{Joints: []multibody.Joint{multibody.DefaultJoint().Hinge("hinge", xyz(0, 1, 0))}, Geoms: []multibody.Geom{geom}}
	for _, c := range []struct{ angle, x, z float64 }{
		{0, 0, -1}, {math.Pi / 2, -1, 0}, {math.Pi, 0, 1}, {-math.Pi / 6, 0.5, -math.Sqrt(3) / 2},
	} {
		all := outlines(ops(build(t, false, []float64{c.angle}, pole), mechanism.Side(multibody.Vec3{}, 3, 3)), render.Light().Blue)
		if len(all) != 1 || len(all[0].Args) != 5 {
			t.Fatalf("at %v: outlines %v, want one line", c.angle, all)
		}
		if a := all[0].Args; !near(a[0], 0.1) || !near(a[1], c.x) || !near(a[2], c.z) || !near(a[3], 0) || !near(a[4], 0) {
			t.Errorf("at %v: width and ends %v, want 0.1, from %v, %v to the origin", c.angle, a, c.x, c.z)
		}
	}
}

// TestViews checks the coordinates of a ball at (1, 2, 3) from the side and from above.
func TestViews(t *testing.T) {
	d := build(t, false, []float64{1, 2, 3}, part("ball", ball(0.5)))
	for _, c := range []struct {
		name   string
		camera mechanism.Camera
		x, y   float64
	}{{"side", mechanism.Side(multibody.Vec3{}, 9, 9), 1, 3}, {"top", mechanism.Top(multibody.Vec3{}, 9, 9), 1, 2}} {
		a := outlines(ops(d, c.camera), render.Light().Blue)[0].Args
		if !near(a[0], 1) || !near(a[1], c.x) || !near(a[2], c.y) {
			t.Errorf("%s: a disc %v, want diameter 1 at %v, %v", c.name, a, c.x, c.y)
		}
	}
}

// TestPerspective checks the size of balls: at the middle of the picture it is the true size, at twice
// the distance half of it, and behind the camera there is no ball. The camera looks along x.
func TestPerspective(t *testing.T) {
	camera := mechanism.Camera{Distance: 4, Width: 3, Height: 3}
	for _, c := range []struct{ x, diameter float64 }{{0, 1}, {4, 0.5}, {-2, 2}, {-4, 0}, {-5, 0}} {
		all := outlines(ops(build(t, false, []float64{c.x, 0, 0}, part("ball", ball(0.5))), camera), render.Light().Blue)
		if c.diameter == 0 {
			if len(all) != 0 {
				t.Errorf("at %v: a ball behind the camera is drawn: %v", c.x, all)
			}
			continue
		}
		if len(all) != 1 || !near(all[0].Args[0], c.diameter) {
			t.Errorf("at %v: %v, want a disc of diameter %v", c.x, all, c.diameter)
		}
	}
}

// TestOrder checks that what is near is drawn after what is far, in any order of the bodies. The
// ball is nearer than the part of the rod that is behind it, although the middle of the rod is nearer
// than the ball: the rod goes from y = -2 to y = 2, and has y = 1.8 where the ball has y = 1.
func TestOrder(t *testing.T) {
	rod := multibody.DefaultGeom().CapsuleBetween(xyz(-1, -2, 0), xyz(1, 2, 0), 0.1)
	for _, c := range []struct {
		name   string
		bodies []multibody.Body
		q      []float64
		radii  []float32 // in the order of drawing
	}{
		{"far first", []multibody.Body{part("a", ball(0.3)), part("b", ball(0.4))}, []float64{0, 1, 0, 0, 0, 0}, []float32{0.3, 0.4}},
		{"near first", []multibody.Body{part("a", ball(0.3)), part("b", ball(0.4))}, []float64{0, 0, 0, 0, 1, 0}, []float32{0.4, 0.3}},
		{"rod behind", []multibody.Body{part("a", ball(0.3)), part("b", rod)}, []float64{0.9, 1, 0, 0, 0, 0}, []float32{0.1, 0.3}},
		{"rod in front", []multibody.Body{part("a", rod), part("b", ball(0.3))}, []float64{0, 0, 0, -0.9, 1, 0}, []float32{0.3, 0.1}},
	} {
		d := build(t, false, c.q, c.bodies...)
		drawing := mechanism.New(d.Model())
		drawing.Camera = mechanism.Side(multibody.Vec3{}, 4, 4)
		for i := range drawing.Styles {
			drawing.Styles[i] = mechanism.Style{}
		}
		all := outlines(drawn(drawing, d), render.Light().Blue)
		if len(all) != 2 || !near(all[0].Args[0], 2*float64(c.radii[0])) || !near(all[1].Args[0], 2*float64(c.radii[1])) {
			t.Errorf("%s: drawn %v, want radii %v", c.name, all, c.radii)
		}
	}
}

// TestFollow checks that the middle of the picture follows x and not z, by as much as the body moves,
// so that it never jumps.
func TestFollow(t *testing.T) {
	camera := mechanism.Side(xyz(0, 0, 1), 4, 2).Following(1, xyz(1, 0, 0))
	for _, x := range []float64{0, 0.01, 5, -300} {
		v := ops(build(t, true, []float64{x, 0, 0.7}, part("ball", ball(0.5))), camera)[0].Args
		for i, want := range []float64{x - 2, 0, x + 2, 2} {
			if math.Abs(float64(v[i])-want) > 1e-4 {
				t.Errorf("at %v: the view is %v, want %v, 0 to %v, 2", x, v, x-2, x+2)
				break
			}
		}
	}
}
