package raster

import (
	"image/color"
	"math"
)

// Line joins points. A line thinner than a pixel is drawn as one of a pixel, so
// that small pictures lose none.
func (m *Image) Line(xy []float32, width float32, c color.RGBA) {
	if len(xy) < 2 {
		return
	}
	r := max(width*m.scale, 1) / 2
	p := m.pixels(xy)
	if !m.begin(bounds(p), r+1) {
		return
	}
	for i := 0; i+1 < len(p); i += 2 {
		m.disc(p[i], p[i+1], r)
		if i > 0 {
			m.bar(p[i-2], p[i-1], p[i], p[i+1], r)
		}
	}
	m.paint(c)
}

// bar adds a rectangle around a line. It turns the same way round as a disc does:
// so do they add up to one shape.
func (m *Image) bar(x0, y0, x1, y1, r float32) {
	dx, dy := x1-x0, y1-y0
	l := float32(math.Hypot(float64(dx), float64(dy)))
	if l == 0 {
		return
	}
	nx, ny := -dy/l*r, dx/l*r
	m.polygon([]float32{x0 + nx, y0 + ny, x0 - nx, y0 - ny, x1 - nx, y1 - ny, x1 + nx, y1 + ny})
}

// disc adds a circle: four curves, as close to it as cubic ones can be.
func (m *Image) disc(x, y, r float32) {
	x, y = x-float32(m.part.Min.X), y-float32(m.part.Min.Y)
	k := r * 0.5522848
	m.z.MoveTo(x+r, y)
	m.z.CubeTo(x+r, y+k, x+k, y+r, x, y+r)
	m.z.CubeTo(x-k, y+r, x-r, y+k, x-r, y)
	m.z.CubeTo(x-r, y-k, x-k, y-r, x, y-r)
	m.z.CubeTo(x+k, y-r, x+r, y-k, x+r, y)
	m.z.ClosePath()
}
