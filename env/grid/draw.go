package grid

import (
	"image/color"
	"math"
	"slices"
	"strconv"

	"github.com/rlrun/rlrun/render"
)

var _ render.Scene = (*Table)(nil)

// StepsPerSecond returns 5, which is slow enough to see each step.
func (t *Table) StepsPerSecond() int { return 5 }

// Draw draws the map, the state values as a heat map, the policy as arrows, and the agent.
// Without a map it draws the states as squares, row by row.
func (t *Table) Draw(d render.Canvas, l render.Look) {
	b := t.game.view.board
	if b == nil {
		b = squares(t.game.view.states)
	}
	m := newMapDrawing(d, l, len(b.Cells), len(b.Cells[0]))
	size := m.rows * m.cols
	layer := t.s % t.game.view.states / size * size
	m.heat(layer, func(cell int) bool { return kindOf(cells(b.Cells).at(cell), layer > 0) == kindFloor })
	for i := range size {
		m.cell(i, cells(b.Cells).at(i), layer > 0)
	}
	m.grid()
	if len(l.Best) > 0 {
		m.actions(layer, t.final(), b)
	}
	m.walker(t.s % size)
}

// actions draws the policy's action in each cell from whose state an episode goes on. The state of
// cell i is layer+i.
func (m mapDrawing) actions(layer int, final []bool, b *Board) {
	for i := range m.rows * m.cols {
		s := layer + i
		if sign := cells(b.Cells).at(i); s < len(m.look.Best) && !final[s] && !ends(kindOf(sign, false)) && sign != '#' {
			m.action(i, m.look.Best[s], b.Arrows)
		}
	}
}

// squares returns a Board with one cell for each state and walls in the rest of the last row.
func squares(states int) *Board {
	cols := int(math.Ceil(math.Sqrt(float64(states))))
	b := &Board{}
	for from := 0; from < states; from += cols {
		row := make([]byte, cols)
		for i := range row {
			if row[i] = '.'; from+i >= states {
				row[i] = '#'
			}
		}
		b.Cells = append(b.Cells, string(row))
	}
	return b
}

// final reports for each state whether the episode ends there. Terminal states have no arrow.
func (t *Table) final() []bool {
	all := make([]bool, t.game.model.States)
	for i := range t.game.to {
		if t.game.to[i].end {
			all[t.game.to[i].next] = true
		}
	}
	return all
}

// ends reports whether cells of a kind end the episode.
func ends(kind int) bool { return kind == kindPit || kind == kindGoal }

// A mapDrawing draws on a canvas where each cell has the size 1×1.
type mapDrawing struct {
	render.Canvas
	look       render.Look
	rows, cols int
}

// newMapDrawing sets the view of the canvas d for a map of the given size.
func newMapDrawing(d render.Canvas, l render.Look, rows, cols int) mapDrawing {
	w, h := float32(cols), float32(rows)
	edge := 0.04*max(w, h) + 0.05
	d.View(-edge, -edge, w+edge, h+edge+0.02*h, l.Paper)
	return mapDrawing{d, l, rows, cols}
}

// corner returns the bottom left corner of a cell.
func (m mapDrawing) corner(cell int) (x, y float32) {
	return float32(cell % m.cols), float32(m.rows - 1 - cell/m.cols)
}

// square fills a cell with a mix of background and blue. The argument share is the fraction of
// blue, from 0 to 1.
func (m mapDrawing) square(cell int, share float32) {
	x, y := m.corner(cell)
	render.Rect(m.Canvas, x, y, x+1, y+1, render.Mix(m.look.Paper, m.look.Sky, share))
}

// heat colours the cells for which the function counts returns true. A cell with a higher value
// is darker. The value of cell i is Look.Values[layer+i]. The lowest tenth of the values all have
// the palest colour: otherwise a few very low values, of states that were never visited, would
// make all other cells look the same.
func (m mapDrawing) heat(layer int, counts func(cell int) bool) {
	v := m.look.Values
	if len(v) < layer+m.rows*m.cols {
		return
	}
	var sorted []float32
	for i := range m.rows * m.cols {
		if counts(i) {
			sorted = append(sorted, v[layer+i])
		}
	}
	if slices.Sort(sorted); len(sorted) == 0 {
		return
	}
	low, high := sorted[len(sorted)/10], sorted[len(sorted)-1]
	for i := range m.rows * m.cols {
		if counts(i) && high > low {
			m.square(i, 0.05+0.7*max(v[layer+i]-low, 0)/(high-low))
		}
	}
}

// cell draws the sign of a map cell: a wall, a goal, a key and so on.
func (m mapDrawing) cell(i int, sign byte, taken bool) {
	x, y := m.corner(i)
	l, mark := m.look, ""
	switch kind := kindOf(sign, taken); {
	case kind == kindWall:
		render.Rect(m.Canvas, x, y, x+1, y+1, render.Mix(l.Soft, l.Ink, 0.25))
	case sign == 'C':
		render.Rect(m.Canvas, x, y, x+1, y+1, render.Mix(l.Paper, l.Red, 0.75))
	case kind == kindPit:
		render.Disc(m.Canvas, x+0.5, y+0.5, 0.36, render.Mix(l.Paper, l.Red, 0.75))
		render.Disc(m.Canvas, x+0.5, y+0.47, 0.28, render.Mix(l.Red, color.RGBA{A: 255}, 0.6))
	case kind == kindGoal:
		render.Rect(m.Canvas, x, y, x+1, y+1, render.Mix(l.Paper, l.Green, 0.35))
		render.Segment(m.Canvas, x+0.36, y+0.18, x+0.36, y+0.8, 0.06, l.Ink)
		render.Polygon(m.Canvas, l.Green, x+0.36, y+0.83, x+0.36, y+0.45, x+0.8, y+0.64)
		if sign != 'G' {
			m.Text(x+0.72, y+0.1, 0.3, 0.5, string(sign), l.Ink)
		}
	case kind == kindTeleport:
		render.Disc(m.Canvas, x+0.5, y+0.5, 0.38, render.Mix(l.Paper, l.Pink, 0.6))
		mark = string(sign)
	case kind == kindKey:
		render.Disc(m.Canvas, x+0.34, y+0.5, 0.16, l.Yellow)
		render.Polyline(m.Canvas, 0.08, l.Yellow, x+0.34, y+0.5, x+0.78, y+0.5, x+0.78, y+0.38)
		render.Disc(m.Canvas, x+0.34, y+0.5, 0.06, l.Paper)
	case kind == kindDoor:
		render.Rect(m.Canvas, x+0.06, y+0.06, x+0.94, y+0.94, l.Orange)
		render.Disc(m.Canvas, x+0.76, y+0.5, 0.07, l.Ink)
	case sign == 'S':
		mark = "S"
	}
	m.Text(x+0.06, y+0.06, 0.2, 0, mark, l.Label()) // in the corner, so that no arrow covers it
}

// grid draws the lines between the cells.
func (m mapDrawing) grid() {
	w, h := float32(m.cols), float32(m.rows)
	line := render.Mix(m.look.Paper, m.look.Soft, 0.45)
	for x := float32(0); x <= w; x++ {
		render.Segment(m.Canvas, x, 0, x, h, 0.02, line)
	}
	for y := float32(0); y <= h; y++ {
		render.Segment(m.Canvas, 0, y, w, y, 0.02, line)
	}
}

// action draws the policy's action in a cell: its arrow, or its number on a board without
// arrows.
func (m mapDrawing) action(cell, act int, arrows []string) {
	if act < len(arrows) {
		m.arrow(cell, arrows[act])
		return
	}
	x, y := m.corner(cell)
	m.Text(x+0.5, y+0.38, 0.35, 0.5, strconv.Itoa(act), render.Mix(m.look.Paper, m.look.Ink, 0.75))
}

// arrow draws an arrow in a cell.
func (m mapDrawing) arrow(cell int, sign string) {
	to, ok := map[string]step{"↑": up, "→": right, "↓": down, "←": left}[sign]
	if !ok {
		return
	}
	x, y := m.corner(cell)
	dx, dy := 0.24*float32(to.col), -0.24*float32(to.row)
	render.Arrow(m.Canvas, x+0.5-dx, y+0.5-dy, x+0.5+dx, y+0.5+dy, 0.07, render.Mix(m.look.Paper, m.look.Ink, 0.75))
}

// walker draws the agent in a cell.
func (m mapDrawing) walker(cell int) {
	x, y := m.corner(cell)
	render.Disc(m.Canvas, x+0.5, y+0.5, 0.3, m.look.Paper)
	render.Disc(m.Canvas, x+0.5, y+0.5, 0.25, m.look.Blue)
}

// Draw draws the map, and the wind below it.
func (w *GridWorld) Draw(d render.Canvas, l render.Look) {
	w.Table.Draw(d, l)
	for col, strength := range w.Wind {
		for k := range min(strength, 3) {
			x, y := float32(col)+0.5, -0.16+float32(0.09*float32(k))
			render.Polyline(d, 0.05, l.Sky, x-0.16, y-0.1, x, y, x+0.16, y-0.1)
		}
	}
}

// Controls returns keys for moving in four directions, or nil if there is no map.
func (t *Table) Controls() (all []render.Control) {
	if t.game.view.board == nil {
		return nil
	}
	keys := map[string]string{"↑": "up", "→": "right", "↓": "down", "←": "left"}
	for a, arrow := range t.game.view.board.Arrows {
		all = append(all, render.Control{Key: keys[arrow], Label: "go " + keys[arrow], Act: []float32{float32(a)}})
	}
	return all
}
