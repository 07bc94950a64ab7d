package mujoco

import (
	"math"

	"github.com/rlrun/rlrun/multibody"
	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/render/mechanism"
)

var (
	_ render.Scene      = (*InvertedPendulum)(nil)
	_ render.Tracer     = (*InvertedPendulum)(nil)
	_ render.Controlled = (*InvertedPendulum)(nil)
	_ render.Scene      = (*InvertedDoublePendulum)(nil)
	_ render.Tracer     = (*InvertedDoublePendulum)(nil)
	_ render.Controlled = (*InvertedDoublePendulum)(nil)
)

// poleLength is the length of each pole [m].
const poleLength = 0.6

// Draw draws the rail, the cart, the pole, and the force on the cart.
func (p *InvertedPendulum) Draw(c render.Canvas, l render.Look) {
	p.draw(c, l, func(d *mechanism.Drawing, m *multibody.Model) {
		d.Camera = mechanism.Side(xyz(0, 0, 0.25), 2.6, 1.3)
		paint(d, m, mechanism.Ink, "cart")
		paint(d, m, mechanism.Orange, "pole")
		d.Torques = mechanism.Blue
	})
}

// Tip returns the upper end of the pole.
func (p *InvertedPendulum) Tip() (x, y float32) {
	sin, cos := math.Sincos(p.data.Qpos[1])
	return float32(p.data.Qpos[0] + poleLength*sin), float32(poleLength * cos)
}

// Controls returns keys for the largest force in each direction.
func (p *InvertedPendulum) Controls() []render.Control { return pushing(3) }

// Draw draws the rail, the cart, the poles, and the force on the cart.
func (p *InvertedDoublePendulum) Draw(c render.Canvas, l render.Look) {
	p.draw(c, l, func(d *mechanism.Drawing, m *multibody.Model) {
		d.Camera = mechanism.Side(xyz(0, 0, 0.45), 3.2, 2.1)
		paint(d, m, mechanism.Ink, "cart")
		paint(d, m, mechanism.Orange, "pole")
		paint(d, m, mechanism.Red, "pole2")
		d.Torques = mechanism.Blue
	})
}

// Tip returns the upper end of the second pole.
func (p *InvertedDoublePendulum) Tip() (x, y float32) {
	q := p.data.Qpos
	sin1, cos1 := math.Sincos(q[1])
	sin2, cos2 := math.Sincos(q[1] + q[2])
	return float32(q[0] + poleLength*(sin1+sin2)), float32(poleLength * (cos1 + cos2))
}

// Controls returns keys for the largest force in each direction.
func (p *InvertedDoublePendulum) Controls() []render.Control { return pushing(1) }

// pushing returns the controls of a cart with this largest action.
func pushing(largest float32) []render.Control {
	return []render.Control{
		{Key: "left", Label: "push left", Act: []float32{-largest}}, {Key: "right", Label: "push right", Act: []float32{largest}},
		{Label: "roll", Act: []float32{0}},
	}
}
