package box2d

import "math"

// Sizes of CarRacing's picture. Gymnasium draws a window and makes it smaller. Here a shape's share of
// each pixel is computed at once, from corners in pixels of the window.
const (
	pictureSide  = 96   // pixels
	pictureRows  = 84   // rows above the indicators
	windowWidth  = 1000 // pixels of the window
	windowHeight = 800  //
	smaller      = pictureSide / float32(windowWidth)
	lower        = pictureSide / float32(windowHeight)
	maxCorners   = 8 // of a shape
	coverStride  = pictureSide + 2
)

// A pixelPoint is a point in pixels.
type pixelPoint struct{ x, y float32 }

// A polygonPoints is a polygon of up to 8 corners.
type polygonPoints struct {
	p [maxCorners][2]float64
	n int
}

// add adds a corner.
func (p *polygonPoints) add(x, y float64) {
	p.p[p.n] = [2]float64{x, y}
	p.n++
}

// A coverage computes which share of each pixel a polygon covers, by the areas to the right of its
// edges. Kurz 2012, font-rs; https://medium.com/@raphlinus/inside-the-fastest-font-renderer-in-the-world-75ae5270c445.
type coverage struct {
	acc    [pictureRows*coverStride + coverStride]float32 // differences of shares along rows; 0 between shapes
	lo, hi [pictureRows]int16                             // columns in use of each row of the shape
	y0, y1 int                                            // rows of the shape
}

// camera maps the world to the window.
type camera struct {
	cos, sin     float64
	zoom, tx, ty float64
}

// at returns the place of a point in the window, in whole pixels as Gymnasium's, with y up.
func (c *camera) at(x, y float64) pixelPoint {
	wx := float64((float64(c.cos*x)-float64(c.sin*y))*c.zoom) + c.tx
	wy := float64((float64(c.sin*x)+float64(c.cos*y))*c.zoom) + c.ty
	return pixelPoint{float32(math.Trunc(wx)), float32(math.Trunc(wy))}
}

// place returns the corners of a polygon in the window.
func (c *camera) place(dst *[maxCorners]pixelPoint, points [][2]float64) []pixelPoint {
	for i, p := range points {
		dst[i] = c.at(p[0], p[1])
	}
	return dst[:len(points)]
}

// outside reports whether a polygon of the window is not in the picture.
func outside(q []pixelPoint) bool {
	left, right, below, above := true, true, true, true
	for _, p := range q {
		left, right, below, above = left && p.x < 0, right && p.x > windowWidth, below && p.y < windowHeight/8-1, above && p.y > windowHeight
	}
	return left || right || below || above
}

// A clipped is a polygon that is being cut: at most a corner more for each side of the picture.
type clipped [maxCorners + 4]pixelPoint

// fill computes the shares of a polygon of the window. Its sides are moved out as widen does, but for
// those whose bit of fixed is 1. It returns false if nothing of it is in the picture.
func (c *coverage) fill(p []pixelPoint, fixed uint) bool {
	var a, b clipped
	widen(&a, p, fixed)
	const far = 1 << 20 // farther pixels are not in the picture
	for i, q := range a[:len(p)] {
		if !(-far < q.x && q.x < far && -far < q.y && q.y < far) {
			return false
		}
		a[i] = pixelPoint{float32((q.x + 0.5) * smaller), float32((windowHeight - q.y - 0.5) * lower)}
	}
	n := len(p)
	for side := range 4 {
		if n = cut(&b, &a, n, side); n < 3 {
			return false
		}
		a = b
	}
	c.y0, c.y1 = pictureRows, 0
	for _, q := range a[:n] {
		c.y0, c.y1 = min(c.y0, int(q.y)), max(c.y1, int(q.y))
	}
	c.y1 = min(c.y1, pictureRows-1)
	for y := c.y0; y <= c.y1; y++ {
		c.lo[y], c.hi[y] = pictureSide, 0
	}
	for i := range n {
		next := i + 1
		if next == n {
			next = 0
		}
		c.line(a[i], a[next])
	}
	return true
}

// widen moves the sides of a polygon out, as pygame's drawing does: it fills whole pixels, whose centres
// are the corners, and then smooths the edge. A side that is steep moves by half a pixel to the side,
// another one up or down. Side i is that from corner i to the next.
func widen(out *clipped, p []pixelPoint, fixed uint) {
	n := len(p)
	var normals [maxCorners]pixelPoint
	var area float32
	for i, q := range p {
		r := p[0]
		if i+1 < n {
			r = p[i+1]
		}
		normals[i] = pixelPoint{r.y - q.y, q.x - r.x}
		area += float32(q.x*r.y) - float32(q.y*r.x)
	}
	orientation := float32(0.5)
	if area < 0 {
		orientation = -0.5
	}
	before, moved := normals[n-1], float32(orientation*reach(normals[n-1]))
	if fixed>>(n-1)&1 == 1 {
		moved = 0
	}
	for i, q := range p {
		next, by := normals[i], float32(orientation*reach(normals[i]))
		if fixed>>i&1 == 1 {
			by = 0
		}
		d := meet(before, next, moved, by)
		out[i] = pixelPoint{q.x + d.x, q.y + d.y}
		before, moved = next, by
	}
}

// reach returns the larger component of a normal.
func reach(n pixelPoint) float32 { return max(n.x, -n.x, n.y, -n.y) }

// meet returns the move of a corner whose two sides move by a and b along their normals.
func meet(n, m pixelPoint, a, b float32) pixelPoint {
	const blunt, most = 0.2, 1.5
	det := float32(n.x*m.y) - float32(n.y*m.x)
	nn, mm := float32(n.x*n.x)+float32(n.y*n.y), float32(m.x*m.x)+float32(m.y*m.y)
	if float32(det*det) <= float32(blunt*blunt*float32(nn*mm)) { // nearly one line, or a side without a length
		var d pixelPoint
		if nn > 0 {
			d = pixelPoint{float32(n.x*a) / nn, float32(n.y*a) / nn}
		}
		if mm > 0 {
			e := pixelPoint{float32(m.x*b) / mm, float32(m.y*b) / mm}
			if nn == 0 {
				return e
			}
			d = pixelPoint{(d.x + e.x) / 2, (d.y + e.y) / 2}
		}
		return d
	}
	x, y := (float32(a*m.y)-float32(b*n.y))/det, (float32(b*n.x)-float32(a*m.x))/det
	return pixelPoint{max(-most, min(x, most)), max(-most, min(y, most))}
}

// cut cuts off the part of a polygon beyond a side of the picture: left, right, top or bottom. It returns
// the number of corners that are left. Sutherland and Hodgman 1974, "Reentrant polygon clipping".
func cut(out, in *clipped, n, side int) (m int) {
	inside := func(q pixelPoint) float32 {
		switch side {
		case 0:
			return q.x
		case 1:
			return pictureSide - q.x
		case 2:
			return q.y
		}
		return pictureRows - q.y
	}
	for i := range n {
		q, r := in[i], in[0]
		if i+1 < n {
			r = in[i+1]
		}
		dq, dr := inside(q), inside(r)
		if dq >= 0 {
			out[m] = q
			m++
		}
		if (dq < 0) != (dr < 0) && m < len(out) {
			t := dq / (dq - dr)
			out[m] = pixelPoint{q.x + float32(t*(r.x-q.x)), q.y + float32(t*(r.y-q.y))}
			m++
		}
	}
	return m
}

// line adds the areas to the right of an edge.
func (c *coverage) line(p, q pixelPoint) {
	if p.y == q.y {
		return
	}
	direction := float32(1)
	if p.y > q.y {
		p, q, direction = q, p, -1
	}
	slope := (q.x - p.x) / (q.y - p.y)
	x := p.x
	for y := int(p.y); y < pictureRows && float32(y) < q.y; y++ {
		height := min(float32(y+1), q.y) - max(float32(y), p.y)
		next := x + float32(slope*height)
		c.span(y, x, next, float32(height*direction))
		x = next
	}
}

// span adds the areas to the right of an edge in a row of pixels. The edge goes from x0 to x1, and d is its
// height.
func (c *coverage) span(y int, x0, x1, d float32) {
	row := c.acc[y*coverStride : y*coverStride+coverStride]
	if x0 > x1 {
		x0, x1 = x1, x0
	}
	x0, x1 = max(x0, 0), min(x1, pictureSide)
	i0, i1 := int(x0), int(x1)
	c.lo[y], c.hi[y] = min(c.lo[y], int16(i0)), max(c.hi[y], int16(i1))
	if i0 == i1 {
		part := float32(d * (1 - (float32((x0+x1)/2) - float32(i0))))
		row[i0] += part
		row[i0+1] += d - part
		return
	}
	s := 1 / (x1 - x0)
	f0 := 1 - (x0 - float32(i0))
	before := float32(0.5 * s * f0 * f0) // covered share of a pixel
	row[i0] += float32(d * before)
	for i := i0 + 1; i < i1; i++ {
		share := float32(s * (float32(i) + 0.5 - x0))
		row[i] += float32(d * (share - before))
		before = share
	}
	f1 := x1 - float32(i1)
	last := 1 - float32(0.5*s*f1*f1)
	row[i1] += float32(d * (last - before))
	row[i1+1] += float32(d * (1 - last))
}

// shares returns the shares of the pixels of row y, from column x0 on. The caller clears the slice all,
// which it is the beginning of.
func (c *coverage) shares(y int) (shares, all []float32, x0 int) {
	x0 = int(c.lo[y])
	end := min(int(c.hi[y])+2, coverStride)
	if x0 >= end {
		return nil, nil, 0
	}
	all = c.acc[y*coverStride+x0 : y*coverStride+end]
	var sum float32
	for i, d := range all {
		sum += d
		all[i] = min(max(sum, -sum), 1)
	}
	return all[:min(len(all), pictureSide-x0)], all, x0
}
