package box2d

import (
	"math"

	"github.com/rlrun/rlrun/planar"
	"github.com/rlrun/rlrun/render"
)

var (
	_ render.Scene      = (*LunarLander)(nil)
	_ render.Tracer     = (*LunarLander)(nil)
	_ render.Paced      = (*LunarLander)(nil)
	_ render.Controlled = (*LunarLander)(nil)
)

// Tip returns the position of the hull.
func (l *LunarLander) Tip() (x, y float32) {
	p := l.world.Body(l.hull).Position()
	return p.X, p.Y
}

// Draw draws the ground, the pad between its flags, and the lander with the jets of its engines. A leg
// that touches the ground is green.
func (l *LunarLander) Draw(c render.Canvas, look render.Look) {
	c.View(0, 0, landerWidth, landerHeight+1.5, look.Paper)
	l.drawGround(c, look)
	render.Trail(c, look.Trail, 0.08, look.Paper, render.Mix(look.Paper, look.Blue, 0.6))
	if l.world.Bodies() == 0 {
		return // before the first Reset
	}
	l.drawJets(c, look)
	for i, leg := range l.legs {
		fill := look.Sky
		if l.touches[i] {
			fill = look.Green
		}
		l.body(c, &l.world.World, leg, fill, outline(look, fill))
	}
	fill := look.Blue
	if l.crashed {
		fill = look.Red
	}
	l.body(c, &l.world.World, l.hull, fill, outline(look, fill))
}

// drawGround draws the ground and the flags.
func (l *LunarLander) drawGround(c render.Canvas, look render.Look) {
	const chunk = landerWidth / (landerChunks - 1)
	heights := l.ground()
	l.fillGround(c, look, heights[:], chunk, 0.07)
	const pole, size = 1.6, 0.55
	y := float32(landerHeight / 4)
	render.Segment(c, chunk*(landerChunks/2-1), y, chunk*(landerChunks/2+1), y, 0.14, look.Ink)
	for i := range 2 {
		x := float32(chunk * (landerChunks/2 - 1 + 2*i))
		render.Segment(c, x, y, x, y+pole, 0.07, look.Ink)
		render.Polygon(c, look.Orange, x, y+pole, x, y+pole-size, x+0.8, y+pole-size/2)
	}
}

// drawJets draws a flame below the main engine, and jets beside the side engines, as long as their power.
func (l *LunarLander) drawJets(c render.Canvas, look render.Look) {
	b := l.world.Body(l.hull)
	flame := func(x, y, dx, dy, width float32) {
		var xy [6]float32
		for i, p := range [3]planar.Vec{{X: x - dy*width, Y: y + dx*width}, {X: x + dy*width, Y: y - dx*width}, {X: x + dx, Y: y + dy}} {
			q := b.Point(p)
			xy[2*i], xy[2*i+1] = q.X, q.Y
		}
		c.Fill(xy[:], look.Orange)
	}
	if l.main > 0 {
		flame(0, -0.3, 0, -1.8*float32(l.main), 0.16)
	}
	if l.side != 0 {
		side := float32(math.Copysign(1, l.side))
		flame(-side*0.5, sideEngineUp, -side*0.9*float32(math.Abs(l.side)), 0, 0.16)
	}
}

// Controls returns keys for the engines.
func (l *LunarLander) Controls() []render.Control {
	if l.Continuous {
		return []render.Control{
			{Key: "up", Label: "main engine", Act: []float32{1, 0}}, {Key: "left", Label: "push left", Act: []float32{0, -1}},
			{Key: "right", Label: "push right", Act: []float32{0, 1}}, {Label: "fall", Act: []float32{0, 0}},
		}
	}
	return []render.Control{
		{Key: "up", Label: "main engine", Act: []float32{2}}, {Key: "left", Label: "push left", Act: []float32{1}},
		{Key: "right", Label: "push right", Act: []float32{3}}, {Label: "fall", Act: []float32{0}},
	}
}
