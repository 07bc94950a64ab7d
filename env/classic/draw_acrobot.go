package classic

import (
	"math"

	"github.com/rlrun/rlrun/render"
)

var (
	_ render.Scene  = (*Acrobot)(nil)
	_ render.Tracer = (*Acrobot)(nil)
)

// StepsPerSecond returns 15, three times real time: a time step is 0.2 s.
func (a *Acrobot) StepsPerSecond() int { return 15 }

// joint returns the point where the two rods meet.
func (a *Acrobot) joint() (x, y float32) {
	sin, cos := sincos(a.x[0])
	return float32(sin), float32(-cos)
}

// Tip returns the free end of the lower rod.
func (a *Acrobot) Tip() (x, y float32) {
	sin, cos := sincos(a.x[0] + a.x[1])
	x, y = a.joint()
	return x + float32(sin), y - float32(cos)
}

// Draw draws the goal height, the rods, and the torque at their joint.
func (a *Acrobot) Draw(d render.Canvas, l render.Look) {
	d.View(-2.3, -2.25, 2.3, 2.45, l.Paper)
	for x := float32(-2.25); x < 2.2; x += 0.3 {
		render.Segment(d, x, 1, x+0.15, 1, 0.03, l.Green)
	}
	render.Trail(d, l.Trail, 0.05, l.Paper, render.Mix(l.Paper, l.Blue, 0.7))
	x, y := a.joint()
	tipX, tipY := a.Tip()
	render.Segment(d, 0, 0, x, y, 0.2, l.Sky)
	render.Segment(d, x, y, tipX, tipY, 0.2, l.Blue)
	render.Disc(d, 0, 0, 0.06, l.Paper)
	render.Disc(d, x, y, 0.06, l.Paper)
	turn := math.Tanh(a.torque/2) / math.Tanh(0.5) // 1 radian at 1 N m
	render.Twist(d, x, y, 0.36, float32(a.x[0]+a.x[1]/2), float32(turn)*1.6, 0.07, l.Orange)
}

// Controls returns keys for the first and the last torque. Without a key, the action is the
// middle torque.
func (a *Acrobot) Controls() []render.Control {
	last := len(a.Torques) - 1
	return []render.Control{
		{Key: "left", Label: "swing left", Act: []float32{0}}, {Key: "right", Label: "swing right", Act: []float32{float32(last)}},
		{Label: "let go", Act: []float32{float32(last / 2)}},
	}
}
