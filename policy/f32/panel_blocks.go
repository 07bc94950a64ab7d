//go:build amd64 || arm64

package f32

// A panelFunc computes several blocks of a panelProduct, each below the block before, and an indexedFunc
// several blocks of an indexedProduct. Distances are in bytes. The functions panelProduct and
// indexedProduct in tools/kernels document the arguments.
type (
	panelFunc   func(blocks, k int, a *float32, ra, ca int, b *float32, ldb, ldp int, c *float32, ldc int, bias *float32, tail int, floor float32)
	indexedFunc func(blocks, k int, at, terms *int32, a, b *float32, ldb, ldp int, c, bias *float32, tail int, floor float32)
)

// panelBlocks computes products with matrices in panels, with the blocks of one instruction set.
type panelBlocks struct {
	lanes       int    // number of floats in a vector
	highest     int    // height of the highest blocks; there are blocks of all heights up to it
	widest      [9]int // width of the widest blocks, by their height [vectors]
	widestTable int    // width of the widest blocks of an indexedProduct [vectors]
	depth       int    // size of the part of b that is used for all rows of c, before the next part [bytes]
	panel       [9][9]panelFunc
	indexed     [9][5]indexedFunc
}

// heights divides m rows into n blocks of the given height, and after them rest blocks of height-1 rows.
// So there are no blocks of few rows, which are slow.
func (s *panelBlocks) heights(m int) (height, n, rest int) {
	if m <= s.highest {
		return m, 1, 0
	}
	blocks := (m + s.highest - 1) / s.highest
	height = (m + blocks - 1) / blocks
	rest = blocks*height - m
	return height, blocks - rest, rest
}

// width returns the number of vectors of the next blocks. left is the number of vectors in each row of c
// that are not computed yet, and most is the largest width.
func (s *panelBlocks) width(left, most int) int {
	switch w := min(left, most); {
	case left == most+1 && most == 3:
		return 2 // two blocks of the same width are faster than a wide block and a block of width 1
	case w > 4 && w < 8:
		return 4
	case w == 3 && s.lanes == 8:
		return 2
	default:
		return w
	}
}

// terms returns how many of k terms are used for all rows of c, before the next terms. vectors is the
// width of the blocks.
func (s *panelBlocks) terms(k, vectors int) int {
	if 4*k*s.lanes*vectors <= s.depth {
		return k
	}
	most := max(64, s.depth/(4*s.lanes*vectors))
	parts := (k + most - 1) / most
	return (k + parts - 1) / parts
}

// A panelPart is a part of a product: the columns of a few vectors, and some of the terms.
type panelPart struct {
	j, k, depth   int
	vectors, tail int // tail is the number of columns in the last vector
	b, bias       *float32
	floor         float32
}

// part returns the part of a product that begins with column j and term k. b begins with term k of column
// j.
func (s *panelBlocks) part(j, k, depth, vectors, n, terms int, b, bias []float32, floor float32) panelPart {
	p := panelPart{j: j, k: k, depth: depth, vectors: vectors, tail: min(s.lanes, n-j-(vectors-1)*s.lanes), b: &b[0], floor: noFloor}
	if k == 0 && bias != nil {
		p.bias = &bias[j]
	}
	if k+depth == terms {
		p.floor = floor
	}
	return p
}

func (s *panelBlocks) multiply(p panelProduct) {
	height, n, rest := s.heights(p.m)
	for j := 0; j < p.n; {
		vectors := s.width((p.n-j+s.lanes-1)/s.lanes, s.widest[height])
		depth := p.k
		if height > 1 { // one row uses b only once
			depth = s.terms(p.k, vectors)
		}
		for k := 0; k < p.k; k += depth {
			depth := min(depth, p.k-k)
			part := s.part(j, k, depth, vectors, p.n, p.k, p.b[k*p.ldb+j/panelColumns*p.ldp+j%panelColumns:], p.bias, p.floor)
			s.panels(&p, &part, height, 0, n)
			s.panels(&p, &part, height-1, n*height, rest)
		}
		j += vectors * s.lanes
	}
}

// panels computes n blocks of the given height, from the given row of c.
func (s *panelBlocks) panels(p *panelProduct, part *panelPart, height, row, n int) {
	if n > 0 {
		s.panel[height][part.vectors](n, part.depth, &p.a[row*p.ra+part.k*p.ca], 4*p.ra, 4*p.ca, part.b, 4*p.ldb, 4*p.ldp,
			&p.c[row*p.ldc+part.j], 4*p.ldc, part.bias, part.tail, part.floor)
	}
}

func (s *panelBlocks) multiplyIndexed(p indexedProduct) {
	height, n, rest := s.heights(p.m)
	for j := 0; j < p.n; {
		vectors := s.width((p.n-j+s.lanes-1)/s.lanes, min(s.widest[height], s.widestTable))
		depth := s.terms(p.k, vectors)
		for k := 0; k < p.k; k += depth {
			depth := min(depth, p.k-k)
			part := s.part(j, k, depth, vectors, p.n, p.k, p.b[k*p.ldb+j/panelColumns*p.ldp+j%panelColumns:], p.bias, p.floor)
			s.rows(&p, &part, height, 0, n)
			s.rows(&p, &part, height-1, n*height, rest)
		}
		j += vectors * s.lanes
	}
}

// rows computes n blocks of the given height, from the given row of the table.
func (s *panelBlocks) rows(p *indexedProduct, part *panelPart, height, row, n int) {
	if n > 0 {
		s.indexed[height][part.vectors](n, part.depth, &p.at[2*row], &p.terms[part.k], &p.a[0], part.b, 4*p.ldb, 4*p.ldp,
			&p.c[part.j], part.bias, part.tail, part.floor)
	}
}
