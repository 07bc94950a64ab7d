package raster

import (
	"image/color"
	"math"
)

// Line draws a line through points. A line thinner than a pixel is drawn one pixel wide, so that
// it remains visible in small pictures.
//
// The rasteriser adds up the coverage of all shapes, so the edges of overlapping shapes would be
// too dark. Line therefore avoids overlaps: it draws a rectangle for each segment, half a disc at
// each end, and at each corner only the sector between the two rectangles.
func (m *Image) Line(xy []float32, width float32, c color.RGBA) {
	if len(xy) < 2 {
		return
	}
	r := max(width*m.scale, 1) / 2
	p := m.pixels(xy)
	if !m.startShape(bounds(p), r+1) {
		return
	}
	first, drawn, before := 0, false, 0.0 // index of the segment's start, whether a segment was drawn, and its angle
	for i := 2; i+1 < len(p); i += 2 {
		dx, dy := p[i]-p[first], p[i+1]-p[first+1]
		if dx == 0 && dy == 0 {
			continue
		}
		angle := math.Atan2(float64(dy), float64(dx))
		if drawn {
			m.addCorner(p[first], p[first+1], r, before, angle)
		} else {
			m.addSector(p[first], p[first+1], r, angle+math.Pi/2, math.Pi)
		}
		m.addSegment(p[first], p[first+1], p[i], p[i+1], r)
		first, drawn, before = i, true, angle
	}
	if drawn {
		m.addSector(p[first], p[first+1], r, before-math.Pi/2, math.Pi)
	} else {
		m.addSector(p[0], p[1], r, 0, 2*math.Pi)
	}
	m.paint(c)
}

// addSegment adds the rectangle of a segment of width 2r. The rectangle has the same orientation as
// the sectors, so that their coverages add up.
func (m *Image) addSegment(x0, y0, x1, y1, r float32) {
	dx, dy := x1-x0, y1-y0
	l := float32(math.Hypot(float64(dx), float64(dy)))
	nx, ny := -dy/l*r, dx/l*r
	m.polygon([]float32{x0 + nx, y0 + ny, x0 - nx, y0 - ny, x1 - nx, y1 - ny, x1 + nx, y1 + ny})
}

// addCorner adds the sector between the rectangles of two segments, on the outer side of the corner.
// The segments have the angles before and after [rad].
func (m *Image) addCorner(x, y, r float32, before, after float64) {
	turn := math.Remainder(after-before, 2*math.Pi)
	if turn > 0 {
		m.addSector(x, y, r, before-math.Pi/2, turn)
	} else if turn < 0 {
		m.addSector(x, y, r, after+math.Pi/2, -turn)
	}
}

// addSector adds a sector of a disc that begins at the angle start and covers the angle extent
// [rad]. Its arc consists of cubic curves, each at most a quarter of a circle.
func (m *Image) addSector(x, y, r float32, start, extent float64) {
	x, y = x-float32(m.part.Min.X), y-float32(m.part.Min.Y)
	n := math.Ceil(extent / (math.Pi/2 + 1e-6))
	step := extent / n
	k := r * float32(4.0/3*math.Tan(step/4)) // distance of the control points from the ends of an arc
	cosSin := func(angle float64) (cos, sin float32) {
		s, c := math.Sincos(angle)
		return float32(c), float32(s)
	}
	cos, sin := cosSin(start)
	m.z.MoveTo(x, y)
	m.z.LineTo(x+r*cos, y+r*sin)
	for i := 1.0; i <= n; i++ {
		ax, ay := x+r*cos-k*sin, y+r*sin+k*cos
		cos, sin = cosSin(start + i*step)
		m.z.CubeTo(ax, ay, x+r*cos+k*sin, y+r*sin-k*cos, x+r*cos, y+r*sin)
	}
	m.z.ClosePath()
}
