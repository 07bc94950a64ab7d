package plot

import (
	"errors"

	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/render/raster"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// Lengths of a layout, in pixels of an SVG. y points up.
const (
	width  = 640
	height = 400 // without a legend below the curves
	margin = 12

	titleSize = 18
	nameSize  = 15 // of the axes
	labelSize = 14 // of ticks and legend
	smallest  = 9  // the least size of a text that is shrunk

	tickLength = 5
	gap        = 5  // between a tick and its label
	lead       = 9  // below a title or above a name
	row        = 20 // height of a legend entry
	sample     = 30 // length of a line in the legend
)

// A layout is a figure with the position of each part.
type layout struct {
	*Figure
	render.Theme
	x, y     axis
	legend   []entry
	left     float32 // edge of the legend
	top      float32 // edge of the legend
	beneath  bool    // whether the legend is below the curves
	height   int
	measured *raster.Image // measures the width of texts
}

// An entry is a line of the legend.
type entry struct {
	name string
	stroke
}

// layout places all parts. The legend is beside the curves, or below them if its entries are
// long or many. A figure that cannot be drawn is an error.
func (f *Figure) layout() (*layout, error) {
	if len(f.Curves) == 0 {
		return nil, errors.New("plot: there are no curves")
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	l := &layout{Figure: f, Theme: f.theme(), height: height, measured: raster.NewImage(1, 1)}
	l.fit()
	wide := l.entries()
	rows := row * len(l.legend)
	l.beneath = wide > width/3 || rows > height*2/3
	if l.beneath {
		l.height += rows + margin
	}

	l.y.to = float32(l.height) - margin
	for _, line := range []struct {
		text string
		size float32
	}{{f.Title, titleSize}, {f.Y, nameSize}} {
		if line.text != "" {
			l.y.to -= line.size + lead
		}
	}
	l.y.from = margin + gap + tickLength + labelSize
	if f.X != "" {
		l.y.from += nameSize + lead
	}
	l.x.from = margin + l.widest(l.y.ticks) + gap + tickLength
	l.x.to = width - max(margin, l.widest(l.x.ticks)/2+gap)
	l.left, l.top = l.x.from, float32(rows)+margin/2
	if l.beneath {
		l.y.from += float32(rows) + margin
	} else {
		l.x.to = width - margin - wide - 2*gap
		l.left, l.top = l.x.to+2*gap, l.y.to
	}
	return l, nil
}

// fit sets the ranges and ticks of the axes. The x axis includes 0.
func (l *layout) fit() {
	xs, ys := [][]float64{{0}}, [][]float64{}
	for _, c := range l.Curves {
		xs, ys = append(xs, c.X), append(ys, c.Y, c.Low, c.High)
	}
	for _, line := range l.Lines {
		ys = append(ys, []float64{line.Y})
	}
	l.x.fit(xs...)
	l.y.fit(ys...)
	room := l.y.high - l.y.low
	l.y.low, l.y.high = l.y.low-room*0.03, l.y.high+room*0.05
	l.x.ticks, l.y.ticks = ticks(l.x.low, l.x.high), ticks(l.y.low, l.y.high)
}

// entries sets the legend, and returns its width.
func (l *layout) entries() (wide float32) {
	for i, c := range l.Curves {
		name := c.Name
		if c.Runs > 1 {
			name += " (" + figure.Count(c.Runs, "seed") + ")"
		}
		l.legend = append(l.legend, entry{name, l.curveStroke(i)})
	}
	for i, line := range l.Lines {
		l.legend = append(l.legend, entry{line.Name, l.lineStroke(i)})
	}
	for _, e := range l.legend {
		wide = max(wide, sample+2*gap+l.measured.TextWidth(e.name, labelSize))
	}
	return wide
}

// widest returns the width of the widest label.
func (l *layout) widest(all []tick) (wide float32) {
	for _, t := range all {
		wide = max(wide, l.measured.TextWidth(t.label, labelSize))
	}
	return wide
}

// shrunk returns the font size at which a text fits a width. It is size or less, but not less
// than smallest.
func (l *layout) shrunk(text string, size, width float32) float32 {
	if w := l.measured.TextWidth(text, size); w > width {
		return max(size*width/w, smallest)
	}
	return size
}
