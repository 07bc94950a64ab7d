package memory

import "github.com/rlrun/rlrun/render"

var _ render.Scene = (*MemorySize)(nil)

// StepsPerSecond returns 1, so that a person can see the bits.
func (m *MemorySize) StepsPerSecond() int { return 1 }

// Draw draws a card for each bit, with its sign while the agent sees it, a question mark at the card that is
// asked for, and at the end all signs, the answer and whether it is right.
func (m *MemorySize) Draw(d render.Canvas, l render.Look) {
	d.View(0, 0, 10, 4, l.Paper)
	t := m.shown()
	asks := t == m.Length-1 || l.Done
	columns, size := cards(m.Bits, 9.4, 2.7)
	rows := (m.Bits + columns - 1) / columns
	for i, bit := range m.bits() {
		if t != 0 && !l.Done {
			bit = 0
		}
		x := 5 + float32(size*(float32(i%columns)-float32(columns-1)/2))
		y := 2.5 - float32(size*(float32(i/columns)-float32(rows-1)/2))
		if asks && i == int(m.x[1]) {
			render.Box(d, x-float32(0.5*size), y-float32(0.5*size), x+float32(0.5*size), y+float32(0.5*size), 0.1*size, l.Pink)
		}
		drawSign(render.At(d, x, y, 0, size/1.4), l, 0, 0, bit)
		if asks && i == int(m.x[1]) && bit == 0 {
			d.Text(x, y-float32(0.15*size), 0.45*size, 0.5, "?", l.Ink)
		}
	}
	render.Segment(d, 1, 0.9, 9, 0.9, 0.1, l.Faint)
	render.Segment(d, 1, 0.9, 1+float32(8*float32(m.x[0])/float32(m.Length+1)), 0.9, 0.1, l.Soft)
	if l.Done {
		drawVerdict(d, l, 5, 0.3, m.reply == m.asked())
	}
}

// drawVerdict writes whether an answer is right, centred at (x, y).
func drawVerdict(d render.Canvas, l render.Look, x, y float32, right bool) {
	if right {
		d.Text(x, y, 0.4, 0.5, "right", l.Green)
	} else {
		d.Text(x, y, 0.4, 0.5, "wrong", l.Red)
	}
}

// cards returns the number of columns, and the distance of the cards, with which n cards fill an area
// of this width and height best.
func cards(n int, width, height float32) (columns int, size float32) {
	for c := 1; c <= n; c++ {
		rows := (n + c - 1) / c
		if s := min(width/float32(c), height/float32(rows), 1.8); s > size {
			columns, size = c, s
		}
	}
	return columns, size
}

// Controls returns keys for the two answers. No action is the default, so the episode waits until a
// key is held.
func (m *MemorySize) Controls() []render.Control {
	return []render.Control{{Key: "left", Label: "answer minus", Act: []float32{0}}, {Key: "right", Label: "answer plus", Act: []float32{1}}}
}
