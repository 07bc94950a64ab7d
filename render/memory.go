package render

import "image/color"

// A Memory lends memory for the points of shapes. A Canvas that embeds a Memory and calls Release
// in View gets its points without allocations from the functions of this package.
type Memory struct {
	floats []float32      // memory for points
	moved  []*movedCanvas // canvases of At
	used   int            // number of canvases in moved that are in use
}

// Release takes back all memory. Points and canvases from before must not be used any more.
func (m *Memory) Release() { m.floats, m.used = m.floats[:0], 0 }

// memory returns m. It is a method so that a Canvas with an embedded Memory can be recognised.
func (m *Memory) memory() *Memory { return m }

// memoryOf returns the Memory of c, or nil if it has none.
func memoryOf(c Canvas) *Memory {
	if l, ok := c.(interface{ memory() *Memory }); ok {
		return l.memory()
	}
	return nil
}

// floatsFor returns n floats for points to draw on c. They are valid until the next View.
func floatsFor(c Canvas, n int) []float32 {
	m := memoryOf(c)
	if m == nil {
		return make([]float32, n)
	}
	used := len(m.floats)
	if used+n > cap(m.floats) {
		m.floats, used = make([]float32, 0, 2*cap(m.floats)+max(n, 256)), 0
	}
	m.floats = m.floats[:used+n]
	return m.floats[used : used+n : used+n]
}

// movedFor returns memory for a canvas of At around c.
func movedFor(c Canvas) *movedCanvas {
	m := memoryOf(c)
	if m == nil {
		return new(movedCanvas)
	}
	if m.used == len(m.moved) {
		m.moved = append(m.moved, new(movedCanvas))
	}
	m.used++
	return m.moved[m.used-1]
}

// Polyline draws a line through the points xy, as c.Line does.
func Polyline(c Canvas, width float32, col color.RGBA, xy ...float32) {
	points := floatsFor(c, len(xy))
	copy(points, xy)
	c.Line(points, width, col)
}

// Polygon fills the polygon with the corners xy, as c.Fill does.
func Polygon(c Canvas, col color.RGBA, xy ...float32) {
	points := floatsFor(c, len(xy))
	copy(points, xy)
	c.Fill(points, col)
}
