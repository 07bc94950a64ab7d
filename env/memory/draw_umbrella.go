package memory

import (
	"math"

	"github.com/rlrun/rlrun/render"
)

var _ render.Scene = (*Umbrella)(nil)

// StepsPerSecond returns 5: a walk of 20 steps takes four seconds.
func (m *Umbrella) StepsPerSecond() int { return 5 }

// Draw draws the walk, the weather at its end, the agent with its umbrella if it has one, and the
// distractors, dark for 1. At the end it also draws whether the agent has what it needs.
func (m *Umbrella) Draw(d render.Canvas, l render.Look) {
	d.View(0, 0, 10, 4, l.Paper)
	const from, to, y = 1, 7.6, 1.6
	render.Segment(d, from, y, to, y, 0.1, l.Faint)
	now := from + float32((to-from)*m.x[0]/float64(m.Length))
	render.Segment(d, from, y, now, y, 0.1, l.Soft)
	drawWeather(d, l, m.x[1] == 1)
	if m.x[2] == 1 {
		render.Segment(d, now, y+0.3, now, y+1.05, 0.07, l.Ink)
		fill := [26]float32{}
		for i := range 13 {
			sin, cos := math.Sincos(math.Pi * float64(i) / 12)
			fill[2*i], fill[2*i+1] = now+float32(0.62*float32(cos)), y+0.95+float32(0.5*float32(sin))
		}
		render.Polygon(d, l.Pink, fill[:]...)
	}
	render.Disc(d, now, y+0.24, 0.24, l.Blue)
	columns, size := cards(m.Distractors, 8.6, 0.6)
	for i, b := range m.x[3:] {
		c := l.Faint
		if b == 1 {
			c = l.Soft
		}
		x, y := 0.7+float32(min(size, 0.3)*float32(i%columns)), 0.75-float32(min(size, 0.3)*float32(i/columns))
		render.Rect(d, x, y, x+float32(0.8*min(size, 0.3)), y+float32(0.8*min(size, 0.3)), c)
	}
	if l.Done {
		drawVerdict(d, l, 8.6, 0.95, m.correct)
	}
}

// drawWeather draws the sun, or a cloud with rain.
func drawWeather(d render.Canvas, l render.Look, rain bool) {
	const x, y = 8.6, 2.7
	if !rain {
		render.Disc(d, x, y, 0.42, l.Yellow)
		for i := range 8 {
			sin, cos := math.Sincos(math.Pi / 4 * float64(i))
			dx, dy := float32(cos), float32(sin)
			render.Segment(d, x+float32(0.56*dx), y+float32(0.56*dy), x+float32(0.78*dx), y+float32(0.78*dy), 0.1, l.Yellow)
		}
		return
	}
	for i := range 4 {
		left := x - 0.5 + float32(0.36*float32(i))
		render.Segment(d, left, y-0.35, left-0.16, y-0.85, 0.07, l.Sky)
	}
	render.Polyline(d, 0.6, l.Soft, x-0.4, y, x+0.45, y)
	render.Disc(d, x-0.12, y+0.2, 0.38, l.Soft)
	render.Disc(d, x+0.3, y+0.12, 0.3, l.Soft)
}

// Controls returns keys for the two actions. No action is the default, so the episode waits until a
// key is held.
func (m *Umbrella) Controls() []render.Control {
	return []render.Control{{Key: "left", Label: "no umbrella", Act: []float32{0}}, {Key: "right", Label: "umbrella", Act: []float32{1}}}
}
