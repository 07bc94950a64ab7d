package minigrid

import "math"

// fineness is the number of points of a tile in each direction for one pixel. A pixel is their mean.
const fineness = 3

// An rgb is the red, the green and the blue of a point.
type rgb [3]uint8

// rgbOf returns the colour of things.
func (c Color) rgb() rgb {
	return [...]rgb{
		Red: {255, 0, 0}, Green: {0, 255, 0}, Blue: {0, 0, 255},
		Purple: {112, 39, 195}, Yellow: {255, 255, 0}, Grey: {100, 100, 100},
	}[c]
}

// times returns c multiplied by a factor, rounded down.
func (c rgb) times(factor float64) rgb {
	for i, v := range c {
		c[i] = uint8(float64(v) * factor)
	}
	return c
}

// A drawing is the points of a tile while it is drawn. Coordinates go from 0 to 1, x to the right and y
// downwards. Every formula has the order and the rounding of MiniGrid's, so that the points are
// the same.
type drawing struct {
	side   int   // points in a row
	points []rgb // [side, side]
}

// newDrawing returns a drawing for tiles of size × size pixels.
func newDrawing(size int) drawing {
	side := size * fineness
	return drawing{side, make([]rgb, side*side)}
}

// A shape tells which points it has.
type shape interface{ has(x, y float64) bool }

// fill draws the points of a shape.
func (d *drawing) fill(s shape, c rgb) {
	for j := range d.side {
		y := (float64(j) + 0.5) / float64(d.side)
		row := d.points[j*d.side:][:d.side]
		for i := range row {
			if s.has((float64(i)+0.5)/float64(d.side), y) {
				row[i] = c
			}
		}
	}
}

// A panel is a rectangle.
type panel struct{ left, right, top, bottom float64 }

func (r panel) has(x, y float64) bool {
	return x >= r.left && x <= r.right && y >= r.top && y <= r.bottom
}

// square returns the square whose sides have the same distance from all edges of the tile.
func square(low, high float64) panel { return panel{low, high, low, high} }

// A disc is a circle with its inside.
type disc struct{ x, y, r float64 }

func (d disc) has(x, y float64) bool {
	x, y = x-d.x, y-d.y
	return float64(x*x)+float64(y*y) <= float64(d.r*d.r)
}

// A stroke is a line with round ends of radius r. MiniGrid has its ends as float32.
type stroke struct{ x0, y0, x1, y1, r float64 }

func (s stroke) has(x, y float64) bool {
	if x < min(s.x0, s.x1)-s.r || x > max(s.x0, s.x1)+s.r || y < min(s.y0, s.y1)-s.r || y > max(s.y0, s.y1)+s.r {
		return false
	}
	x0, y0 := float32(s.x0), float32(s.y0)
	dx, dy := float32(s.x1)-x0, float32(s.y1)-y0
	length := float32(math.Sqrt(float64(float32(dx*dx) + float32(dy*dy))))
	ux, uy := float64(dx/length), float64(dy/length)
	along := float64((x-float64(x0))*ux) + float64((y-float64(y0))*uy)
	along = min(max(along, 0), float64(length))
	ex, ey := x-(float64(x0)+float64(along*ux)), y-(float64(y0)+float64(along*uy))
	return math.Sqrt(float64(ex*ex)+float64(ey*ey)) <= s.r
}

// A pointer is the agent: a triangle that points to a Direction.
type pointer Direction

func (p pointer) has(x, y float64) bool {
	// Cosine and sine of -p quarter turns, as the C library has them.
	cos := [4]float64{1, 6.123233995736766e-17, -1, -1.8369701987210297e-16}[p]
	sin := [4]float64{0, -1, -1.2246467991473532e-16, 1}[p]
	x, y = x-0.5, y-0.5
	x, y = 0.5+float64(x*cos)-float64(y*sin), 0.5+float64(y*cos)+float64(x*sin)

	// Barycentric coordinates u and v in the triangle (0.12, 0.19), (0.87, 0.5), (0.12, 0.81).
	ax, ay, bx, by, cx, cy := float32(0.12), float32(0.19), float32(0.87), float32(0.5), float32(0.12), float32(0.81)
	v0x, v0y, v1x, v1y := cx-ax, cy-ay, bx-ax, by-ay
	v2x, v2y := x-float64(ax), y-float64(ay)
	dot00, dot01, dot11 := float32(v0x*v0x)+float32(v0y*v0y), float32(v0x*v1x)+float32(v0y*v1y), float32(v1x*v1x)+float32(v1y*v1y)
	dot02 := float64(float64(v0x)*v2x) + float64(float64(v0y)*v2y)
	dot12 := float64(float64(v1x)*v2x) + float64(float64(v1y)*v2y)
	inverse := float64(1 / (float32(dot00*dot11) - float32(dot01*dot01)))
	u := float64((float64(float64(dot11)*dot02) - float64(float64(dot01)*dot12)) * inverse)
	v := float64((float64(float64(dot00)*dot12) - float64(float64(dot01)*dot02)) * inverse)
	return u >= 0 && v >= 0 && u+v < 1
}

// cell draws a square of the grid: its edges at the top and the left, and what stands on it.
func (d *drawing) cell(c Cell) {
	clear(d.points)
	d.fill(panel{0, 0.031, 0, 1}, Grey.rgb())
	d.fill(panel{0, 1, 0, 0.031}, Grey.rgb())
	color, whole := c.Color().rgb(), square(0, 1)
	switch c.Type() {
	case Wall, Goal:
		d.fill(whole, color)
	case Floor:
		d.fill(square(0.031, 1), color.times(0.5))
	case Lava:
		d.lava()
	case Door:
		d.door(c.State(), color)
	case Key:
		d.fill(panel{0.50, 0.63, 0.31, 0.88}, color)
		d.fill(panel{0.38, 0.50, 0.59, 0.66}, color)
		d.fill(panel{0.38, 0.50, 0.81, 0.88}, color)
		d.fill(disc{0.56, 0.28, 0.190}, color)
		d.fill(disc{0.56, 0.28, 0.064}, rgb{})
	case Ball:
		d.fill(disc{0.5, 0.5, 0.31}, color)
	case Box:
		d.fill(square(0.12, 0.88), color)
		d.fill(square(0.18, 0.82), rgb{})
		d.fill(panel{0.16, 0.84, 0.47, 0.53}, color)
	}
}

// lava draws three waves.
func (d *drawing) lava() {
	d.fill(square(0, 1), rgb{255, 128, 0})
	for i := range 3 {
		low, high := 0.3+float64(0.2*float64(i)), 0.4+float64(0.2*float64(i))
		d.fill(stroke{0.1, low, 0.3, high, 0.03}, rgb{})
		d.fill(stroke{0.3, high, 0.5, low, 0.03}, rgb{})
		d.fill(stroke{0.5, low, 0.7, high, 0.03}, rgb{})
		d.fill(stroke{0.7, high, 0.9, low, 0.03}, rgb{})
	}
}

// door draws a door.
func (d *drawing) door(state Cell, c rgb) {
	switch state {
	case Open:
		d.fill(panel{0.88, 1.00, 0.00, 1.00}, c)
		d.fill(panel{0.92, 0.96, 0.04, 0.96}, rgb{})
	case Locked:
		d.fill(square(0, 1), c)
		d.fill(square(0.06, 0.94), c.times(0.45))
		d.fill(panel{0.52, 0.75, 0.50, 0.56}, c)
	default:
		d.fill(square(0, 1), c)
		d.fill(square(0.04, 0.96), rgb{})
		d.fill(square(0.08, 0.92), c)
		d.fill(square(0.12, 0.88), rgb{})
		d.fill(disc{0.75, 0.50, 0.08}, c)
	}
}

// highlight makes all points 30 % whiter.
func (d *drawing) highlight() {
	for i := range d.points {
		for k, v := range d.points[i] {
			d.points[i][k] = uint8(float64(v) + float64(0.3*float64(255-v)))
		}
	}
}

// pixels writes the means of the points of each pixel to dst [size, size, 3], rounded down.
func (d *drawing) pixels(dst []uint8) {
	size := d.side / fineness
	for i := range dst {
		k, x, y := i%3, i/3%size*fineness, i/3/size*fineness
		sum := 0.
		for row := y; row < y+fineness; row++ {
			p := d.points[row*d.side+x:]
			sum += float64(int(p[0][k])+int(p[1][k])+int(p[2][k])) / fineness
		}
		dst[i] = uint8(sum / fineness)
	}
}
