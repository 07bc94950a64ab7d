package mujoco

import (
	"math"

	"github.com/rlrun/rlrun/multibody"
	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/render/mechanism"
)

var (
	_ render.Scene      = (*Reacher)(nil)
	_ render.Tracer     = (*Reacher)(nil)
	_ render.Controlled = (*Reacher)(nil)
	_ render.Scene      = (*Swimmer)(nil)
	_ render.Tracer     = (*Swimmer)(nil)
	_ render.Controlled = (*Swimmer)(nil)
)

// Draw draws the arm from above, with its torques, and the target in a ring.
func (r *Reacher) Draw(c render.Canvas, l render.Look) {
	r.draw(c, l, func(d *mechanism.Drawing, m *multibody.Model) {
		d.Camera = mechanism.Top(multibody.Vec3{}, 0.68, 0.68)
		paint(d, m, mechanism.Sky, "body0")
		paint(d, m, mechanism.Blue, "body1")
		paint(d, m, mechanism.Green, "fingertip")
		paint(d, m, mechanism.Red, "target")
	})
	target := r.data.Qpos[len(r.data.Qpos)-2:]
	render.Arc(c, float32(target[0]), float32(target[1]), 0.022, 0, 2*math.Pi, 0.003, l.Red)
}

// Tip returns the position of the fingertip.
func (r *Reacher) Tip() (x, y float32) {
	const upper, lower = 0.1, 0.11 // lengths [m]
	sin1, cos1 := math.Sincos(r.data.Qpos[0])
	sin2, cos2 := math.Sincos(r.data.Qpos[0] + r.data.Qpos[1])
	return float32(upper*cos1 + lower*cos2), float32(upper*sin1 + lower*sin2)
}

// Controls returns keys for the largest torque of each joint in each direction.
func (r *Reacher) Controls() []render.Control { return turning("shoulder", "elbow") }

// Draw draws the swimmer from above, with its torques.
func (s *Swimmer) Draw(c render.Canvas, l render.Look) {
	s.draw(c, l, func(d *mechanism.Drawing, m *multibody.Model) {
		d.Camera = mechanism.Top(multibody.Vec3{}, 5, 3.6).Following(m.Body("mid"), xyz(1, 1, 0))
		paint(d, m, mechanism.Green, "torso", "mid", "back")
	})
}

// Tip returns the position of the swimmer's first joint.
func (s *Swimmer) Tip() (x, y float32) {
	const front = 0.5 // distance of the joint from the torso's origin [m]
	q := s.data.Qpos
	sin, cos := math.Sincos(q[2])
	return float32(q[0] + front*cos), float32(q[1] + front*sin)
}

// Controls returns keys for the largest torque of each joint in each direction.
func (s *Swimmer) Controls() []render.Control { return turning("front", "back") }

// turning returns the controls of two joints.
func turning(first, second string) []render.Control {
	return []render.Control{
		{Key: "left", Label: first + " left", Act: []float32{1, 0}}, {Key: "right", Label: first + " right", Act: []float32{-1, 0}},
		{Key: "up", Label: second + " left", Act: []float32{0, 1}}, {Key: "down", Label: second + " right", Act: []float32{0, -1}},
		{Label: "let go", Act: []float32{0, 0}},
	}
}
