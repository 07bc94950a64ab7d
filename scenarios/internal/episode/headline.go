package episode

import (
	"fmt"
	"image/color"

	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// A TextCanvas is a Canvas that measures the width of texts.
type TextCanvas interface {
	render.Canvas
	TextWidth(s string, size float32) float32
}

// Headline writes a line of text at (x, y), at most width wide: environment, episode (not written
// if it is 0), step, return and ending. Columns keep their positions when numbers become longer. If
// the line is too wide, the columns move together, and then the font becomes smaller.
func (p *Player) Headline(c TextCanvas, x, y, size, width float32, episode int, ink color.RGBA) {
	columns := []headlineColumn{
		{p.Spec.ID, ""}, {fmt.Sprint("episode ", episode), "episode 000"}, {"step " + figure.Whole(p.Steps), "step 0,000"},
		{"return " + figure.Number(p.Return), "return -0,000.0"}, {p.ending(), ""},
	}
	if episode == 0 {
		columns[1] = headlineColumn{}
	}
	lefts, end := columnEdges(c, columns, size, true)
	if end > width {
		lefts, end = columnEdges(c, columns, size, false)
	}
	if end > width {
		size *= max(width/end, 0.5)
		lefts, _ = columnEdges(c, columns, size, false)
	}
	for i, col := range columns {
		c.Text(x+lefts[i], y, size, 0, col.text, ink)
	}
}

// A headlineColumn is one text of a headline. If there is space, its column is as wide as
// the text widest, so that the column keeps its width when numbers become longer.
type headlineColumn struct{ text, widest string }

// columnEdges returns the left edge of each column, and the right edge of the last column. If spread
// is true, each column has the width of its widest text.
func columnEdges(c TextCanvas, columns []headlineColumn, size float32, spread bool) (lefts []float32, end float32) {
	next := float32(0)
	for _, col := range columns {
		lefts = append(lefts, next)
		if col.text == "" {
			continue
		}
		width := c.TextWidth(col.text, size)
		end = next + width
		if spread {
			width = max(width, c.TextWidth(col.widest, size))
		}
		next += width + 1.2*size
	}
	return lefts, end
}

// ending returns "terminated" or "truncated", or "" before the end of the episode.
func (p *Player) ending() string {
	switch {
	case p.Terminated:
		return "terminated"
	case p.Truncated:
		return "truncated"
	}
	return ""
}

// String returns the environment, the step, the return and the ending.
func (p *Player) String() string {
	s := fmt.Sprintf("%s   step %d   return %s", p.Spec.ID, p.Steps, figure.Number(p.Return))
	if e := p.ending(); e != "" {
		s += "   " + e
	}
	return s
}
