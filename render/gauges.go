package render

import (
	"image/color"
	"math"
	"strings"
)

// Gauges is the Scene of an environment that has no drawing of its own: rows of numbers as bars.
type Gauges []Gauge

// A Gauge is one row of Gauges.
type Gauge struct {
	Group     string // "observation", "action" or "reward"; rows of the same group have the same colour
	Name      string // name of the part of a Dict or Tuple; "" for a group with one row
	Values    []float32
	Low, High []float32 // bounds of each value; nil or infinite for no bounds
	Names     []string  // name of each value; nil for no names
	Shape     []int     // [height, width, channels] of an image; nil for bars
}

var _ Scene = Gauges(nil)

// The layout of gauges, in a view that is 3 wide and 2 high.
const (
	gaugeLeft  = 0.9   // left edge of the bars, right of the names
	gaugeRight = 2.95  // right edge of the bars
	rowFont    = 0.105 // font size of the rows' names
	valueFont  = 0.06  // font size of the values' names
)

// Draw draws the rows from top to bottom, with their names on the left.
func (g Gauges) Draw(c Canvas, l Look) {
	c.View(0, 0, 3, 2, l.Paper)
	weight := float32(0)
	for i := range g {
		weight += g[i].weight()
	}
	unit := min(1.9/max(weight, 1), 0.6)
	top, colour := 1.95-(1.9-unit*weight)/2, -1
	for i, row := range g {
		height := unit * row.weight()
		if i == 0 || g[i-1].Group != row.Group {
			colour++
		}
		row.label(c, top-0.04, height, i == 0 || g[i-1].Group != row.Group, l)
		y0, y1 := top-height+0.04, top-0.04
		if len(row.Shape) == 3 {
			row.picture(c, y0, y1, l)
		} else {
			row.bars(c, y0, y1, height, l, [...]color.RGBA{l.Blue, l.Orange, l.Green}[colour%3])
		}
		top -= height
	}
}

// weight returns the height of the row, in units of the height of a row of bars.
func (g *Gauge) weight() float32 {
	if len(g.Shape) == 3 {
		return 3
	}
	return 1
}

// label writes the name of the row below y. In the first row of a group it also writes the
// group's name above the row's name, if the row is high enough for both.
func (g *Gauge) label(c Canvas, y, height float32, first bool, l Look) {
	if size := min(rowFont, height*0.7); g.Name == "" || first && height > 2.6*rowFont {
		y -= size
		c.Text(0.05, y, size, 0, g.Group, l.Label())
	}
	if size := min(rowFont, height*0.7); g.Name != "" {
		const width = gaugeLeft - 0.1
		y -= 1.15 * size
		c.Text(0.05, y, size, 0, shorten(g.Name, int(width/(0.55*size))), l.Ink)
	}
}

// shorten cuts a text to at most this number of letters, with "…" at the end.
func shorten(text string, letters int) string {
	if r := []rune(text); len(r) > letters {
		return string(r[:max(letters-1, 0)]) + "…"
	}
	return text
}

// bars draws the values as bars between y0 and y1, with their names below. A bar begins at 0. If
// the value has two bounds and 0 is not between them, the bar begins at the bound closer to 0.
func (g *Gauge) bars(c Canvas, y0, y1, height float32, l Look, col color.RGBA) {
	n := max(len(g.Values), len(g.Low), 1)
	pitch := min((gaugeRight-gaugeLeft)/float32(n), 0.4)
	names := g.nameLines(pitch, height)
	for _, words := range names {
		y0 = max(y0, y1-height+0.08+1.1*valueFont*float32(len(words)))
	}
	for i := range n {
		x, v := gaugeLeft+pitch*float32(i), float32(math.NaN()) // NaN has no bar; before the first step there is no action
		if i < len(g.Values) {
			v = g.Values[i]
		}
		from, to := g.barEnds(i, v)
		Rect(c, x, y0, x+0.8*pitch, y1, l.Faint)
		if from != to {
			Rect(c, x, y0+(y1-y0)*from, x+0.8*pitch, y0+(y1-y0)*to, col)
		}
		zero := y0 + (y1-y0)*from
		Segment(c, x, zero, x+0.8*pitch, zero, 0.008, l.Ink)
	}
	for i, words := range names {
		for line, word := range words {
			c.Text(gaugeLeft+pitch*(float32(i)+0.4), y0-1.1*valueFont*float32(line+1)+0.01, valueFont, 0.5, word, l.Ink)
		}
	}
}

// nameLines returns the words of each value's name, which are written below each other. It returns
// nil if a word is wider than pitch, or if a name has too many words for the height.
func (g *Gauge) nameLines(pitch, height float32) (names [][]string) {
	for _, name := range g.Names {
		words := strings.Fields(name)
		for _, word := range words {
			if float32(len([]rune(word)))*valueFont*0.55 > pitch {
				return nil
			}
		}
		if 1.1*valueFont*float32(len(words)) > height*0.6 {
			return nil
		}
		names = append(names, words)
	}
	return names
}

// barEnds returns the two ends of the bar of value i, which is v: 0 is the bottom and 1 is the top.
// A value with bounds has a position between its bounds. A value x without bounds is squashed by
// x/(1+|x|), with 0 in the middle.
func (g *Gauge) barEnds(i int, v float32) (from, to float32) {
	low, high := float32(-math.MaxFloat32), float32(math.MaxFloat32)
	if i < len(g.High) && i < len(g.Low) {
		low, high = max(g.Low[i], low), min(g.High[i], high)
	}
	position := func(v float32) float32 { return 0.5 + 0.5*v/(1+float32(math.Abs(float64(v)))) }
	switch bounded := low > -math.MaxFloat32 && high < math.MaxFloat32 && low < high; {
	case bounded && low < 0 && high > 0: // the same scale above and below 0
		limit := max(-low, high)
		position = func(v float32) float32 { return min(max(0.5+0.5*(v/limit), 0), 1) }
	case bounded:
		position = func(v float32) float32 { return min(max((v-low)/(high-low), 0), 1) }
	}
	from = position(0)
	if v-v != 0 {
		return from, from
	}
	return from, position(v)
}

// picture draws the values as the cells of an image between y0 and y1. One channel is grey, three
// channels are red, green and blue. With other numbers of channels, a cell has the colour of its
// largest channel.
func (g *Gauge) picture(c Canvas, y0, y1 float32, l Look) {
	h, w, channels := g.Shape[0], g.Shape[1], g.Shape[2]
	cell := min((gaugeRight-gaugeLeft)/float32(w), (y1-y0)/float32(h))
	Rect(c, gaugeLeft, y1-cell*float32(h), gaugeLeft+cell*float32(w), y1, l.Faint)
	if len(g.Values) != h*w*channels {
		return
	}
	Cells(c, gaugeLeft, y1, cell, cell, w, h, func(i int) color.RGBA { return g.cell(i, channels, l) })
}

// cell returns the colour of cell i of an image.
func (g *Gauge) cell(i, channels int, l Look) color.RGBA {
	share := func(k int) float32 {
		k += i * channels
		if low, high := g.Low[k], g.High[k]; high > low {
			return min(max((g.Values[k]-low)/(high-low), 0), 1)
		}
		return 0
	}
	shade := func(k int) uint8 { return uint8(255*share(k) + 0.5) }
	switch channels {
	case 1:
		return color.RGBA{shade(0), shade(0), shade(0), 255}
	case 3:
		return color.RGBA{shade(0), shade(1), shade(2), 255}
	}
	largest := 0
	for k := range channels {
		if share(k) > share(largest) {
			largest = k
		}
	}
	colours := [...]color.RGBA{l.Blue, l.Orange, l.Green, l.Red, l.Yellow, l.Sky, l.Pink}
	return Mix(l.Faint, colours[largest%len(colours)], share(largest))
}
