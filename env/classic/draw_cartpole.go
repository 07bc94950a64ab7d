package classic

import (
	"math"

	"github.com/rlrun/rlrun/render"
)

var (
	_ render.Scene  = (*CartPole)(nil)
	_ render.Tracer = (*CartPole)(nil)
)

// StepsPerSecond returns 50, which is real time: a time step is 0.02 s.
func (c *CartPole) StepsPerSecond() int { return 50 }

// hinge is the height of the pole's hinge in the drawing [m].
const hinge = 0.24

// Tip returns the upper end of the pole.
func (c *CartPole) Tip() (x, y float32) {
	sin, cos := sincos(c.x[2])
	return float32(c.x[0] + float64(2*halfPole*sin)), float32(hinge + float64(2*halfPole*cos))
}

// Draw draws the track, the cart, the pole, the largest angles of the pole, and the force.
func (c *CartPole) Draw(d render.Canvas, l render.Look) {
	d.View(-2.8, -0.8, 2.8, 1.75, l.Paper)
	x := float32(c.x[0])
	for _, side := range [2]float32{-1, 1} {
		sin, cos := sincos(maxTheta)
		render.Segment(d, x, hinge, x+float32(side*1.25*float32(sin)), hinge+float32(1.25*float32(cos)), 0.012, l.Faint)
		render.Segment(d, side*maxX, -0.3, side*maxX, -0.1, 0.05, l.Soft)
	}
	render.Segment(d, -maxX, -0.2, maxX, -0.2, 0.03, l.Soft)
	render.Trail(d, l.Trail, 0.025, l.Paper, render.Mix(l.Paper, l.Orange, 0.7))
	for _, wheel := range [2]float32{-0.17, 0.17} {
		render.Disc(d, x+wheel, -0.12, 0.075, l.Soft)
	}
	render.Box(d, x-0.32, -0.1, x+0.32, 0.14, 0.05, l.Ink)
	render.Segment(d, x, 0.1, x, hinge, 0.1, l.Ink)
	tipX, tipY := c.Tip()
	render.Segment(d, x, hinge, tipX, tipY, 0.09, l.Orange)
	render.Disc(d, x, hinge, 0.03, l.Paper)
	if c.push != 0 {
		side := float32(math.Copysign(1, c.push))
		render.Arrow(d, x+float32(side*0.38), 0.02, x+float32(side*0.8), 0.02, 0.05, l.Blue)
	}
}

// Controls returns keys for the two pushes. No action is the default, so the episode waits until
// a key is held.
func (c *CartPole) Controls() []render.Control {
	return []render.Control{{Key: "left", Label: "push left", Act: []float32{0}}, {Key: "right", Label: "push right", Act: []float32{1}}}
}
