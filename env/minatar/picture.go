package minatar

import "math/bits"

// The field is side×side cells. A cell is the number side·row + column.
const (
	side  = 10
	cells = side * side
)

// cell returns the number of the cell in row y and column x.
func cell[T ~int | ~int8](y, x T) int { return side*int(y) + int(x) }

// inside reports whether x is a column of the field.
func inside[T ~int | ~int8](x T) bool { return 0 <= x && x < side }

// A plane is a set of cells: bit i is cell i.
type plane [2]uint64

// high is the bits of the second word that are cells.
const high = 1<<(cells-64) - 1

// has reports whether cell i is in p. It returns false for cells beyond the last row.
func (p *plane) has(i int) bool { return p[i>>6&1]>>(i&63)&1 != 0 }

// add adds cell i.
func (p *plane) add(i int) { p[i>>6&1] |= 1 << (i & 63) }

// remove removes cell i.
func (p *plane) remove(i int) { p[i>>6&1] &^= 1 << (i & 63) }

// put adds or removes cell i.
func (p *plane) put(i int, in bool) {
	if p.remove(i); in {
		p.add(i)
	}
}

// addRow adds cell (y, x) of the columns from … to-1 of row y.
func (p *plane) addRow(y, from, to int) {
	for x := from; x < to; x++ {
		p.add(cell(y, x))
	}
}

// empty reports whether p has no cell.
func (p *plane) empty() bool { return p[0]|p[1] == 0 }

// count returns the number of cells.
func (p *plane) count() int { return bits.OnesCount64(p[0]) + bits.OnesCount64(p[1]) }

// and returns the cells that are in both planes.
func (p plane) and(q plane) plane { return plane{p[0] & q[0], p[1] & q[1]} }

// without returns the cells of p that are not in q.
func (p plane) without(q plane) plane { return plane{p[0] &^ q[0], p[1] &^ q[1]} }

// later returns the cells n numbers later: n = 1 is a column to the right, n = side a row down. Cells
// beyond the last are dropped.
func (p plane) later(n int) plane { return plane{p[0] << n, (p[1]<<n | p[0]>>(64-n)) & high} }

// earlier returns the cells n numbers earlier. Cells before the first are dropped.
func (p plane) earlier(n int) plane { return plane{p[0]>>n | p[1]<<(64-n), p[1] >> n} }

// column returns the cells of column x.
func column(x int) plane {
	const first = 1 | 1<<10 | 1<<20 | 1<<30 | 1<<40 | 1<<50 | 1<<60
	return plane{first, 1<<6 | 1<<16 | 1<<26}.later(x)
}

// maxPlanes is the largest number of planes of a game: those of Seaquest.
const maxPlanes = 10

// A picture is the planes of an observation.
type picture [maxPlanes]plane

// write writes the first n planes to obs [10, 10, n].
func (p *picture) write(obs []float32, n int) {
	clear(obs)
	for c := range n {
		for w, word := range p[c] {
			for ; word != 0; word &= word - 1 {
				obs[(64*w+bits.TrailingZeros64(word))*n+c] = 1
			}
		}
	}
}

// update writes the differences between the first n planes of p and of before to obs [10, 10, n], which
// has before. It appends the indices of the changed numbers to changed.
func (p *picture) update(before *picture, obs []float32, n int, changed []int32) []int32 {
	for c := range n {
		for w, word := range p[c] {
			for diff := word ^ before[c][w]; diff != 0; diff &= diff - 1 {
				bit := bits.TrailingZeros64(diff)
				k := (64*w+bit)*n + c
				obs[k] = float32(word >> bit & 1)
				changed = append(changed, int32(k))
			}
		}
	}
	return changed
}
