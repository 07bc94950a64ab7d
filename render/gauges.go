package render

import (
	"image/color"
	"math"
	"strings"
)

// Gauges is the Scene of an environment that has none: rows of numbers as bars.
type Gauges []Gauge

// A Gauge is one row.
type Gauge struct {
	Name      string
	Values    []float32
	Low, High []float32 // bounds of each value; nil or infinite where there are none
	Names     []string  // of each value; nil where they have none
}

var _ Scene = Gauges(nil)

// Draw shows the rows from top to bottom.
func (g Gauges) Draw(c Canvas, l Look) {
	c.View(0, 0, 3, 2, l.Paper)
	height := 1.8 / float32(max(len(g), 1))
	for i, row := range g {
		top := 1.85 - float32(i)*height
		c.Text(0.08, top-0.12, 0.09, 0, row.Name, l.Soft)
		row.bars(c, 0.08, top-height+0.06, 2.92, top-0.2, l.Ink, l.Faint, []color.RGBA{l.Blue, l.Orange, l.Green}[i%3])
	}
}

// bars draws the values within a rectangle, each from the middle line up or down.
func (g Gauge) bars(c Canvas, x0, y0, x1, y1 float32, ink, faint, col color.RGBA) {
	mid, half := (y0+y1)/2, (y1-y0)/2
	n := float32(max(len(g.Values), 1))
	pitch := min((x1-x0)/n, 0.5)
	width := pitch * 0.8
	for i, v := range g.Values {
		x := x0 + pitch*float32(i)
		Rect(c, x, y0, x+width, y1, faint)
		Rect(c, x, mid, x+width, mid+half*g.share(i, v), col)
	}
	Segment(c, x0, mid, x0+pitch*n-(pitch-width), mid, 0.008, ink)
	for i, name := range g.Names {
		const size = 0.055
		for line, word := range strings.Fields(name) {
			if float32(len(word))*size/2 < pitch { // letters are about half as wide as high
				c.Text(x0+pitch*float32(i)+width/2, y1-1.1*size*float32(line+1), size, 0.5, word, ink)
			}
		}
	}
}

// share is v between -1 and 1: of the greatest that it can be, or squashed.
func (g Gauge) share(i int, v float32) float32 {
	if v-v != 0 {
		return 0
	}
	if i < len(g.High) && i < len(g.Low) {
		if most := max(g.High[i], -g.Low[i]); most > 0 && most <= math.MaxFloat32 {
			return min(max(v/most, -1), 1)
		}
	}
	return v / (1 + float32(math.Abs(float64(v))))
}
