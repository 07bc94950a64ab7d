package memory

import "github.com/rlrun/rlrun/render"

var _ render.Scene = (*MemoryLength)(nil)

// StepsPerSecond returns 20: an episode of 101 steps takes five seconds.
func (m *MemoryLength) StepsPerSecond() int { return 20 }

// Draw draws the time as a line, the sign while it is shown, and at the end the sign, the answer and
// whether they agree.
func (m *MemoryLength) Draw(d render.Canvas, l render.Look) {
	d.View(0, 0, 10, 4, l.Paper)
	const from, to, y, gap = 1.2, 8.8, 1.9, 0.85 // the gap is between the middle of a card and the line's dot
	now := from + gap + float32((to-from-2*gap)*float32(m.x[0]/float64(m.Length+1)))
	render.Segment(d, from, y, to, y, 0.1, l.Faint)
	render.Segment(d, from, y, now, y, 0.1, l.Soft)
	var sign, reply float64
	if l.Done || m.x[0] <= 1 {
		sign = m.x[1]
	}
	if l.Done {
		reply = m.reply
	}
	drawSign(d, l, from, y, sign)
	drawSign(d, l, to, y, reply)
	d.Text(from, 0.7, 0.34, 0.5, "shown", l.Label())
	d.Text(to, 0.7, 0.34, 0.5, "asked", l.Label())
	switch {
	case l.Done && reply == sign:
		d.Text(to, 2.8, 0.4, 0.5, "right", l.Green)
	case l.Done:
		d.Text(to, 2.8, 0.4, 0.5, "wrong", l.Red)
	default:
		render.Disc(d, now, y, 0.16, l.Ink)
	}
	if int(m.x[0]) == m.Length {
		d.Text(to, y-0.2, 0.6, 0.5, "?", l.Ink)
	}
}

// drawSign draws a card at (x, y) with a sign: a disc with a plus or a minus. Without a sign, 0, the
// card is empty.
func drawSign(d render.Canvas, l render.Look, x, y float32, sign float64) {
	render.Box(d, x-0.62, y-0.62, x+0.62, y+0.62, 0.12, l.Faint)
	if sign == 0 {
		return
	}
	c := l.Orange
	if sign > 0 {
		c = l.Blue
	}
	render.Disc(d, x, y, 0.46, c)
	render.Segment(d, x-0.22, y, x+0.22, y, 0.1, l.Paper)
	if sign > 0 {
		render.Segment(d, x, y-0.22, x, y+0.22, 0.1, l.Paper)
	}
}

// Controls returns keys for the two answers. No action is the default, so the episode waits until a
// key is held.
func (m *MemoryLength) Controls() []render.Control {
	return []render.Control{{Key: "left", Label: "answer minus", Act: []float32{0}}, {Key: "right", Label: "answer plus", Act: []float32{1}}}
}
