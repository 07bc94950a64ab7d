package memory

import "github.com/rlrun/rlrun/render"

var _ render.Scene = (*NBack)(nil)

// StepsPerSecond returns 1, as in tests of people, where a symbol is shown every two or three seconds.
func (m *NBack) StepsPerSecond() int { return 1 }

// Draw draws the latest symbols as letters on cards: the newest, at the right, from the front, and
// the others from behind. A question mark is at the card to compare with. After the end of an episode
// all have their letters.
func (m *NBack) Draw(d render.Canvas, l render.Look) {
	d.View(0, 0, 10, 4, l.Paper)
	row := cardRow{n: min(max(m.N+1, 5), maxShown)}
	for i := 1; i <= row.n && i <= m.now+1; i++ {
		x, size := row.place(i)
		open := i == 1 || l.Done
		drawCard(d, l, x, size, open)
		if open {
			d.Text(x, cardMiddle-float32(0.2*size), 0.6*size, 0.5, letters[m.shown[m.now+1-i]:][:1], l.Ink)
		}
		if i == m.N+1 {
			row.mark(d, l, i)
		}
	}
	switch m.reply {
	case 0:
		d.Text(0.4, 0.45, 0.34, 0, "latest answer: another", l.Label())
	case 1:
		d.Text(0.4, 0.45, 0.34, 0, "latest answer: the same", l.Label())
	}
	d.Text(9.6, 0.45, 0.34, 1, "newest", l.Label())
}

// letters are the symbols in pictures.
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// Controls returns keys for the two answers. No action is the default, so the episode waits until a
// key is held.
func (m *NBack) Controls() []render.Control {
	return []render.Control{{Key: "left", Label: "another", Act: []float32{0}}, {Key: "right", Label: "the same", Act: []float32{1}}}
}
