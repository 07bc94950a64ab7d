package render

import (
	"image/color"
	"math"
)

// Disc draws a filled circle with radius r.
func Disc(c Canvas, x, y, r float32, col color.RGBA) { Polyline(c, 2*r, col, x, y) }

// Segment draws one straight line.
func Segment(c Canvas, x0, y0, x1, y1, width float32, col color.RGBA) {
	Polyline(c, width, col, x0, y0, x1, y1)
}

// Rect draws a filled rectangle.
func Rect(c Canvas, x0, y0, x1, y1 float32, col color.RGBA) {
	Polygon(c, col, x0, y0, x1, y0, x1, y1, x0, y1)
}

// Box draws a filled rectangle with rounded corners of radius r.
func Box(c Canvas, x0, y0, x1, y1, r float32, col color.RGBA) {
	Polyline(c, 2*r, col, x0+r, y0+r, x1-r, y0+r, x1-r, y1-r, x0+r, y1-r, x0+r, y0+r)
	Rect(c, x0+r, y0+r, x1-r, y1-r, col)
}

// Arc draws the part of a circle from the angle start to the angle end [rad]. Angle 0 points to
// the right, and angles grow counterclockwise.
func Arc(c Canvas, x, y, r, start, end, width float32, col color.RGBA) {
	n := 1 + int(math.Abs(float64(end-start))*10) // about 6° apart
	xy := floatsFor(c, 2*(n+1))
	for i := range n + 1 {
		dx, dy := polar(r, start+float32((end-start)*float32(i))/float32(n))
		xy[2*i], xy[2*i+1] = x+dx, y+dy
	}
	c.Line(xy, width, col)
}

// Arrow draws an arrow from (x0, y0) to (x1, y1). It draws nothing if the arrow would be shorter
// than half its width.
func Arrow(c Canvas, x0, y0, x1, y1, width float32, col color.RGBA) {
	dx, dy := x1-x0, y1-y0
	l := float32(math.Sqrt(float64(float32(dx*dx) + float32(dy*dy))))
	if l < width/2 {
		return
	}
	head := min(3*width, l)
	dx, dy = dx/l, dy/l
	bx, by := x1-float32(dx*head), y1-float32(dy*head) // where the arrow's head begins
	nx, ny := float32(dx*head*0.6), float32(dy*head*0.6)
	Segment(c, x0, y0, bx, by, width, col)
	Polygon(c, col, x1, y1, bx-ny, by+nx, bx+ny, by-nx)
}

// Twist draws an arrow that bends around the point (x, y), for example for a torque. The arrow
// covers the angle turn [rad], half of it on each side of the angle mid. A positive turn
// is counterclockwise.
func Twist(c Canvas, x, y, r, mid, turn, width float32, col color.RGBA) {
	if size := float32(math.Abs(float64(turn))); size*r < width/2 {
		return
	}
	from, to := mid-turn/2, mid+turn/2
	Arc(c, x, y, r, from, to, width, col)
	sign := float32(math.Copysign(1, float64(turn)))
	dx, dy := polar(r, to)
	tx, ty := float32(-dy/r*sign*3*width), float32(dx/r*sign*3*width) // the arrow's head
	nx, ny := float32(dx/r*1.5*width), float32(dy/r*1.5*width)        // half of its base
	x, y = x+dx, y+dy
	Polygon(c, col, x+tx, y+ty, x+nx, y+ny, x-nx, y-ny)
}

// Trail draws the path xy of a point. Its oldest part has the colour oldest, its latest part
// the colour latest, and the parts between them have mixtures.
func Trail(c Canvas, xy []float32, width float32, oldest, latest color.RGBA) {
	for n, i := len(xy)/2, 0; i+1 < n; i++ {
		c.Line(xy[2*i:2*i+4], width, Mix(oldest, latest, float32(i+1)/float32(n)))
	}
}

// polar returns the point at distance r and this angle [rad] from the origin.
func polar(r, angle float32) (x, y float32) {
	sin, cos := math.Sincos(float64(angle))
	return float32(r * float32(cos)), float32(r * float32(sin))
}

// At returns a Canvas that draws on c in moved coordinates: its origin is at (x, y) of c, it is
// turned counterclockwise by angle [rad], and lengths are multiplied by scale. Text is
// moved and scaled, but not turned.
func At(c Canvas, x, y, angle, scale float32) Canvas {
	cos, sin := polar(scale, angle)
	m := movedFor(c)
	*m = movedCanvas{c, x, y, cos, sin, scale}
	return m
}

// A movedCanvas is a Canvas in moved coordinates. Its fields cos and sin are multiplied by scale.
type movedCanvas struct {
	Canvas
	x, y, cos, sin, scale float32
}

// memory returns the Memory of the Canvas below, or nil.
func (p *movedCanvas) memory() *Memory { return memoryOf(p.Canvas) }

// points returns the points xy in the coordinates of the Canvas below.
func (p *movedCanvas) points(xy []float32) []float32 {
	below := floatsFor(p.Canvas, len(xy))
	for i := 0; i+1 < len(xy); i += 2 {
		below[i] = p.x + float32(p.cos*xy[i]) - float32(p.sin*xy[i+1])
		below[i+1] = p.y + float32(p.sin*xy[i]) + float32(p.cos*xy[i+1])
	}
	return below
}

// Line draws a line in moved coordinates.
func (p *movedCanvas) Line(xy []float32, width float32, c color.RGBA) {
	p.Canvas.Line(p.points(xy), width*p.scale, c)
}

// Fill fills a polygon in moved coordinates.
func (p *movedCanvas) Fill(xy []float32, c color.RGBA) { p.Canvas.Fill(p.points(xy), c) }

// Text writes a text at a point in moved coordinates.
func (p *movedCanvas) Text(x, y, size, align float32, s string, c color.RGBA) {
	xy := p.points([]float32{x, y})
	p.Canvas.Text(xy[0], xy[1], size*p.scale, align, s, c)
}
