package episode

import (
	"fmt"
	"image/color"

	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// A Letters is a Canvas that measures the width of texts.
type Letters interface {
	render.Canvas
	TextWidth(s string, size float32) float32
}

// Headline writes a line of text at (x, y): environment, episode (0 writes no episode), step, return
// and the ending. Columns keep their positions when numbers grow. If the room is too small, the
// columns move together, and then the letters get smaller.
func (p *Player) Headline(c Letters, x, y, size, room float32, episode int, ink color.RGBA) {
	columns := []headlineColumn{
		{p.Spec.ID, ""}, {fmt.Sprint("episode ", episode), "episode 000"}, {"step " + figure.Whole(p.Steps), "step 0,000"},
		{"return " + figure.Number(p.Return), "return -0,000.0"}, {p.ending(), ""},
	}
	if episode == 0 {
		columns[1] = headlineColumn{}
	}
	at, end := places(c, columns, size, true)
	if end > room {
		at, end = places(c, columns, size, false)
	}
	if end > room {
		size *= max(room/end, 0.5)
		at, _ = places(c, columns, size, false)
	}
	for i, col := range columns {
		c.Text(x+at[i], y, size, 0, col.text, ink)
	}
}

// A headlineColumn is a text of a headline and the widest text that is usual there.
type headlineColumn struct{ text, widest string }

// places returns the left edge of each column and the right edge of the last. Columns that are
// apart have room for their widest texts.
func places(c Letters, columns []headlineColumn, size float32, apart bool) (at []float32, end float32) {
	next := float32(0)
	for _, col := range columns {
		at = append(at, next)
		if col.text == "" {
			continue
		}
		width := c.TextWidth(col.text, size)
		end = next + width
		if apart {
			width = max(width, c.TextWidth(col.widest, size))
		}
		next += width + 1.2*size
	}
	return at, end
}

// ending returns how the episode ended; "" before its end.
func (p *Player) ending() string {
	switch {
	case p.Terminated:
		return "ended"
	case p.Truncated:
		return "time is up"
	}
	return ""
}

// String returns the headline's words.
func (p *Player) String() string {
	s := fmt.Sprintf("%s   step %d   return %s", p.Spec.ID, p.Steps, figure.Number(p.Return))
	if e := p.ending(); e != "" {
		s += "   " + e
	}
	return s
}
