package mechanism_test

import (
	"image/color"
	"math"
	"testing"

	"github.com/rlrun/rlrun/multibody"
	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/render/mechanism"
)

// lines returns the points of the lines in a colour.
func lines(all []render.Op, c color.RGBA) (found [][]float32) {
	for _, o := range all {
		if o.Op == "line" && o.RGBA == c {
			found = append(found, o.Args[1:])
		}
	}
	return found
}

// TestForces checks the arrow of a ball that rests on the ground: it points from the point of contact
// upwards, and has half the largest length, because the force is the weight.
func TestForces(t *testing.T) {
	d := build(t, true, []float64{0.3, 0, 0.5}, part("ball", ball(0.5)))
	for range 2000 {
		if err := d.Step(); err != nil {
			t.Fatal(err)
		}
	}
	const height = 2
	arrows := 0
	all := ops(d, mechanism.Side(xyz(0, 0, 0.5), 4, height))
	for _, o := range all {
		if o.Op != "fill" || o.RGBA != render.Light().Green {
			continue
		}
		arrows++
		if x, y := o.Args[0], o.Args[1]; math.Abs(float64(x)-0.3) > 0.01 || math.Abs(float64(y)-0.15*height) > 0.02 {
			t.Errorf("an arrow ends at %v, %v, want 0.3, %v", x, y, 0.15*height)
		}
	}
	if arrows != 1 {
		t.Errorf("%d arrows, want 1", arrows)
	}
	d.Qpos[2] = 3
	d.Forward()
	if got := lines(ops(d, mechanism.Side(xyz(0, 0, 0.5), 4, height)), render.Light().Green); len(got) != 0 {
		t.Errorf("in the air: arrows %v, want none", got)
	}
}

// arm returns a simulation of a motor on a hinge about y with this control, -1 … 1.
func arm(t *testing.T, ctrl float64) *multibody.Data {
	b := multibody.NewBuilder()
	geom := multibody.DefaultGeom().CapsuleBetween(multibody.Vec3{}, xyz(0, 0, -1), 0.05)
	b.World.Bodies = []multibody.Body{{Joints: []multibody.Joint{multibody.DefaultJoint().Hinge("hinge", xyz(0, 1, 0))}, Geoms: []multibody.Geom{geom}}}
	b.Actuators = []multibody.Actuator{multibody.Motor("hinge", 20, -1, 1)}
	m, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	d := m.NewData()
	d.Ctrl[0] = ctrl
	d.Forward()
	return d
}

// TestTorques checks the direction of the arrow around a joint. A positive torque about y turns z to
// x, which is clockwise in a picture of x to the right and z upwards: above the joint to the right.
func TestTorques(t *testing.T) {
	for _, c := range []struct{ ctrl, want float64 }{{1, 1}, {-0.5, -1}, {0, 0}} {
		arcs := lines(ops(arm(t, c.ctrl), mechanism.Side(multibody.Vec3{}, 3, 3)), render.Light().Orange)
		if c.want == 0 || len(arcs) != 1 {
			if len(arcs) != 0 {
				t.Errorf("control %v: arrows %v, want %v", c.ctrl, arcs, c.want)
			}
			continue
		}
		a := arcs[0]
		if got := float64(a[len(a)-2] - a[0]); got*c.want <= 0 {
			t.Errorf("control %v: an arrow from %v, want it the other way", c.ctrl, a)
		}
	}
}

// TestTorqueColor checks that a joint in perspective has the whole colour of torques at the largest
// torque.
func TestTorqueColor(t *testing.T) {
	camera := mechanism.Perspective(multibody.Vec3{}, 3, 3)
	for _, ctrl := range []float64{0, 0.5, -1} {
		got := len(lines(ops(arm(t, ctrl), camera), render.Light().Orange))
		if want := int(math.Abs(ctrl)); got != want {
			t.Errorf("control %v: %d joints in the colour of torques, want %d", ctrl, got, want)
		}
	}
}

// nowhere is a Canvas that does nothing.
type nowhere struct{}

func (nowhere) View(x0, y0, x1, y1 float32, paper color.RGBA)          {}
func (nowhere) Line(xy []float32, width float32, c color.RGBA)         {}
func (nowhere) Fill(xy []float32, c color.RGBA)                        {}
func (nowhere) Text(x, y, size, align float32, s string, c color.RGBA) {}

// TestAllocations checks that drawing allocates nothing once the buffers have their sizes.
func TestAllocations(t *testing.T) {
	d := build(t, true, []float64{0, 0, 0.5, 1, 0, 0.5}, part("a", ball(0.5)), part("b", ball(0.5)))
	for name, camera := range map[string]mechanism.Camera{
		"side": mechanism.Side(xyz(0, 0, 1), 4, 3), "top": mechanism.Top(multibody.Vec3{}, 4, 3), "perspective": mechanism.Perspective(multibody.Vec3{}, 4, 3),
	} {
		drawing := mechanism.New(d.Model())
		drawing.Camera = camera
		look := render.Look{Theme: render.Dark(), Trail: make([]float32, 80)}
		drawing.Draw(nowhere{}, look, d)
		if n := testing.AllocsPerRun(20, func() { drawing.Draw(nowhere{}, look, d) }); n != 0 {
			t.Errorf("%s: %v allocations in a drawing, want 0", name, n)
		}
	}
}
