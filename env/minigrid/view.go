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
	corner := g.index(a.X, a.Y) + (size-1)*ahead - size/2*right
	var light [maxView]uint32 // [size] of each row, the columns that let light through
	for i := range size {
		at := corner + i*right
		column := dst[i*size:][:size]
		for j := range light[:size] {
			c := g.cells[at] & visibleBits
			at -= ahead
			column[j] = c
			light[j] |= lightBit[c] << (i & 31)
		}
	}
	if !seeThrough {
		hide(dst, light[:size])
	}
	own := &dst[size/2*size+size-1]
	*own = Empty
	if a.Carrying != 0 {
		*own = a.Carrying & visibleBits
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

// hide changes the cells of a view that the agent does not see to Unseen. The argument light has
// for each row the columns that let light through.
//
// In each row, from the agent's own to the farthest, light spreads from the squares that are
// visible so far: first to the right, then to the left. Every square that it reaches and that lets
// it through lights its neighbour in this direction, and the squares ahead of both. As in MiniGrid, light that
// spreads to the right does not pass the last column, and to the left not the first one.
func hide(dst []Cell, light []uint32) {
	size := len(light)
	all := uint32(1)<<size - 1
	visible := uint32(1) << (size / 2) // columns of the row that are lit from the row before
	for j := size - 1; j >= 0; j-- {
		if visible == 0 {
			for i := range size {
				clear(dst[i*size:][:j+1])
			}
			return
		}
		toRight := spread(visible, light[j]&(all>>1))
		visible |= toRight
		toLeft := spreadDown(visible, light[j]&^1, size)
		visible |= toLeft
		for at := j; at < len(dst); at += size {
			dst[at] &= -Cell(visible & 1)
			visible >>= 1
		}
		visible = toRight | toLeft
	}
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
