package memory

import "github.com/rlrun/rlrun/render"

var _ render.Scene = (*RepeatPrevious)(nil)

// StepsPerSecond returns 2: a deck takes 26 seconds.
func (m *RepeatPrevious) StepsPerSecond() int { return 2 }

// maxShown is the largest number of earlier cards or symbols in a picture.
const maxShown = 12

// Draw draws the latest cards: the newest, at the right, with its suit, and the others from behind. A
// question mark is at the card that the next answer must name. After the end of an episode all have
// their suits.
func (m *RepeatPrevious) Draw(d render.Canvas, l render.Look) {
	d.View(0, 0, 10, 4, l.Paper)
	row := cardRow{n: min(max(m.K, 5), maxShown)}
	for i := 1; i <= row.n && i <= m.dealt; i++ {
		x, size := row.place(i)
		open := i == 1 || l.Done
		drawCard(d, l, x, size, open)
		if open {
			drawSuit(render.At(d, x, cardMiddle, 0, size), l, m.hand[m.dealt-i])
		}
		if i == m.K {
			row.mark(d, l, i)
		}
	}
	if m.reply >= 0 {
		d.Text(1.2, 0.45, 0.34, 0, "latest answer", l.Label())
		drawSuit(render.At(d, 4.2, 0.55, 0, 0.45), l, uint8(m.reply))
	}
	d.Text(9.6, 0.45, 0.34, 1, "newest", l.Label())
}

// cardMiddle is the height of the middle of the cards.
const cardMiddle = 2.3

// A cardRow is a row of n cards, the newest at the right.
type cardRow struct{ n int }

// place returns the middle and the size of card i, 1 for the newest.
func (r cardRow) place(i int) (x, size float32) {
	size = min(9.4/float32(r.n), 1.7)
	return 9.7 - float32(size*(float32(i)-0.5)), size
}

// mark draws a question mark above card i.
func (r cardRow) mark(d render.Canvas, l render.Look, i int) {
	x, size := r.place(i)
	d.Text(x, cardMiddle+float32(0.72*size), 0.5, 0.5, "?", l.Ink)
}

// drawCard draws a card at x, with its face or its back to the viewer.
func drawCard(d render.Canvas, l render.Look, x, size float32, open bool) {
	w, h := float32(0.42*size), float32(0.58*size)
	render.Box(d, x-w, cardMiddle-h, x+w, cardMiddle+h, 0.1*size, l.Faint)
	if !open {
		render.Box(d, x-w+float32(0.1*size), cardMiddle-h+float32(0.1*size), x+w-float32(0.1*size), cardMiddle+h-float32(0.1*size), 0.06*size, l.Soft)
	}
}

// drawSuit draws a suit at the origin, with height 0.6: a spade, a diamond, a club or a heart.
func drawSuit(d render.Canvas, l render.Look, suit uint8) {
	switch suit {
	case 0:
		render.Disc(d, -0.14, -0.06, 0.15, l.Ink)
		render.Disc(d, 0.14, -0.06, 0.15, l.Ink)
		render.Polygon(d, l.Ink, -0.27, 0.02, 0.27, 0.02, 0, 0.32)
		render.Polygon(d, l.Ink, 0, 0.05, -0.12, -0.32, 0.12, -0.32)
	case 1:
		render.Polygon(d, l.Red, 0, 0.32, -0.25, 0, 0, -0.32, 0.25, 0)
	case 2:
		render.Disc(d, -0.16, -0.06, 0.14, l.Ink)
		render.Disc(d, 0.16, -0.06, 0.14, l.Ink)
		render.Disc(d, 0, 0.17, 0.14, l.Ink)
		render.Polygon(d, l.Ink, 0, 0.15, -0.12, -0.32, 0.12, -0.32)
	default:
		render.Disc(d, -0.14, 0.12, 0.15, l.Red)
		render.Disc(d, 0.14, 0.12, 0.15, l.Red)
		render.Polygon(d, l.Red, -0.27, 0.04, 0.27, 0.04, 0, -0.32)
	}
}

// Controls returns keys for the four suits. No action is the default, so the episode waits until a
// key is held.
func (m *RepeatPrevious) Controls() []render.Control {
	return []render.Control{
		{Key: "1", Label: "spade", Act: []float32{0}}, {Key: "2", Label: "diamond", Act: []float32{1}},
		{Key: "3", Label: "club", Act: []float32{2}}, {Key: "4", Label: "heart", Act: []float32{3}},
	}
}
