package box2d

// Sizes of CarRacing's picture. Gymnasium draws a window and makes it smaller. Here a shape's share of
// each pixel is computed at once, from corners in pixels of the window.
const (
	pictureSide  = 96   // pixels
	pictureRows  = 84   // rows above the indicators
	windowWidth  = 1000 // pixels of the window
	windowHeight = 800
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

// fill computes the shares of a polygon of the window. Its sides are moved out as widen does, except
// side i if bit i of fixed is 1. It returns false if nothing of it is in the picture.
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

// shares returns the shares of the pixels of row y, from column x0 on. They are the first part of all,
// which the caller must clear afterwards.
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
