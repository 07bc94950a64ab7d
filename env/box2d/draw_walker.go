package box2d

import (
	"image/color"

	"github.com/rlrun/rlrun/planar"
	"github.com/rlrun/rlrun/render"
)

var (
	_ render.Scene      = (*BipedalWalker)(nil)
	_ render.Tracer     = (*BipedalWalker)(nil)
	_ render.Paced      = (*BipedalWalker)(nil)
	_ render.Controlled = (*BipedalWalker)(nil)
)

// Tip returns the position of the hull.
func (w *BipedalWalker) Tip() (x, y float32) {
	p := w.world.Body(w.hull).Position()
	return p.X, p.Y
}

// Draw draws the walker from the side, with the torques of its motors and the rays of its lidar, and the
// ground around it. The flags are the start and the end of the way.
func (w *BipedalWalker) Draw(c render.Canvas, l render.Look) {
	const width, height = 14.0, 9.0
	if w.world.Bodies() == 0 { // before the first Reset
		c.View(0, 0, width, height, l.Paper)
		return
	}
	x, y := w.Tip()
	left, bottom := x-width/3, terrainHeight-3+(y-terrainHeight-2*legHeight)/2
	c.View(left, bottom, left+width, bottom+height, l.Paper)
	w.drawTerrain(c, l)
	w.drawRays(c, l)
	render.Trail(c, l.Trail, 0.05, l.Paper, render.Mix(l.Paper, l.Sky, 0.6))
	hull := l.Blue
	if w.fell {
		hull = l.Red
	}
	for _, p := range [5]struct {
		body int32
		fill color.RGBA
	}{{w.legs[0], l.Pink}, {w.legs[1], l.Pink}, {w.hull, hull}, {w.legs[2], l.Sky}, {w.legs[3], l.Sky}} {
		w.body(c, &w.world.World, p.body, p.fill, outline(l, p.fill))
	}
	for i, j := range w.joints {
		r := w.world.Joint(j)
		p := w.world.Body(r.A).Point(r.AnchorA)
		render.Disc(c, p.X, p.Y, 0.07, l.Ink)
		turn := max(-1, min(w.act[i], 1))
		render.Twist(c, p.X, p.Y, 0.32, w.world.Body(r.A).Angle()-1.57, 2*turn, 0.06, l.Orange)
	}
}

// drawTerrain draws the ground and the flags.
func (w *BipedalWalker) drawTerrain(c render.Canvas, l render.Look) {
	w.fillGround(c, l, w.terrain.y[:], terrainStep, 0.06)
	for q := w.terrain.blocks; len(q) > 0; q = q[8:] {
		w.points = w.points[:0]
		for _, v := range q[:8] {
			w.points = append(w.points, float32(v))
		}
		c.Fill(w.points, render.Mix(l.Faint, l.Soft, 0.5))
		w.points = append(w.points, w.points[0], w.points[1])
		c.Line(w.points, 0.06, l.Soft)
	}
	for _, i := range [2]int{startPad / 4, terrainLength - terrainGrass} {
		x, y := float32(terrainStep*float64(i)), float32(w.terrain.y[i])
		render.Segment(c, x, y, x, y+1.8, 0.06, l.Ink)
		render.Polygon(c, l.Orange, x, y+1.8, x, y+1.2, x+0.8, y+1.5)
	}
}

// drawRays draws the rays of the lidar, up to the ground.
func (w *BipedalWalker) drawRays(c render.Canvas, l render.Look) {
	p := w.world.Body(w.hull).Position()
	col := render.Mix(l.Paper, l.Red, 0.3)
	for i, r := range w.rays {
		s := w.lidar[i]
		end := planar.Vec{X: p.X + s*float32(r[0]), Y: p.Y - s*float32(r[1])}
		render.Segment(c, p.X, p.Y, end.X, end.Y, 0.03, col)
		if s < 1 {
			render.Disc(c, end.X, end.Y, 0.06, l.Red)
		}
	}
}

// Controls returns keys that swing the legs and bend the knees.
func (w *BipedalWalker) Controls() []render.Control {
	return []render.Control{
		{Key: "right", Label: "first leg forward", Act: []float32{1, 0, -1, 0}}, {Key: "left", Label: "second leg forward", Act: []float32{-1, 0, 1, 0}},
		{Key: "up", Label: "stretch", Act: []float32{0, 1, 0, 1}}, {Key: "down", Label: "bend", Act: []float32{0, -1, 0, -1}},
		{Label: "let go", Act: []float32{0, 0, 0, 0}},
	}
}
