package mechanism_test

import (
	"image/color"
	"math"
	"testing"

	"github.com/rlrun/rlrun/multibody"
	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/render/mechanism"
)

// TestNew checks the cameras that New chooses: parallel rays for mechanisms that turn about y or z,
// perspective for others. In the initial pose every geom is within the picture, and what turns about a fixed
// axis always is.
func TestNew(t *testing.T) {
	joint, geom := multibody.DefaultJoint(), multibody.DefaultGeom()
	rod := geom.CapsuleBetween(xyz(2, 3, 1), xyz(3, 4, 2), 0.1)
	for _, c := range []struct {
		name     string
		joints   []multibody.Joint
		parallel bool
		follows  bool
	}{
		{"about y", []multibody.Joint{joint.Hinge("a", xyz(0, -1, 0))}, true, false},
		{"about z", []multibody.Joint{joint.Hinge("a", xyz(0, 0, 1))}, true, false},
		{"moves along x", []multibody.Joint{joint.Slide("x", xyz(1, 0, 0)), joint.Hinge("a", xyz(0, 1, 0))}, true, true},
		{"about two axes", []multibody.Joint{joint.Hinge("a", xyz(0, 1, 0)), joint.Hinge("b", xyz(1, 0, 0))}, false, false},
		{"free", []multibody.Joint{joint.Free("root")}, false, true},
		{"rail", []multibody.Joint{joint.Slide("x", xyz(1, 0, 0)).Between(-1, 1), joint.Hinge("a", xyz(0, 1, 0))}, true, false},
	} {
		d := build(t, false, nil, multibody.Body{Pos: xyz(5, 6, 7), Joints: c.joints, Geoms: []multibody.Geom{rod}})
		drawing := mechanism.New(d.Model())
		if (drawing.Camera.Distance == 0) != c.parallel || (drawing.Camera.Body > 0) != c.follows {
			t.Errorf("%s: the camera is %+v, want parallel rays: %v, following: %v", c.name, drawing.Camera, c.parallel, c.follows)
		}
		checkInside(t, c.name, drawn(drawing, d))
		for c.parallel && len(c.joints) == 1 && d.Qpos[0] < 6 {
			d.Qpos[0]++
			d.Forward()
			checkInside(t, c.name, drawn(drawing, d))
		}
	}
}

// checkInside checks that the points of all shapes are within the view.
func checkInside(t *testing.T, name string, all []render.Op) {
	t.Helper()
	v := all[0].Args
	for _, o := range all[1:] {
		first := len(o.Args) % 2 // the width of a line
		for i := first; i+1 < len(o.Args); i += 2 {
			if x, y := o.Args[i], o.Args[i+1]; x < v[0] || x > v[2] || y < v[1] || y > v[3] {
				t.Errorf("%s: a point at %v, %v is outside of the picture %v", name, x, y, v)
			}
		}
	}
}

// TestStyles checks the colours of geoms: a Style, the colours of the file, and geoms that are not
// drawn, because they are hidden or transparent.
func TestStyles(t *testing.T) {
	glass, red := ball(0.3), ball(0.4)
	glass.Color[3] = 0
	red.Color = [4]float64{1, 0, 0, 1}
	d := build(t, false, []float64{5, 0, 0, 0, 0, 0}, part("glass", glass), part("red", red))
	drawing := mechanism.New(d.Model())
	drawing.Paint(2, mechanism.Style{Tone: mechanism.Green})
	has := func(c color.RGBA) bool { return len(outlines(drawn(drawing, d), c)) == 1 }
	if !has(render.Light().Green) {
		t.Error("the second ball is not green, want its Style's tone")
	}
	if has(render.Light().Blue) {
		t.Error("a transparent ball is drawn")
	}
	drawing.FileColors = true
	if !has(color.RGBA{255, 0, 0, 255}) {
		t.Error("the second ball is not red, want the colour of its description")
	}
	drawing.Hidden[1] = true
	if ops := drawn(drawing, d); len(ops) != 1 {
		t.Errorf("drawn %v, want only the view if all geoms are hidden", ops)
	}
}

// TestLayers checks that a higher layer is drawn later, and that a negative layer is paler.
func TestLayers(t *testing.T) {
	d := build(t, false, nil, part("a", ball(0.3)), part("b", ball(0.4)))
	drawing := mechanism.New(d.Model())
	drawing.Camera = mechanism.Side(multibody.Vec3{}, 2, 2)
	pale := render.Mix(render.Light().Blue, render.Light().Paper, 0.35)
	for _, c := range []struct{ a, b int }{{0, -1}, {-1, 0}, {-1, 1}} {
		drawing.Paint(1, mechanism.Style{Layer: c.a})
		drawing.Paint(2, mechanism.Style{Layer: c.b})
		var radii []float64
		for _, o := range drawn(drawing, d) {
			dark := func(c color.RGBA) color.RGBA { return render.Mix(c, color.RGBA{0, 0, 0, 255}, 0.45) }
			if o.RGBA == dark(render.Light().Blue) || o.RGBA == dark(pale) {
				radii = append(radii, float64(o.Args[0])/2)
			}
		}
		first := 0.3
		if c.a > c.b {
			first = 0.4
		}
		if len(radii) != 2 || math.Abs(radii[0]-first) > 1e-6 {
			t.Errorf("layers %d and %d: radii %v, want %v first", c.a, c.b, radii, first)
		}
	}
}

// TestCylinder checks a cylinder that stands upright: from the side it is a rectangle, and from above
// a disc.
func TestCylinder(t *testing.T) {
	can := multibody.DefaultGeom().CylinderBetween(xyz(1, 0, 0), xyz(1, 0, 2), 0.5)
	d := build(t, false, nil, part("can", can))
	for name, c := range map[string]struct {
		camera mechanism.Camera
		want   [4]float64 // x from, y from, x to, y to
	}{
		"side": {mechanism.Side(xyz(1, 0, 1), 4, 4), [4]float64{0.5, 0, 1.5, 2}},
		"top":  {mechanism.Top(xyz(1, 0, 1), 4, 4), [4]float64{0.5, -0.5, 1.5, 0.5}},
	} {
		got := [4]float64{9, 9, -9, -9}
		for _, o := range ops(d, c.camera) {
			for i := 0; o.Op == "fill" && i < len(o.Args); i += 2 {
				x, y := float64(o.Args[i]), float64(o.Args[i+1])
				got = [4]float64{min(got[0], x), min(got[1], y), max(got[2], x), max(got[3], y)}
			}
		}
		for i := range got {
			if math.Abs(got[i]-c.want[i]) > 0.004 { // a circle is a polygon
				t.Errorf("%s: the cylinder covers %v, want %v", name, got, c.want)
				break
			}
		}
	}
}

// TestExtremes checks that a robot far away or at no place at all is drawn in a finite time.
func TestExtremes(t *testing.T) {
	for _, x := range []float64{1e10, -1e300, math.Inf(1), math.NaN()} {
		d := build(t, true, []float64{x, 0, 1}, part("ball", ball(0.5)))
		for _, camera := range []mechanism.Camera{mechanism.Side(multibody.Vec3{}, 4, 2), mechanism.Top(multibody.Vec3{}, 4, 2), mechanism.Perspective(multibody.Vec3{}, 4, 2)} {
			if n := len(ops(d, camera.Following(1, xyz(1, 1, 0)))); n > 1000 {
				t.Errorf("at %v: %d calls, want 1000 or less", x, n)
			}
		}
	}
}
