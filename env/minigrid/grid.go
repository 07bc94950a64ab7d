package minigrid

// A Direction is where the agent looks.
type Direction int

// The directions, numbered as in MiniGrid: x grows to the right and y downwards.
const (
	Right Direction = iota
	Down
	Left
	Up
)

// A grid is W columns and H rows of cells in a frame of walls, so that the agent's view never
// leaves the slice.
type grid struct {
	W, H   int
	frame  int    // width of the frame of walls
	stride int    // cells from one row to the next
	cells  []Cell // [H + 2·frame, stride] rows from the top to the bottom
}

// newGrid returns an empty grid for views of the given size.
func newGrid(w, h, view int) grid {
	g := grid{W: w, H: h, frame: view - 1, stride: w + 2*(view-1)}
	g.cells = make([]Cell, g.stride*(h+2*g.frame))
	for i := range g.cells {
		g.cells[i] = greyWall
	}
	g.fill(0, 0, w, h, Empty)
	return g
}

// index returns the index of square (x, y) in the slice cells. (0, 0) is the top left square.
func (g *grid) index(x, y int) int { return (y+g.frame)*g.stride + g.frame + x }

// At returns the cell at (x, y), which may be outside the grid by the width of the frame.
func (g *grid) At(x, y int) Cell { return g.cells[g.index(x, y)] }

// set changes the cell at (x, y).
func (g *grid) set(x, y int, c Cell) { g.cells[g.index(x, y)] = c }

// fill changes the cells of a rectangle of w columns and h rows whose top left square is (x, y).
func (g *grid) fill(x, y, w, h int, c Cell) {
	for ; h > 0; h, y = h-1, y+1 {
		row := g.cells[g.index(x, y):][:w]
		for i := range row {
			row[i] = c
		}
	}
}

// room draws the walls of a rectangle of w columns and h rows whose top left square is (x, y).
func (g *grid) room(x, y, w, h int) {
	g.fill(x, y, w, 1, greyWall)
	g.fill(x, y+h-1, w, 1, greyWall)
	g.fill(x, y, 1, h, greyWall)
	g.fill(x+w-1, y, 1, h, greyWall)
}

// clear makes every square empty, with walls along the edge.
func (g *grid) clear() {
	g.fill(0, 0, g.W, g.H, Empty)
	g.room(0, 0, g.W, g.H)
}

// step returns the distance in the slice cells from a square to its neighbour in a direction.
func (g *grid) step(d Direction) int {
	switch d & 3 {
	case Right:
		return 1
	case Down:
		return g.stride
	case Left:
		return -1
	}
	return -g.stride
}

// moved returns the neighbour of (x, y) in a direction.
func (d Direction) moved(x, y int) (int, int) {
	switch d & 3 {
	case Right:
		return x + 1, y
	case Down:
		return x, y + 1
	case Left:
		return x - 1, y
	}
	return x, y - 1
}
