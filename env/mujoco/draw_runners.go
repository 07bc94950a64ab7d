package mujoco

import (
	"github.com/rlrun/rlrun/multibody"
	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/render/mechanism"
)

var (
	_ render.Scene      = (*Hopper)(nil)
	_ render.Tracer     = (*Hopper)(nil)
	_ render.Controlled = (*Hopper)(nil)
	_ render.Scene      = (*HalfCheetah)(nil)
	_ render.Tracer     = (*HalfCheetah)(nil)
	_ render.Scene      = (*Walker2d)(nil)
	_ render.Tracer     = (*Walker2d)(nil)
)

// Draw draws the hopper from the side, with its torques and the forces of the ground.
func (h *Hopper) Draw(c render.Canvas, l render.Look) {
	h.draw(c, l, func(d *mechanism.Drawing, m *multibody.Model) {
		d.Camera = mechanism.Side(xyz(0, 0, 0.9), 2.6, 2.3).Following(m.Body("torso"), xyz(1, 0, 0))
		paint(d, m, mechanism.Red, "torso", "thigh", "leg", "foot")
		d.Torques = mechanism.Blue
	})
}

// Tip returns the position of the torso.
func (h *Hopper) Tip() (x, y float32) { return float32(h.data.Qpos[0]), float32(h.data.Qpos[1]) }

// Controls returns keys that stretch and bend the leg, and that lean.
func (h *Hopper) Controls() []render.Control {
	return []render.Control{
		{Key: "up", Label: "stretch", Act: []float32{1, 1, -1}}, {Key: "down", Label: "bend", Act: []float32{-1, -1, 1}},
		{Key: "left", Label: "lean back", Act: []float32{1, 0, 0}}, {Key: "right", Label: "lean forward", Act: []float32{-1, 0, 0}},
		{Label: "let go", Act: []float32{0, 0, 0}},
	}
}

// Draw draws the cheetah from the side, with its torques and the forces of the ground.
func (h *HalfCheetah) Draw(c render.Canvas, l render.Look) {
	h.draw(c, l, func(d *mechanism.Drawing, m *multibody.Model) {
		d.Camera = mechanism.Side(xyz(0, 0, 0.5), 2.5, 1.5).Following(m.Body("torso"), xyz(1, 0, 0))
		paint(d, m, mechanism.Orange, "torso")
		paint(d, m, mechanism.Orange, "bthigh", "bshin", "bfoot")
		paint(d, m, mechanism.Orange, "fthigh", "fshin", "ffoot")
		d.Torques = mechanism.Blue
	})
}

// Tip returns the position of the torso.
func (h *HalfCheetah) Tip() (x, y float32) {
	const start = 0.7 // height of the torso in the initial pose [m]
	return float32(h.data.Qpos[0]), float32(start + h.data.Qpos[1])
}

// Draw draws the walker from the side, with its torques and the forces of the ground. Its left leg is
// behind its right leg.
func (w *Walker2d) Draw(c render.Canvas, l render.Look) {
	w.draw(c, l, func(d *mechanism.Drawing, m *multibody.Model) {
		d.Camera = mechanism.Side(xyz(0, 0, 0.8), 2.6, 2.1).Following(m.Body("torso"), xyz(1, 0, 0))
		paint(d, m, mechanism.Blue, "torso")
		for i, part := range []string{"thigh", "leg", "foot"} {
			shade := lighter * float32(1-i%2)
			d.Paint(m.Body(part), mechanism.Style{Tone: mechanism.Blue, Shade: shade, Layer: 1})
			d.Paint(m.Body(part+"_left"), mechanism.Style{Tone: mechanism.Pink, Shade: shade, Layer: -1})
		}
	})
}

// Tip returns the position of the torso.
func (w *Walker2d) Tip() (x, y float32) { return float32(w.data.Qpos[0]), float32(w.data.Qpos[1]) }
