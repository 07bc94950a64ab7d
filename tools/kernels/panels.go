package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The products in this file read the matrix b in panels of 16 columns: see policy/f32/panels.go. Row k
// of panel j begins at b + k ldb + j ldp, in bytes. A matrix that is not packed has panels too: ldp is
// 64 then. Each sum has one chain, so a row of c has the same bits for every height of the block.

// perPanel returns the number of vectors in a row of a panel.
func (s instructions) perPanel() int { return 16 / s.lanes }

// panelProducts writes the products with matrices in panels. There are blocks of all heights up to the
// highest, so the rows of a matrix can be divided into blocks of nearly the same height.
func (s instructions) panelProducts() {
	highest := map[int]int{4: 4, 8: 6, 16: 8}[s.lanes]
	for rows := 1; rows <= highest; rows++ {
		for _, vectors := range s.panelWidths(rows) {
			b := block{rows, vectors, 1}
			s.panelProduct(b)
			if vectors <= 4 && (vectors < 4 || !s.isAVX2()) {
				s.indexedProduct(b)
			}
		}
	}
	if !s.is512() { // a panel of AVX-512 is one vector wide: pack1
		s.packPanel()
	}
}

// isAVX2 reports whether s is AVX2.
func (s instructions) isAVX2() bool { return s.lanes == 8 }

// panelWidths returns the numbers of vectors of blocks with the given number of rows.
func (s instructions) panelWidths(rows int) []int {
	switch {
	case s.isNEON():
		return []int{1, 2, 3, 4}
	case s.isAVX2() && rows == 1:
		return []int{1, 2, 4, 8}
	case s.isAVX2():
		return []int{1, 2}
	case rows == 1:
		return []int{1, 2, 3, 4, 8}
	case rows <= 4:
		return []int{1, 2, 3, 4}
	}
	return []int{1, 2, 3}
}

// A panelRow has the registers with the address of a row of b in panels.
type panelRow struct {
	instructions
	b, b4           reg.GPVirtual // addresses of the row in panel 0, and in panel 4
	ldb, ldp, ldp3  reg.GPVirtual // distance between rows, between panels, and three times the latter
	panels, vectors int
}

// panelRow loads the distances of a block's rows and panels.
func (s instructions) panelRow(b block) *panelRow {
	p := &panelRow{instructions: s, panels: (b.vectors + s.perPanel() - 1) / s.perPanel(), vectors: b.vectors, ldb: GP64()}
	Load(Param("ldb"), p.ldb)
	if p.panels > 1 {
		p.ldp = GP64()
		Load(Param("ldp"), p.ldp)
	}
	if p.panels > 3 {
		p.ldp3 = GP64()
		LEAQ(Mem{Base: p.ldp, Index: p.ldp, Scale: 2}, p.ldp3)
	}
	return p
}

// begin sets the address to the first row of b.
func (p *panelRow) begin() {
	p.b = GP64()
	Load(Param("b"), p.b)
	if p.panels > 4 {
		p.b4 = GP64()
		LEAQ(Mem{Base: p.b, Index: p.ldp, Scale: 4}, p.b4)
	}
}

// at returns the address of vector j of the row.
func (p *panelRow) at(j int) Mem {
	panel, part := j/p.perPanel(), j%p.perPanel()
	m := Mem{Base: p.b}
	if panel > 0 {
		m = rowAddress(panel, p.b, p.b4, p.ldp, p.ldp3)
	}
	m.Disp = part * p.bytes()
	return m
}

// next sets the address to the next row of b.
func (p *panelRow) next() {
	ADDQ(p.ldb, p.b)
	if p.b4 != nil {
		ADDQ(p.ldb, p.b4)
	}
}

// addTerm adds the products of a term of a block's rows with the row of b to the sums, and goes to the
// next row of b. row(i) is the address of the term of row i.
func (p *panelRow) addTerm(b block, sums [][]vec, row func(i int) Mem, last mask) {
	var v []Op
	for j := range b.vectors {
		switch {
		case p.is512() && j == b.vectors-1:
			v = append(v, p.load(p.at(j), last)) // elements of a matrix that is not packed need not exist here
		case b.rows == 1 && !p.isNEON():
			v = append(v, p.at(j)) // an operand in memory, because it is used only once
		default:
			v = append(v, p.load(p.at(j), all))
		}
	}
	for i := range b.rows {
		switch {
		case p.is512() && b.vectors == 1: // the element of a is used only once
			VFMADD231PS_BCST(row(i), v[0], sums[i][0])
		case p.isNEON():
			x := p.loadLanes(row(i), 1)
			for j := range b.vectors {
				p.fmla(x, 0, v[j].(vec), sums[i][j])
			}
		default:
			x := p.vector()
			VBROADCASTSS(row(i), x)
			for j := range b.vectors {
				VFMADD231PS(v[j], x, sums[i][j])
			}
		}
	}
	p.next()
}

// panelProduct writes a function like product, with b in panels.
func (s instructions) panelProduct(b block) {
	s.function(fmt.Sprintf("panel%dx%d", b.rows, b.vectors), "func(blocks, k int, a *float32, ra, ca int, b *float32, ldb, ldp int, c *float32, ldc int, bias *float32, tail int, floor float32)")
	a, ra, ca := Load(Param("a"), GP64()), Load(Param("ra"), GP64()), Load(Param("ca"), GP64())
	blocks, c, ldc := Load(Param("blocks"), GP64()), Load(Param("c"), GP64()), Load(Param("ldc"), GP64())
	p := s.panelRow(b)
	last := s.firstLanes(Load(Param("tail"), GP64()))
	sums := s.sums(b)
	var ra3 reg.GPVirtual
	if b.rows > 3 && !s.isNEON() {
		ra3 = GP64()
		LEAQ(Mem{Base: ra, Index: ra, Scale: 2}, ra3)
	}
	Label("blocks")
	s.initSums(b, sums, c, ldc, last)
	ak, k := GP64(), Load(Param("k"), GP64())
	if !s.isNEON() {
		MOVQ(a, ak)
	}
	var ak4 reg.GPVirtual
	if b.rows > 4 {
		ak4 = GP64()
		LEAQ(Mem{Base: a, Index: ra, Scale: 4}, ak4)
	}
	p.begin()
	if s.isNEON() {
		p.addTerms(b, sums[0], a, ra, ca, k)
	} else {
		Label("k")
		p.addTerm(b, sums[0], func(i int) Mem { return rowAddress(i, ak, ak4, ra, ra3) }, last)
		ADDQ(ca, ak)
		if b.rows > 4 {
			ADDQ(ca, ak4)
		}
		DECQ(k)
		JNZ(LabelRef("k"))
	}
	s.storeSums(b, sums[0], c, ldc, last)
	for range b.rows {
		ADDQ(ra, a)
	}
	DECQ(blocks)
	JNZ(LabelRef("blocks"))
	s.finish()
}

// packPanel writes a function that copies n ≤ 16 columns of src to a panel, and sets the other columns
// to 0. src has k rows, ld apart.
func (s instructions) packPanel() {
	s.function("packPanel", "func(dst, src *float32, k, ld, n int)")
	dst, src, k, ld := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("k"), GP64()), Load(Param("ld"), GP64())
	n := Load(Param("n"), GP64())
	rows := func(label string, masks []mask) {
		Label(label)
		for j, m := range masks {
			VMOVUPS(s.load(Mem{Base: src, Disp: j * s.bytes()}, m), Mem{Base: dst, Disp: j * s.bytes()})
		}
		ADDQ(ld, src)
		ADDQ(Imm(64), dst)
		DECQ(k)
		JNZ(LabelRef(label))
	}
	CMPQ(n, Imm(16))
	JNE(LabelRef("some"))
	rows("k", make([]mask, s.perPanel()))
	JMP(LabelRef("done"))
	Label("some")
	var masks []mask
	for range s.perPanel() {
		first, rest := GP64(), GP64()
		s.splitLanes(n, first, rest)
		masks, n = append(masks, s.firstLanes(first)), rest
	}
	rows("masked", masks)
	Label("done")
	s.finish()
}
