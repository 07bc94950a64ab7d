package minigrid

import "fmt"

// maxTile is the largest width and height of a tile in pixels.
const maxTile = 64

// Tiles draws worlds with the bytes of MiniGrid's pictures. It draws each tile once and keeps it.
type Tiles struct {
	size   int
	index  []int32 // [tileKeys] number of each tile in pixels, from 1; 0 for a tile that is not drawn yet
	pixels []uint8 // [tiles, size, size, 3]
	points drawing // scratch
}

// tileKeys is the number of different tiles: a cell, nobody or the agent in one of four directions, and
// highlighted or not.
const tileKeys = (visibleBits + 1) * 5 * 2

// nobody is the direction of a tile without the agent.
const nobody Direction = -1

// NewTiles returns Tiles of size × size pixels, from 1 to 64. MiniGrid has 32 in its pictures, and 8
// in its observations.
func NewTiles(size int) (*Tiles, error) {
	if size < 1 || size > maxTile {
		return nil, fmt.Errorf("minigrid: tiles of %d pixels, want 1 … %d", size, maxTile)
	}
	const usual = 32 // tiles of an episode
	return &Tiles{
		size: size, index: make([]int32, tileKeys), pixels: make([]uint8, 0, usual*3*size*size), points: newDrawing(size),
	}, nil
}

// tile returns the pixels [size, size, 3] of a cell, with the agent if d is a direction.
func (t *Tiles) tile(c Cell, d Direction, highlight bool) []uint8 {
	key := int(c&visibleBits)*10 + int(d+1)*2
	if highlight {
		key++
	}
	length := 3 * t.size * t.size
	if t.index[key] == 0 {
		t.points.cell(c & visibleBits)
		if d != nobody {
			t.points.fill(pointer(d), Red.rgb())
		}
		if highlight {
			t.points.highlight()
		}
		from := len(t.pixels)
		for range length {
			t.pixels = append(t.pixels, 0)
		}
		t.points.pixels(t.pixels[from:])
		t.index[key] = int32(len(t.pixels) / length)
	}
	return t.pixels[(int(t.index[key])-1)*length:][:length]
}

// Grid writes the whole grid of w to dst [H·size, W·size, 3], with the agent. If highlight is true,
// squares that the agent sees are lighter.
func (t *Tiles) Grid(dst []uint8, w *World, highlight bool) { drawGrid(t, dst, w, highlight) }

// View writes what the agent of w sees to dst [ViewSize·size, ViewSize·size, 3]. The agent is below, in
// the middle, and looks up. Squares that it does not see are darker.
func (t *Tiles) View(dst []uint8, w *World) { drawView(t, dst, w) }

// drawGrid is Tiles.Grid, also for observations.
func drawGrid[T uint8 | float32](t *Tiles, dst []T, w *World, highlight bool) {
	var seen visibleMap
	if highlight {
		seen = w.seenSquares()
	}
	for y := range w.H {
		for x, c := range w.cells[w.index(0, y):][:w.W] {
			d := nobody
			if x == w.X && y == w.Y {
				d = w.Dir
			}
			putTile(t, dst, w.W, x, y, t.tile(c, d, seen.has(x, y)))
		}
	}
}

// drawView is Tiles.View, also for observations.
func drawView[T uint8 | float32](t *Tiles, dst []T, w *World) {
	size := w.ViewSize
	w.view(w.seen, size, &w.agent, w.seeThrough)
	for i := range size {
		for j := range size {
			d, c := nobody, w.seen[i*size+j]
			if i == size/2 && j == size-1 {
				d = Up
			}
			putTile(t, dst, size, i, j, t.tile(c, d, c != Unseen))
		}
	}
}

// putTile writes a tile at column x and row y of a picture that is width tiles wide.
func putTile[T uint8 | float32](t *Tiles, dst []T, width, x, y int, pixels []uint8) {
	length := 3 * t.size
	dst = dst[(y*t.size*width+x)*length:]
	for row := range t.size {
		line := dst[row*width*length:][:length]
		for k, v := range pixels[row*length:][:length] {
			line[k] = T(v)
		}
	}
}
