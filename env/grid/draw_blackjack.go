package grid

import (
	"fmt"
	"strconv"

	"github.com/rlrun/rlrun/render"
)

var _ render.Scene = (*Blackjack)(nil)

// StepsPerSecond returns 1, which is slow enough to add up the cards.
func (b *Blackjack) StepsPerSecond() int { return 1 }

// Draw draws both hands. Only the dealer's first card is face up until the game is over.
func (b *Blackjack) Draw(d render.Canvas, l render.Look) {
	d.View(0, 0, 6, 4, l.Paper)
	total, usable := b.player.sum()
	said := strconv.Itoa(total)
	if usable {
		said += ", with an ace that counts 11"
	}
	d.Text(0.3, 0.14, 0.24, 0, "player "+said, l.Ink)
	drawHand(d, l, 0.45, b.player.cards, len(b.player.cards))
	seen, told := 1, fmt.Sprint("dealer shows ", b.dealer.cards[0])
	if l.Done {
		total, _ := b.dealer.sum()
		seen, told = len(b.dealer.cards), fmt.Sprint("dealer ", total)
	}
	d.Text(0.3, 1.94, 0.24, 0, told, l.Ink)
	drawHand(d, l, 2.25, b.dealer.cards, seen)
}

// drawHand draws cards from left to right. Card i is face up if i is below the argument seen.
func drawHand(d render.Canvas, l render.Look, y float32, cards []int, seen int) {
	pitch := min(1, 4.5/float32(max(len(cards)-1, 1)))
	for i, c := range cards {
		x := 0.3 + pitch*float32(i)
		render.Box(d, x, y, x+0.88, y+1.25, 0.1, l.Soft)
		if i >= seen {
			render.Box(d, x+0.03, y+0.03, x+0.85, y+1.22, 0.08, render.Mix(l.Paper, l.Blue, 0.8))
			continue
		}
		render.Box(d, x+0.03, y+0.03, x+0.85, y+1.22, 0.08, render.Mix(l.Paper, l.Faint, 0.5))
		name, size := strconv.Itoa(c), float32(0.6)
		if c == 1 {
			name = "A"
		}
		if len(name) > 1 {
			size = 0.5
		}
		d.Text(x+0.12, y+0.92, 0.26, 0, name, l.Red)
		d.Text(x+0.44, y+0.38, size, 0.5, name, l.Ink)
	}
}

// Controls returns keys for stick and hit.
func (b *Blackjack) Controls() []render.Control {
	return []render.Control{{Key: "backspace", Label: "stick", Act: []float32{0}}, {Key: "enter", Label: "hit", Act: []float32{1}}}
}
