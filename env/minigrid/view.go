package minigrid

// maxView is the largest size of a view: its rows are bits of a uint32.
const maxView = 31

// view writes the size·size cells that an agent at (x, y) sees to dst, where size is odd and
// at most one more than the width of the grid's frame. Element i·size + j is column i from the
// agent's left to its right, and row j from the farthest to the agent's own, in whose middle the
// agent stands. Squares that the agent does not see are Unseen. The agent's own square shows
// what it carries, or Empty. If seeThrough is true, walls do not hide anything.
func (g *grid) view(dst []Cell, size int, a *agent, seeThrough bool) {
	ahead, right := g.step(a.Dir), g.step(a.Dir+1)
	left := g.index(a.X, a.Y) - size/2*right // leftmost square of the agent's own row
	if seeThrough {
		g.copySquares(dst, size, left+(size-1)*ahead, ahead, right)
	} else {
		g.castLight(dst, size, left, ahead, right)
	}
	own := &dst[size/2*size+size-1]
	*own = Empty
	if a.Carrying != 0 {
		*own = a.Carrying & visibleBits
	}
}

// copySquares writes a view in which nothing is hidden. The argument corner is the index of the leftmost square of the
// farthest row, and ahead and right are the steps to the next row and the next column.
func (g *grid) copySquares(dst []Cell, size, corner, ahead, right int) {
	for ; len(dst) >= size; dst = dst[size:] {
		at := corner
		for j := range dst[:size] {
			dst[j] = g.cells[at] & visibleBits
			at -= ahead
		}
		corner += right
	}
}

// castLight writes a view, row by row from the agent's own to the farthest. The argument left is the index of the
// leftmost square of the agent's row, and ahead and right are the steps to the next row and the next column.
func (g *grid) castLight(dst []Cell, size, left, ahead, right int) {
	lit := uint32(1) << (size / 2) // columns of the row that are lit from the row before
	var cells [maxView]Cell
	row := cells[:size]
	for j := size - 1; j >= 0; j-- {
		if lit == 0 {
			clearRows(dst, size, j+1)
			return
		}
		clear, at := uint32(0), left // columns that let light through
		for i := range row {
			c := g.cells[at] & visibleBits
			row[i] = c
			clear |= lightBit[c] << (i & 31)
			at += right
		}
		var seen uint32
		seen, lit = spreadLight(lit, clear, size)
		for i, at := 0, j; i < len(row) && at < len(dst); i, at = i+1, at+size {
			dst[at] = row[i] & -Cell(seen&1)
			seen >>= 1
		}
		left += ahead
	}
}

// clearRows changes the first n rows of a view to Unseen.
func clearRows(dst []Cell, size, n int) {
	for ; len(dst) >= size; dst = dst[size:] {
		clear(dst[:n])
	}
}

// lightBit has 1 for each cell that lets light through, and 0 for the others.
var lightBit = func() (bit [visibleBits + 1]uint32) {
	for c := range bit {
		if !Cell(c).blocksLight() {
			bit[c] = 1
		}
	}
	return bit
}()

// spreadLight spreads light in a row of a view. Its arguments are the columns lit from the row before, and
// the columns that let light through. It returns the columns that the agent sees, and the columns that
// are lit in the next row.
//
// Light spreads first to the right, then to the left. Every square that it reaches and that lets it
// through lights its neighbour in this direction, and the squares ahead of both. As in MiniGrid, light that
// spreads to the right does not pass the last column, and to the left not the first one.
func spreadLight(lit, clear uint32, size int) (seen, next uint32) {
	toRight := spread(lit, clear&(1<<(size-1)-1))
	lit |= toRight
	toLeft := spreadDown(lit, clear&^1, size)
	return lit | toLeft, toRight | toLeft
}

// spread returns the bits of lit that are in clear, all bits of clear above them without a gap, and
// the next bit above. A carry runs through a row of ones without a gap.
func spread(lit, clear uint32) uint32 {
	lit &= clear
	return clear ^ (clear + lit) | lit
}

// spreadDown is spread to the bits below, in a row of the given size.
func spreadDown(lit, clear uint32, size int) uint32 {
	lit &= clear
	for shift := 1; shift < size; shift *= 2 {
		lit |= lit >> shift & clear
		clear &= clear >> shift
	}
	return lit | lit>>1
}
