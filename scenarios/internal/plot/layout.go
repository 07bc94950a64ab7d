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
	height = 400 // height without a legend below the curves
	margin = 12

	titleSize = 18 // font size of the title
	nameSize  = 15 // font size of the axes' names
	labelSize = 14 // font size of tick labels and of the legend
	minSize   = 9  // smallest font size of a shrunk text

	tickLength = 5
	gap        = 5  // gap between a tick and its label
	lead       = 9  // space below a title or above a name
	row        = 20 // height of a legend entry
	sample     = 30 // length of a line in the legend
)

// A layout is a figure with the position of each part.
type layout struct {
	*Figure
	render.Theme
	x, y        axis
	legend      []legendEntry
	left, top   float32 // edges of the legend
	legendBelow bool    // the legend is below the curves
	height      int
	measure     *raster.Image // measures the width of texts
}

// A legendEntry is a line of the legend.
type legendEntry struct {
	name string
	stroke
}

// layout computes the positions of all parts. The legend is beside the curves, or below them if its
// entries are long or many. It is an error if the figure cannot be drawn.
func (f *Figure) layout() (*layout, error) {
	if len(f.Curves) == 0 {
		return nil, errors.New("plot: no curves; want one or more")
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	l := &layout{Figure: f, Theme: f.theme(), height: height, measure: raster.NewImage(1, 1)}
	l.fit()
	legendWidth := l.makeLegend()
	legendHeight := row * len(l.legend)
	l.legendBelow = legendWidth > width/3 || legendHeight > height*2/3
	if l.legendBelow {
		l.height += legendHeight + margin
	}

	l.y.end = float32(l.height) - margin
	for _, line := range []struct {
		text string
		size float32
	}{{f.Title, titleSize}, {f.Y, nameSize}} {
		if line.text != "" {
			l.y.end -= line.size + lead
		}
	}
	l.y.start = margin + gap + tickLength + labelSize
	if f.X != "" {
		l.y.start += nameSize + lead
	}
	l.x.start = margin + l.maxLabelWidth(l.y.ticks) + gap + tickLength
	l.x.end = width - max(margin, l.maxLabelWidth(l.x.ticks)/2+gap)
	l.left, l.top = l.x.start, float32(legendHeight)+margin/2
	if l.legendBelow {
		l.y.start += float32(legendHeight) + margin
	} else {
		l.x.end = width - margin - legendWidth - 2*gap
		l.left, l.top = l.x.end+2*gap, l.y.end
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
	extent := l.y.high - l.y.low
	l.y.low, l.y.high = l.y.low-extent*0.03, l.y.high+extent*0.05
	l.x.ticks, l.y.ticks = ticks(l.x.low, l.x.high), ticks(l.y.low, l.y.high)
}

// makeLegend sets the entries of the legend, and returns its width.
func (l *layout) makeLegend() (maxWidth float32) {
	for i, c := range l.Curves {
		name := c.Name
		if c.Runs > 1 {
			name += " (" + figure.Count(c.Runs, "seed") + ")"
		}
		l.legend = append(l.legend, legendEntry{name, l.curveStroke(i)})
	}
	for i, line := range l.Lines {
		l.legend = append(l.legend, legendEntry{line.Name, l.lineStroke(i)})
	}
	for _, e := range l.legend {
		maxWidth = max(maxWidth, sample+2*gap+l.measure.TextWidth(e.name, labelSize))
	}
	return maxWidth
}

// maxLabelWidth returns the width of the widest label of the ticks.
func (l *layout) maxLabelWidth(all []tick) (maxWidth float32) {
	for _, t := range all {
		maxWidth = max(maxWidth, l.measure.TextWidth(t.label, labelSize))
	}
	return maxWidth
}

// fittingSize returns the largest font size, at most size, at which a text fits into a width. It is
// at least minSize.
func (l *layout) fittingSize(text string, size, width float32) float32 {
	if w := l.measure.TextWidth(text, size); w > width {
		return max(size*width/w, minSize)
	}
	return size
}
