package episode

import (
	"fmt"
	"image/color"

	"github.com/rlrun/rlrun/render"
	"github.com/rlrun/rlrun/scenarios/internal/figure"
)

// A Strip is the memory of a policy along an episode, as a picture: a column for each step, a cell for
// each number. Of a large memory it has some numbers, evenly chosen.
type Strip struct {
	size  int    // number of floats of the memory
	rows  int    // number of cells in a column
	cells []int8 // [steps, rows] shades of the numbers, from -127 to 127
}

// stripRows is the largest number of cells in a column.
const stripRows = 48

// NewStrip returns the empty Strip of a memory of size floats.
func NewStrip(size int) *Strip { return &Strip{size: size, rows: min(size, stripRows)} }

// Size returns the number of floats of the memory.
func (s *Strip) Size() int { return s.size }

// Clear removes all columns, at the start of an episode.
func (s *Strip) Clear() { s.cells = s.cells[:0] }

// Len returns the number of columns.
func (s *Strip) Len() int { return len(s.cells) / max(s.rows, 1) }

// Put adds the memory after the observation of a step, from 0, as a column. It replaces a column of
// the same step, and removes those of later steps.
func (s *Strip) Put(step int, memory []float32) {
	if s.rows == 0 || step > s.Len() {
		return
	}
	s.cells = s.cells[:step*s.rows]
	for k := range s.rows {
		v := memory[k*s.size/s.rows]
		if v != v {
			v = 0
		}
		s.cells = append(s.cells, int8(127*v/(1+max(v, -v)))) // most numbers are within ±1, some are much larger
	}
}

// Title returns a text for the strip.
func (s *Strip) Title() string {
	if s.size > s.rows {
		return fmt.Sprintf("memory, %d of %s", s.rows, figure.Count(s.size, "number"))
	}
	return "memory, " + figure.Count(s.size, "number")
}

// Draw draws the columns of the latest steps up to step into the rectangle from (x0, y0) to (x1, y1).
// Positive numbers are blue and negative ones are orange.
func (s *Strip) Draw(c render.Canvas, x0, y0, x1, y1 float32, step int, th render.Theme) {
	render.Rect(c, x0, y0, x1, y1, th.Faint)
	shown := min(max(step+1, 0), s.Len())
	if s.rows == 0 || shown == 0 {
		return
	}
	height := (y1 - y0) / float32(s.rows)
	columns := int(max((x1-x0)/max(height, 3), 1)) // about as many as square cells need
	from := max(shown-columns, 0)
	width := (x1 - x0) / float32(columns)
	render.Cells(c, x0, y1, width, height, shown-from, s.rows, func(i int) color.RGBA {
		row, column := i/(shown-from), i%(shown-from)
		return shadeOf(s.cells[(from+column)*s.rows+row], th)
	})
}

// shadeOf returns the colour of a cell.
func shadeOf(cell int8, th render.Theme) color.RGBA {
	ink := th.Blue
	if cell < 0 {
		ink = th.Orange
	}
	share := float32(max(int(cell), -int(cell))) / 80 // a number of ±1.7 has the full colour
	return render.Mix(th.Faint, ink, share)
}
