package minigrid

import (
	"image/color"

	"github.com/rlrun/rlrun/render"
)

// A painter draws squares of a grid.
type painter struct {
	render.Canvas
	l      render.Look
	colors [colors]color.RGBA
	light  color.RGBA // of squares that the agent sees
}

// newPainter returns a painter with the colours of a theme.
func newPainter(d render.Canvas, l render.Look) painter {
	return painter{d, l, [colors]color.RGBA{
		Red: l.Red, Green: l.Green, Blue: l.Blue, Purple: render.Mix(l.Pink, l.Blue, 0.3), Yellow: l.Yellow, Grey: l.Soft,
	}, l.Yellow}
}

// square draws a cell whose bottom left corner is (x, y).
func (p painter) square(x, y float32, c Cell, seen bool) {
	const overlap = 0.02 // below the next squares, so that no gaps are visible
	floor, wall := p.l.Faint, render.Mix(p.l.Soft, p.l.Ink, 0.25)
	if seen {
		floor, wall = render.Mix(p.l.Paper, p.light, 0.16), render.Mix(wall, p.light, 0.22)
	}
	if c.Type() == Wall {
		if c.Color() != Grey {
			wall = p.colors[c.Color()]
		}
		render.Rect(p, x, y-overlap, x+1+overlap, y+1, wall)
		return
	}
	render.Rect(p, x, y, x+1, y+1, render.Mix(floor, p.l.Soft, 0.25))
	render.Rect(p, x+0.02, y+0.02, x+0.98, y+0.98, floor)
	p.object(render.At(p.Canvas, x, y, 0, 1), c, floor)
}

// object draws what stands on a square from (0, 0) to (1, 1).
func (p painter) object(d render.Canvas, c Cell, floor color.RGBA) {
	tint := p.colors[c.Color()]
	switch c.Type() {
	case Floor:
		render.Rect(d, 0.02, 0.02, 0.98, 0.98, render.Mix(floor, tint, 0.35))
	case Door:
		p.door(d, c.State(), tint, floor)
	case Key:
		render.Segment(d, 0.5, 0.6, 0.5, 0.16, 0.1, tint)
		render.Segment(d, 0.5, 0.18, 0.34, 0.18, 0.09, tint)
		render.Segment(d, 0.5, 0.34, 0.36, 0.34, 0.09, tint)
		render.Disc(d, 0.5, 0.7, 0.18, tint)
		render.Disc(d, 0.5, 0.7, 0.075, floor)
	case Ball:
		render.Disc(d, 0.5, 0.5, 0.3, tint)
	case Box:
		render.Box(d, 0.14, 0.14, 0.86, 0.86, 0.05, tint)
		render.Rect(d, 0.22, 0.22, 0.78, 0.78, floor)
		render.Rect(d, 0.18, 0.45, 0.82, 0.55, tint)
	case Goal:
		render.Rect(d, 0.02, 0.02, 0.98, 0.98, render.Mix(floor, tint, 0.4))
		render.Segment(d, 0.36, 0.16, 0.36, 0.82, 0.06, p.l.Ink)
		render.Polygon(d, tint, 0.36, 0.85, 0.36, 0.47, 0.8, 0.66)
	case Lava:
		render.Rect(d, 0.02, 0.02, 0.98, 0.98, render.Mix(p.l.Orange, p.l.Red, 0.4))
		for i := range 3 {
			low := 0.24 + float32(0.22*float32(i))
			render.Polyline(d, 0.05, render.Mix(p.l.Red, color.RGBA{A: 255}, 0.55), 0.12, low, 0.31, low+0.1, 0.5, low, 0.69, low+0.1, 0.88, low)
		}
	}
}

// door draws a door: a frame if it is open, with a handle if it is closed, and with a keyhole if it is
// locked.
func (p painter) door(d render.Canvas, state Cell, tint, floor color.RGBA) {
	render.Rect(d, 0, 0, 1, 1, tint)
	switch state {
	case Open:
		render.Rect(d, 0.1, 0.1, 0.9, 0.9, floor)
	case Closed:
		render.Rect(d, 0.07, 0.07, 0.93, 0.93, floor)
		render.Rect(d, 0.15, 0.15, 0.85, 0.85, render.Mix(floor, tint, 0.55))
		render.Disc(d, 0.72, 0.5, 0.075, tint)
	default:
		render.Rect(d, 0.1, 0.1, 0.9, 0.9, render.Mix(tint, color.RGBA{A: 255}, 0.45))
		render.Disc(d, 0.5, 0.57, 0.12, tint)
		render.Polygon(d, tint, 0.46, 0.57, 0.54, 0.57, 0.6, 0.26, 0.4, 0.26)
	}
}

// agent draws the agent on the square whose bottom left corner is (x, y): a triangle that points ahead.
func (p painter) agent(x, y float32, dir Direction) {
	const quarter = 1.5707964
	d := render.At(p.Canvas, x+0.5, y+0.5, -quarter*float32(dir), 1)
	render.Polygon(d, p.l.Paper, 0.48, 0, -0.44, 0.42, -0.44, -0.42)
	render.Polygon(d, p.l.Ink, 0.38, 0, -0.36, 0.32, -0.36, -0.32)
}

// slot draws a square of the given side, with what the agent carries.
func (p painter) slot(x, y, side float32, c Cell) {
	floor := render.Mix(p.l.Paper, p.l.Faint, 0.6)
	edge := float32(0.04 * side)
	render.Box(p, x, y, x+side, y+side, 2*edge, p.l.Soft)
	render.Box(p, x+edge, y+edge, x+side-edge, y+side-edge, 1.5*edge, floor)
	p.object(render.At(p.Canvas, x, y, 0, side), c, floor)
}
