package classic

import (
	"math"

	"github.com/rlrun/rlrun/render"
)

var (
	_ render.Scene  = (*Pendulum)(nil)
	_ render.Tracer = (*Pendulum)(nil)
)

// StepsPerSecond returns 30, 1.5 times real time: a time step is 0.05 s.
func (p *Pendulum) StepsPerSecond() int { return 30 }

// Tip returns the free end of the rod. A positive θ is to the left.
func (p *Pendulum) Tip() (x, y float32) {
	sin, cos := sincos(p.x[0])
	return float32(-sin), float32(cos)
}

// Draw draws the rod, its goal, and the torque.
func (p *Pendulum) Draw(d render.Canvas, l render.Look) {
	d.View(-1.35, -1.25, 1.35, 1.45, l.Paper)
	render.Arc(d, 0, 0, 1, 0, 2*math.Pi, 0.012, l.Faint)
	render.Disc(d, 0, 1, 0.13, l.Faint)
	render.Trail(d, l.Trail, 0.03, l.Paper, render.Mix(l.Paper, l.Red, 0.7))
	x, y := p.Tip()
	render.Segment(d, 0, 0, x, y, 0.16, l.Red)
	render.Disc(d, 0, 0, 0.04, l.Paper)
	const maxTorque = 2 // [N m]
	render.Twist(d, 0, 0, 0.42, -math.Pi/2, float32(p.torque/maxTorque)*2.2, 0.05, l.Blue)
}

// Controls returns keys for the largest torque in each direction.
func (p *Pendulum) Controls() []render.Control {
	return []render.Control{
		{Key: "left", Label: "turn left", Act: []float32{2}}, {Key: "right", Label: "turn right", Act: []float32{-2}},
		{Label: "let go", Act: []float32{0}},
	}
}
