package pixels

import (
	"image/color"
	"math"

	"github.com/rlrun/rlrun/render"
)

// A canvas is a render.Canvas of bytes, for small pictures. It allocates nothing once warm. It
// computes in whole numbers, and in float32 numbers that are rounded after each operation, so its
// pixels are the same on every platform. It draws no text, which nobody could read.
//
// The first channel of a picture is red, or its brightness if there is only one channel.
type canvas struct {
	render.Memory
	w, h, channels int
	pix            []uint8 // [h, w, channels]

	scale, x, y float32 // pixels per world unit, and the pixel of the world's origin
	path        []point // scratch: points of a shape
	cover       []int32 // [h, w+1] scratch: see addEdge, or coverage of lines; 0 outside of a shape
}

var _ render.Canvas = (*canvas)(nil)

// newCanvas returns a black canvas of w × h pixels.
func newCanvas(w, h, channels int) *canvas {
	return &canvas{w: w, h: h, channels: channels, pix: make([]uint8, w*h*channels), cover: make([]int32, h*(w+1)), scale: 1}
}

// A point is a point of a shape [pixels].
type point struct{ x, y float32 }

// View fills the picture with the colour paper and shows a world rectangle in its middle.
func (m *canvas) View(x0, y0, x1, y1 float32, paper color.RGBA) {
	m.Release()
	w, h := float32(m.w), float32(m.h)
	m.scale = min(w/(x1-x0), h/(y1-y0))
	m.x = w/2 - float32(m.scale*(x0+x1)/2)
	m.y = h/2 + float32(m.scale*(y0+y1)/2)
	c := m.ink(paper)
	copy(m.pix, c[:m.channels])
	for n := m.channels; n < len(m.pix); n *= 2 {
		copy(m.pix[n:], m.pix[:n])
	}
}

// ink returns the bytes of a colour. A single channel is the luma of ITU-R BT.601.
func (m *canvas) ink(c color.RGBA) [3]uint8 {
	if m.channels == 1 {
		return [3]uint8{uint8((299*int(c.R) + 587*int(c.G) + 114*int(c.B) + 500) / 1000)}
	}
	return [3]uint8{c.R, c.G, c.B}
}

// Text draws nothing.
func (m *canvas) Text(_, _, _, _ float32, _ string, _ color.RGBA) {}

// points returns points of the world in pixels. The next call overwrites the result. The result is
// nil if a point is far outside of the picture or not a number.
func (m *canvas) points(xy []float32) []point {
	m.path = m.path[:0]
	for i := 0; i+1 < len(xy); i += 2 {
		p := point{m.x + float32(m.scale*xy[i]), m.y - float32(m.scale*xy[i+1])}
		const far = 1 << 14
		if !(-far < p.x && p.x < far && -far < p.y && p.y < far) {
			return nil
		}
		m.path = append(m.path, p)
	}
	return m.path
}

// A rect is the pixels [x0, x1) × [y0, y1).
type rect struct{ x0, y0, x1, y1 int }

// around returns the pixels of the picture that are near some points.
func (m *canvas) around(p []point, margin float32) rect {
	low, high := p[0], p[0]
	for _, q := range p {
		low.x, low.y, high.x, high.y = min(low.x, q.x), min(low.y, q.y), max(high.x, q.x), max(high.y, q.y)
	}
	down := func(v float32) int { return int(math.Floor(float64(v - margin))) }
	up := func(v float32) int { return int(math.Ceil(float64(v + margin))) }
	return rect{max(down(low.x), 0), max(down(low.y), 0), min(up(high.x), m.w), min(up(high.y), m.h)}
}

// full is the coverage of a pixel that is inside of a shape.
const full = 256

// Line draws a line through points, with round ends and corners. A line thinner than a pixel is
// drawn one pixel wide. The coverage of a pixel comes from its distance to the line, so corners
// need no care.
func (m *canvas) Line(xy []float32, width float32, c color.RGBA) {
	p := m.points(xy)
	if len(p) == 0 {
		return
	}
	r := max(float32(width*m.scale), 1) / 2
	m.addSegment(p[0], p[0], r)
	for i := 1; i < len(p); i++ {
		m.addSegment(p[i-1], p[i], r)
	}
	m.paint(m.around(p, r+1), m.ink(c), false)
}

// addSegment raises the coverage of all pixels near the segment from a to b, whose width is 2r.
func (m *canvas) addSegment(a, b point, r float32) {
	dx, dy := b.x-a.x, b.y-a.y
	length2 := float32(dx*dx) + float32(dy*dy)
	inner, outer := max(r-0.5, 0), r+0.5
	inner2, outer2 := float32(inner*inner), float32(outer*outer)
	near := m.around([]point{a, b}, outer)
	for y := near.y0; y < near.y1; y++ {
		py := float32(y) + 0.5 - a.y
		row := m.cover[y*(m.w+1):]
		for x := near.x0; x < near.x1; x++ {
			px := float32(x) + 0.5 - a.x
			d2 := distance2(px, py, dx, dy, length2)
			switch {
			case d2 >= outer2:
			case d2 <= inner2:
				row[x] = full
			default:
				d := float32(math.Sqrt(float64(d2)))
				row[x] = max(row[x], int32(float32(full*(outer-d))))
			}
		}
	}
}

// distance2 returns the squared distance of the point (px, py) from the segment from the origin to
// (dx, dy), whose squared length is length2.
func distance2(px, py, dx, dy, length2 float32) float32 {
	along := float32(px*dx) + float32(py*dy)
	if along > 0 && along < length2 {
		across := float32(px*dy) - float32(py*dx)
		return float32(across*across) / length2
	}
	if along > 0 {
		px, py = px-dx, py-dy
	}
	return float32(px*px) + float32(py*py)
}

// Fill fills a polygon. It draws nothing for fewer than three points.
func (m *canvas) Fill(xy []float32, c color.RGBA) {
	p := m.points(xy)
	if len(p) < 3 {
		return
	}
	for i := range p {
		m.addEdge(p[i], p[(i+1)%len(p)])
	}
	m.paint(m.around(p, 1), m.ink(c), true)
}

// Sub-pixels of an edge.
const (
	lines  = 4   // scan lines of a pixel
	shades = 256 // horizontal positions within a pixel
)

// addEdge adds an edge of a polygon to m.cover. Each scan line that the edge crosses adds its part of
// the pixel to the right of the edge: 1 for an edge that goes down, -1 for one that goes up. So the
// sum of the numbers to the left of a pixel, and of its own, is the coverage of the pixel.
func (m *canvas) addEdge(a, b point) {
	sign := int32(1)
	if a.y > b.y {
		a, b, sign = b, a, -1
	}
	fixed := func(v float32) int { return int(math.Floor(float64(float32(v*shades) + 0.5))) }
	ax, ay, bx, by := fixed(a.x), fixed(a.y), fixed(b.x), fixed(b.y)
	const step, half = shades / lines, shades / lines / 2
	for i := max((ay-half+step-1)/step, 0); i < m.h*lines; i++ { // from the first scan line at or below a
		y := i*step + half
		if y >= by {
			break
		}
		x := ax + (bx-ax)*(y-ay)/(by-ay)
		x = min(max(x, 0), m.w*shades)
		at, part := m.cover[i/lines*(m.w+1)+x/shades:], int32(x%shades)
		at[0] += sign * (shades - part)
		if part > 0 {
			at[1] += sign * part
		}
	}
}

// paint draws the shape in m.cover within a rectangle, and clears m.cover. If sums is true, the
// coverage is the sum of the numbers to the left: see addEdge.
func (m *canvas) paint(r rect, ink [3]uint8, sums bool) {
	if r.x0 >= r.x1 {
		return // outside of the picture, where the edges of a line of pixels cancel
	}
	for y := r.y0; y < r.y1; y++ {
		row := m.cover[y*(m.w+1) : (y+1)*(m.w+1)]
		pix := m.pix[y*m.w*m.channels:]
		sum := int32(0)
		for x := r.x0; x < r.x1; x++ {
			k := row[x]
			if sums {
				sum += k
				k = min(max(sum, -sum)/lines, full)
			}
			if k > 0 {
				for c := range m.channels {
					p := &pix[x*m.channels+c]
					*p = uint8((int32(*p)*(full-k) + int32(ink[c])*k + full/2) / full)
				}
			}
		}
		clear(row[r.x0:min(r.x1+1, m.w+1)])
	}
}
