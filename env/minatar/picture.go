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

// lastRow returns the cells of the columns from … to-1 of the last row.
func lastRow(from, to int) plane {
	if from >= to {
		return plane{}
	}
	return plane{1: (1<<(to&15) - 1<<(from&15)) << (cells - side - 64)}
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

// A picture is the cells of an observation that are 1. It writes them to a row of floats while they change. A
// thing that never shares its cell of a plane with another one has a number. Others are in a crowd, which
// changes as a whole. A plane with many cells of which few change at a time is a sheet.
type picture struct {
	row     []float32 // [10, 10, C] where changes are written
	changed []int32   // indices of row that were written
	planes  int32     // C, the number of planes of the observation
	first   int32     // plane of sheet 0
	count   int       // S, the number of sheets
	crowds  [maxCrowds]crowd
	things  [maxThings]int32 // index of each thing, or absent
	sheets  [maxSheets]sheet // planes first, first+1, …
}

// A sheet is the cells of a plane, and those that were written last.
type sheet struct{ now, shown plane }

// A crowd is the indices of its cells, which may repeat.
type crowd []int32

// Limits of a picture.
const (
	maxThings = 17 // Freeway: the chicken, and eight cars with their trails
	maxCrowds = 2  // Seaquest
	maxSheets = 5  // Space Invaders
)

// absent is the index of a thing that is not in the field.
const absent = -1

// newPicture returns the picture of a game, without things.
func newPicture(t title) picture {
	const usual = 64 // changes of a step, and cells of a crowd
	p := picture{
		planes: int32(len(t.planes)), first: int32(t.sheets[0]), count: t.sheets[1] - t.sheets[0],
		changed: make([]int32, 0, 4*usual), crowds: [maxCrowds]crowd{make(crowd, 0, usual), make(crowd, 0, usual)},
	}
	for i := range p.things {
		p.things[i] = absent
	}
	return p
}

// index returns the index of row y and column x of plane c in the observation.
func (p *picture) index(c, y, x int) int32 { return int32(cell(y, x))*p.planes + int32(c) }

// set writes v to row and notes the change.
func (p *picture) set(k int32, v float32) {
	p.row[k] = v
	p.changed = append(p.changed, k)
}

// move moves thing i to row y and column x of plane c.
func (p *picture) move(i, c, y, x int) {
	k, old := p.index(c, y, x), p.things[i]
	p.things[i] = k
	if old == absent {
		p.set(k, 1)
		return
	}
	p.row[old] = 0
	p.row[k] = 1
	p.changed = append(p.changed, old, k)
}

// hide takes thing i away.
func (p *picture) hide(i int) {
	if k := p.things[i]; k != absent {
		p.set(k, 0)
		p.things[i] = absent
	}
}

// disperse takes all cells of crowd i away.
func (p *picture) disperse(i int) {
	for _, k := range p.crowds[i] {
		p.set(k, 0)
	}
	p.crowds[i] = p.crowds[i][:0]
}

// join adds row y and column x of plane c to crowd i.
func (p *picture) join(i, c, y, x int) {
	k := p.index(c, y, x)
	p.crowds[i] = append(p.crowds[i], k)
	p.set(k, 1)
}

// begin makes row the row where changes are written.
func (p *picture) begin(row []float32) { p.row, p.changed = row, p.changed[:0] }

// end writes the changes of the sheets, and returns the indices of all that was written since begin.
func (p *picture) end() (changed []int32) {
	for s := range p.sheets[:p.count] {
		sheet := &p.sheets[s]
		for w, word := range sheet.now {
			for diff := word ^ sheet.shown[w]; diff != 0; diff &= diff - 1 {
				bit := bits.TrailingZeros64(diff)
				p.set(p.sheetIndex(s, w, bit), float32(word>>bit&1))
			}
		}
		sheet.shown = sheet.now
	}
	p.row = nil
	return p.changed
}

// fill writes the observation to obs [10, 10, C].
func (p *picture) fill(obs []float32) {
	clear(obs)
	for _, k := range p.things {
		if k != absent {
			obs[k] = 1
		}
	}
	for _, c := range p.crowds {
		for _, k := range c {
			obs[k] = 1
		}
	}
	for s := range p.sheets[:p.count] {
		for w, word := range p.sheets[s].now {
			for ; word != 0; word &= word - 1 {
				obs[p.sheetIndex(s, w, bits.TrailingZeros64(word))] = 1
			}
		}
	}
}

// sheetIndex returns the index of a bit of word w of sheet s in the observation.
func (p *picture) sheetIndex(s, w, bit int) int32 {
	return int32(64*w+bit)*p.planes + p.first + int32(s)
}
