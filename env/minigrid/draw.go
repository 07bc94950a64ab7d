package minigrid

import (
	"slices"
	"strings"

	"github.com/rlrun/rlrun/render"
)

var (
	_ render.Scene      = (*World)(nil)
	_ render.Paced      = (*World)(nil)
	_ render.Controlled = (*World)(nil)
)

// StepsPerSecond returns 6, which is slow enough to see each step.
func (*World) StepsPerSecond() int { return 6 }

// Controls returns keys for all actions. No action is the default, so the episode waits until a key is
// held.
func (w *World) Controls() []render.Control {
	all := []render.Control{
		{Key: "left", Label: "turn left", Act: []float32{float32(turnLeft)}},
		{Key: "right", Label: "turn right", Act: []float32{float32(turnRight)}},
		{Key: "up", Label: "go forward", Act: []float32{float32(forward)}},
		{Key: "enter", Label: "pick up", Act: []float32{float32(pickUp)}},
		{Key: "backspace", Label: "drop", Act: []float32{float32(drop)}},
		{Key: "o", Label: "open or close", Act: []float32{float32(toggle)}},
		{Key: "d", Label: "done", Act: []float32{float32(done)}},
	}
	return all[:w.task.rules().actions]
}

// Draw draws the squares, lighter where the agent sees them, and the agent. Below are the mission and
// what the agent carries. A square is 1 × 1.
func (w *World) Draw(d render.Canvas, l render.Look) {
	c := w.caption()
	edge := float32(0.02 * max(c.width, float32(w.H)+c.height))
	d.View(-edge, -edge-c.height, c.width+edge, float32(w.H)+edge, l.Paper)
	p := newPainter(d, l)
	seen := w.seenSquares()
	left := (c.width - float32(w.W)) / 2
	for y := range w.H {
		for x := range w.W {
			p.square(left+float32(x), float32(w.H-1-y), w.At(x, y), seen.has(x, y))
		}
	}
	p.agent(left+float32(w.X), float32(w.H-1-w.Y), w.Dir)
	for i, line := range c.lines {
		d.Text(0, -float32(c.size*(1.45+float32(1.3*float32(i)))), c.size, 0, line, l.Ink)
	}
	side := c.slot()
	d.Text(c.width-side-float32(0.5*c.size), -float32(1.45*c.size), c.size, 1, "carries", l.Label())
	p.slot(c.width-side, -float32(0.45*c.size)-side, side, w.Carrying)
}

// A caption is the text below a picture.
type caption struct {
	lines         []string
	width, height float32 // of the whole text, in squares
	size          float32 // font size
}

// slot returns the width of the square that shows what the agent carries.
func (c *caption) slot() float32 { return float32(2.3 * c.size) }

// caption returns the mission in lines.
func (w *World) caption() caption {
	const letters, across = 36, 0.021 // letters of a line of the mission, and half the height of a letter as a share of the width
	m := &w.words
	if !slices.Equal(m.drawn, m.numbers) {
		m.drawn, m.lines = slices.Clone(m.numbers), wrap(m.String(), letters)
	}
	width := max(float32(w.W), float32(1.4*float32(w.H)))
	size := float32(2 * across * width)
	return caption{lines: m.lines, width: width, size: size, height: float32(size * (1.5 + float32(1.3*float32(max(len(m.lines)-1, 1)))))}
}

// wrap returns the words of a text in lines of at most this number of letters.
func wrap(text string, letters int) (lines []string) {
	for _, word := range strings.Fields(text) {
		last := len(lines) - 1
		if last < 0 || len(lines[last])+1+len(word) > letters {
			lines = append(lines, word)
		} else {
			lines[last] += " " + word
		}
	}
	return lines
}

// A visibleMap has the squares that an agent sees.
type visibleMap struct {
	rows   [maxView]uint32 // [size] of each row of the view, bits of the seen columns
	size   int             // of the view
	x, y   int             // square of the agent
	dx, dy int             // a step ahead
}

// seenSquares returns the squares that the agent sees.
func (w *World) seenSquares() (m visibleMap) {
	m = visibleMap{size: w.ViewSize, x: w.X, y: w.Y}
	m.dx, m.dy = w.Dir.moved(0, 0)
	w.view(w.seen, w.ViewSize, &w.agent, w.seeThrough)
	for i := range m.size {
		for j, c := range w.seen[i*m.size:][:m.size] {
			if c != Unseen {
				m.rows[j] |= 1 << i
			}
		}
	}
	return m
}

// has reports whether the agent sees (x, y).
func (m *visibleMap) has(x, y int) bool {
	x, y = x-m.x, y-m.y
	i, j := m.size/2+y*m.dx-x*m.dy, m.size-1-x*m.dx-y*m.dy
	return uint(i) < uint(m.size) && uint(j) < uint(m.size) && m.rows[j]>>i&1 == 1
}
