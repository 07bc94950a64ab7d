package minatar

import (
	"image/color"

	"github.com/rlrun/rlrun/render"
)

var (
	_ render.Scene      = (*game)(nil)
	_ render.Paced      = (*game)(nil)
	_ render.Controlled = (*game)(nil)
)

// StepsPerSecond returns 10, at which a person can play.
func (g *game) StepsPerSecond() int { return 10 }

// Controls returns a key for each action. No key is the action that does nothing.
func (g *game) Controls() (all []render.Control) {
	controls := [numActions]render.Control{
		noop: {Key: "", Label: "do nothing"}, left: {Key: "left", Label: "go left"}, up: {Key: "up", Label: "go up"},
		right: {Key: "right", Label: "go right"}, down: {Key: "down", Label: "go down"}, fire: {Key: "f", Label: "fire"},
	}
	for i, a := range g.actions {
		c := controls[a]
		c.Act = []float32{float32(i)}
		all = append(all, c)
	}
	return all
}

// A look is the name of a plane, and how its cells are drawn.
type look struct {
	name string
	kind kind
}

// A kind says how the cells of a plane are drawn.
type kind int

const (
	hidden kind = iota // not drawn, because another plane has the same cells
	player             // what the player moves
	tail               // its back
	friend             // a ball, or a bullet of the player
	enemy              // what ends the episode
	danger             // an enemy that shoots
	shot               // a bullet of an enemy
	gold               // what to get
	brick              // what to break
	gauge              // the oxygen
	aboard             // divers aboard
	trail              // the cell behind something: the earlier of several planes, the stronger the colour
)

// Draw draws the cells as tiles, in colours for what is in them.
func (g *game) Draw(d render.Canvas, l render.Look) {
	const edge, gap = 0.25, 0.05
	d.View(-edge, -edge, side+edge, side+edge, l.Paper)
	render.Box(d, -edge/2, -edge/2, side+edge/2, side+edge/2, 0.15, l.Faint)
	empty := render.Mix(l.Faint, l.Paper, 0.5)
	for i := range cells {
		x, y := float32(i%side), float32(side-1-i/side)
		render.Box(d, x+gap, y+gap, x+1-gap, y+1-gap, 0.1, empty)
	}
	g.picture.fill(g.drawn)
	for layer := range 3 { // trails, then tiles, then what is small
		for k, v := range g.drawn {
			if n := len(g.title.planes); v != 0 && g.title.planes[k%n].kind.layer() == layer {
				i := k / n
				g.drawCell(d, l, k%n, float32(i%side)+0.5, float32(side-1-i/side)+0.5)
			}
		}
	}
}

// layer returns 0 for trails, 1 for tiles, 2 for what is small and may be on a tile, and -1 for what is not
// drawn.
func (k kind) layer() int {
	switch k {
	case hidden:
		return -1
	case trail:
		return 0
	case friend, shot:
		return 2
	}
	return 1
}

// drawCell draws a cell of a plane with the middle (x, y).
func (g *game) drawCell(d render.Canvas, l render.Look, plane int, x, y float32) {
	tile := func(half, radius float32, c color.RGBA) { render.Box(d, x-half, y-half, x+half, y+half, radius, c) }
	switch k := g.title.planes[plane].kind; k {
	case trail:
		tile(0.28, 0.12, render.Mix(l.Paper, l.Soft, g.title.trailShade(plane)))
	case friend:
		render.Disc(d, x, y, 0.3, l.Ink)
	case shot:
		render.Disc(d, x, y, 0.22, l.Red)
	case gold, aboard:
		tile(0.45, 0.1, render.Mix(l.Paper, l.Yellow, 0.35))
		render.Disc(d, x, y, 0.3, l.Yellow)
	default:
		tile(0.45, 0.1, k.color(l))
	}
}

// color returns the colour of a tile.
func (k kind) color(l render.Look) color.RGBA {
	switch k {
	case player:
		return l.Blue
	case tail:
		return render.Mix(l.Paper, l.Blue, 0.5)
	case enemy:
		return l.Red
	case danger:
		return l.Pink
	case brick:
		return l.Orange
	}
	return l.Sky // the gauge
}

// trailShade returns the strength of the colour of a plane of trails: the first of several is the strongest.
func (t title) trailShade(plane int) float32 {
	first, count := -1, 0
	for i := range t.planes {
		if t.planes[i].kind == trail {
			if count++; first < 0 {
				first = i
			}
		}
	}
	return 1 - 0.8*float32(plane-first)/float32(count)
}
