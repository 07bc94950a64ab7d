package stage

import (
	"image/color"

	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// A curvePlot is the content of a panel with a curve.
type curvePlot struct {
	title, latest string    // latest is the text of the last value
	y             []float64 // NaN for unknown values
	axis          span      // ends of the vertical axis
	mark          int       // index of the value with a mark; -1 for no mark
	color         color.RGBA
	none          string // text in place of a curve without values
}

// plot draws a panel with a curve. A single value is drawn as a disc.
func (p *pane) plot(d curvePlot) {
	height := p.title(d.title, d.latest) - 0.6*p.u
	if !anyKnown(d.y) {
		for i, line := range p.wrap(d.none, p.u, p.w, 2) {
			p.Text(0, height/2-1.2*p.u*float32(i), p.u, 0, line, p.th.Label())
		}
		return
	}
	left := p.axisLabels(d.axis, height)
	step := (p.w - left - 0.5*p.u) / float32(max(len(d.y)-1, 1))
	point := func(i int) (x, y float32) {
		return left + 0.1*p.u + step*float32(i), p.u + (height-1.4*p.u)*float32((d.y[i]-d.axis.low)/(d.axis.high-d.axis.low))
	}
	var line []float32
	for i := range d.y {
		if x, y := point(i); y == y {
			line = append(line, x, y)
		}
		if last := i == len(d.y)-1 || d.y[i+1] != d.y[i+1]; last {
			p.stroke(line, d.color)
			line = line[:0]
		}
	}
	if d.mark >= 0 && d.mark < len(d.y) && d.y[d.mark] == d.y[d.mark] {
		x, y := point(d.mark)
		render.Disc(p, x, y, 0.34*p.u, p.th.Ink)
	}
}

// anyKnown reports whether any value is not NaN.
func anyKnown(y []float64) bool {
	for _, v := range y {
		if v == v {
			return true
		}
	}
	return false
}

// axisLabels draws the two ends of the vertical axis of a curve, with labels. The curve has this
// height. It returns the left edge of the curve.
func (p *pane) axisLabels(axis span, height float32) (left float32) {
	size := 0.85 * p.u
	low, high := figure.Number(axis.low), figure.Number(axis.high)
	left = max(p.TextWidth("-0,000", size), p.TextWidth(low, size), p.TextWidth(high, size)) + 0.6*p.u
	for _, end := range []struct {
		y    float32
		text string
	}{{p.u, low}, {height - 0.4*p.u, high}} {
		render.Segment(p, left, end.y, p.w, end.y, 1, p.th.Faint)
		p.Text(left-0.6*p.u, end.y-0.3*p.u, size, 1, end.text, p.th.Label())
	}
	return left
}

// stroke draws a line through the points, or a disc for a single point.
func (p *pane) stroke(xy []float32, c color.RGBA) {
	if len(xy) == 2 {
		render.Disc(p, xy[0], xy[1], 0.3*p.u, c)
		return
	}
	p.Line(thin(xy), 0.14*p.u, c)
}

// thin removes points of a long line. It keeps about three hundred points, always with the last.
func thin(xy []float32) []float32 {
	every := len(xy) / 600
	if every < 2 {
		return xy
	}
	var kept []float32
	for i := 0; i+1 < len(xy)-2; i += 2 * every {
		kept = append(kept, xy[i], xy[i+1])
	}
	return append(kept, xy[len(xy)-2:]...)
}
