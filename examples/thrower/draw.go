package thrower

import (
	"github.com/rlrun/rlrun/planar"
	"github.com/rlrun/rlrun/render"
)

// Tip returns the position of the ball, whose way the window shows.
func (t *Thrower) Tip() (x, y float32) {
	p := t.world.Body(t.ball).Position()
	return p.X, p.Y
}

// StepsPerSecond returns 20, which is real time.
func (t *Thrower) StepsPerSecond() int { return 20 }

// Draw draws the ground, the flag, the arm and the ball.
func (t *Thrower) Draw(c render.Canvas, look render.Look) {
	c.View(-4, -1, 36, 14, look.Paper)
	render.Rect(c, -100, -5, 100, 0, look.Faint)
	x := float32(t.flag)
	render.Segment(c, x, 0, x, 2, 0.12, look.Ink)
	render.Polygon(c, look.Orange, x, 2, x, 1.2, x+1.2, 1.6)
	render.Trail(c, look.Trail, 0.15, look.Paper, look.Sky)
	if t.world.Bodies() == 0 {
		return // before the first Reset
	}
	arm := t.world.Body(t.arm)
	a, b := arm.Point(planar.Vec{X: -2}), arm.Point(planar.Vec{X: 2})
	render.Segment(c, 0, 0, 0, 2, 0.3, look.Soft)
	render.Segment(c, a.X, a.Y, b.X, b.Y, 0.25, look.Blue)
	ball := t.world.Body(t.ball).Position()
	render.Disc(c, ball.X, ball.Y, 0.35, look.Red)
}

// Controls lets a person play, with rlrun play.
func (t *Thrower) Controls() []render.Control {
	return []render.Control{
		{Key: "up", Label: "full speed", Act: []float32{1}}, {Key: "right", Label: "half speed", Act: []float32{0}},
		{Label: "hold", Act: []float32{-1}},
	}
}
