package minigrid

import "math/bits"

// below returns a uniform whole number from 0 to n-1.
func (w *World) below(n int) int {
	high, _ := bits.Mul64(w.rng.Source().Uint64(), uint64(n))
	return int(high)
}

// between returns a uniform whole number from low to high-1.
func (w *World) between(low, high int) int { return low + w.below(high-low) }

// randomColor returns a uniformly sampled colour.
func (w *World) randomColor() Color { return Color(w.below(int(colors))) }

// randomObject returns one of the types Key, Ball and Box.
func (w *World) randomObject() Cell { return Key + Cell(w.below(3)) }

// A rect is a rectangle of squares: w columns and h rows from (x, y) on.
type rect struct{ x, y, w, h int }

// all returns the rectangle of all squares.
func (g *grid) all() rect { return rect{0, 0, g.W, g.H} }

// free returns a uniformly sampled square of r that is empty and not the agent's.
func (w *World) free(r rect) (x, y int) {
	for {
		x, y = w.between(r.x, r.x+r.w), w.between(r.y, r.y+r.h)
		if w.At(x, y) == Empty && (x != w.X || y != w.Y) {
			return x, y
		}
	}
}

// place puts c on a free square of r.
func (w *World) place(r rect, c Cell) (x, y int) {
	x, y = w.free(r)
	w.set(x, y, c)
	return x, y
}

// placeAgent puts the agent on a free square of r, and lets it look in a random direction.
func (w *World) placeAgent(r rect) {
	w.X, w.Y = -1, -1
	w.X, w.Y = w.free(r)
	w.Dir = Direction(w.below(4))
}

// shuffle puts the elements of p in a random order.
func shuffle[T any](w *World, p []T) {
	for i := len(p) - 1; i > 0; i-- {
		j := w.below(i + 1)
		p[i], p[j] = p[j], p[i]
	}
}
