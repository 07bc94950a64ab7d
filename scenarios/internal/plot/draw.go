package plot

import (
	"image/color"
	"math"

	"github.com/rlrun/rlrun/render"
)

// A stroke is the style of a line.
type stroke struct {
	width  float32
	dashes []float32 // lengths of a dash, a gap, the next dash, …; nil for a solid line
	colour color.RGBA
}

// curveStroke returns the stroke of the i-th curve. If there are more curves than colours, the
// later curves are dashed.
func (l *layout) curveStroke(i int) stroke {
	colours := []color.RGBA{l.Blue, l.Red, l.Green, l.Pink, l.Orange, l.Sky}
	dashes := [][]float32{nil, {8, 4}, {3, 3}}
	return stroke{2.2, dashes[i/len(colours)%len(dashes)], colours[i%len(colours)]}
}

// lineStroke returns the stroke of the i-th horizontal line.
func (l *layout) lineStroke(i int) stroke {
	dashes := [][]float32{{7, 4}, {3, 3}, {11, 3, 3, 3}}
	return stroke{1.3, dashes[i%len(dashes)], l.Ink}
}

// draw draws the figure. The method Fill of c must support transparent colours.
func (l *layout) draw(c render.Canvas) {
	c.View(0, 0, width, float32(l.height), l.Paper)
	l.drawGrid(c)
	for i, curve := range l.Curves {
		l.drawBand(c, curve, transparent(l.curveStroke(i).colour))
	}
	for i, line := range l.Lines {
		y := l.y.position(line.Y)
		l.lineStroke(i).draw(c, []float32{l.x.start, y, l.x.end, y})
	}
	for i, curve := range l.Curves {
		l.curveStroke(i).draw(c, l.points(curve.X, curve.Y))
	}
	l.drawAxes(c)
	l.drawNames(c)
	for i, e := range l.legend {
		y := l.top - row*(float32(i)+0.5)
		e.draw(c, []float32{l.left + 1, y, l.left + sample, y})
		x := l.left + sample + 2*gap
		size := l.fittingSize(e.name, labelSize, width-margin-x)
		c.Text(x, y-0.35*size, size, 0, e.name, l.Ink)
	}
}

// drawGrid draws a faint line at every tick.
func (l *layout) drawGrid(c render.Canvas) {
	for _, t := range l.x.ticks {
		x := pixelMiddle(l.x.position(t.value))
		render.Segment(c, x, l.y.start, x, l.y.end, 1, l.Faint)
	}
	for _, t := range l.y.ticks {
		y := pixelMiddle(l.y.position(t.value))
		render.Segment(c, l.x.start, y, l.x.end, y, 1, l.Faint)
	}
}

// drawAxes draws the axes with their ticks and labels.
func (l *layout) drawAxes(c render.Canvas) {
	left, bottom := pixelMiddle(l.x.start), pixelMiddle(l.y.start)
	c.Line([]float32{left, l.y.end, left, bottom, l.x.end, bottom}, 1, l.Ink)
	for _, t := range l.x.ticks {
		x := pixelMiddle(l.x.position(t.value))
		render.Segment(c, x, bottom, x, bottom-tickLength, 1, l.Ink)
	}
	for _, t := range l.y.ticks {
		y := pixelMiddle(l.y.position(t.value))
		render.Segment(c, left, y, left-tickLength, y, 1, l.Ink)
	}
	for _, t := range l.x.ticks {
		c.Text(l.x.position(t.value), bottom-tickLength-gap-0.73*labelSize, labelSize, 0.5, t.label, l.Ink)
	}
	for _, t := range l.y.ticks {
		c.Text(left-tickLength-gap, l.y.position(t.value)-0.35*labelSize, labelSize, 1, t.label, l.Ink)
	}
}

// drawNames draws the title and the names of the axes.
func (l *layout) drawNames(c render.Canvas) {
	const textWidth = width - 2*margin
	top := float32(l.height) - margin
	if l.Title != "" {
		c.Text(margin, top-0.8*titleSize, l.fittingSize(l.Title, titleSize, textWidth), 0, l.Title, l.Ink)
		top -= titleSize + lead
	}
	if l.Y != "" {
		c.Text(margin, top-0.8*nameSize, l.fittingSize(l.Y, nameSize, textWidth), 0, l.Y, l.Ink)
	}
	if l.X != "" {
		y := l.y.start - tickLength - gap - labelSize - lead - 0.73*nameSize
		c.Text((l.x.start+l.x.end)/2, y, l.fittingSize(l.X, nameSize, l.x.end-l.x.start), 0.5, l.X, l.Ink)
	}
}

// drawBand fills the confidence interval of a curve. A curve of one run has no interval.
func (l *layout) drawBand(c render.Canvas, curve Curve, colour color.RGBA) {
	if curve.Low == nil {
		return
	}
	xy := l.points(curve.X, curve.High)
	for i := len(curve.X) - 1; i >= 0; i-- {
		xy = append(xy, l.x.position(curve.X[i]), l.y.position(curve.Low[i]))
	}
	c.Fill(xy, colour)
}

// points returns the positions of the points (x[i], y[i]).
func (l *layout) points(x, y []float64) (xy []float32) {
	for i := range x {
		xy = append(xy, l.x.position(x[i]), l.y.position(y[i]))
	}
	return xy
}

// pixelMiddle returns the middle of the pixel that contains x. A line of one pixel has sharp edges
// there.
func pixelMiddle(x float32) float32 { return float32(math.Floor(float64(x))) + 0.5 }

// transparent returns a colour with a quarter of the opacity.
func transparent(c color.RGBA) color.RGBA { return color.RGBA{c.R / 4, c.G / 4, c.B / 4, 0x40} }

// draw draws a line through points, solid or dashed.
func (s stroke) draw(c render.Canvas, xy []float32) {
	if s.dashes == nil || len(xy) < 4 {
		c.Line(xy, s.width, s.colour)
		return
	}
	// The round ends make each dash longer by the line's width, and each gap shorter.
	part, left := 0, s.dashes[0]-s.width // index of the current dash or gap, and the length of it that is left
	dash := []float32{xy[0], xy[1]}
	for i := 2; i+1 < len(xy); i += 2 {
		x, y := xy[i-2], xy[i-1]
		for {
			dx, dy := xy[i]-x, xy[i+1]-y
			length := float32(math.Hypot(float64(dx), float64(dy)))
			if length <= left {
				left -= length
				dash = append(dash, xy[i], xy[i+1])
				break
			}
			x, y = x+dx*left/length, y+dy*left/length
			if part%2 == 0 {
				c.Line(append(dash, x, y), s.width, s.colour)
			}
			part = (part + 1) % len(s.dashes)
			dash = append(dash[:0], x, y)
			if left = s.dashes[part] - s.width; part%2 == 1 {
				left = s.dashes[part] + s.width
			}
		}
	}
	if part%2 == 0 {
		c.Line(dash, s.width, s.colour)
	}
}
