package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// partialMoves is the number of loads and stores of the first lanes in the current function. Their labels
// end with it.
var partialMoves int

// loadFirst reads the first n lanes from memory into the register v, and sets the other lanes to 0.
func (s instructions) loadFirst(from Mem, n reg.Register, v vec) {
	s.firstParts(n, func() { VMOVUPS(from, v) }, func() { VMOVSD(from, v) },
		func() { VINSERTPS(Imm(2<<4), from.Offset(8), v, v) }, func() { VMOVSS(from, v) }, func() { VXORPS(v, v, v) })
}

// storeFirst writes the first n lanes of v to memory.
func (s instructions) storeFirst(v vec, to Mem, n reg.Register) {
	s.firstParts(n, func() { VMOVUPS(v, to) }, func() { VMOVSD(v, to) },
		func() { VEXTRACTPS(Imm(2), v, to.Offset(8)) }, func() { VMOVSS(v, to) }, func() {})
}

// firstParts writes branches for the first n lanes of a vector, 0 ≤ n ≤ 4: whole moves 4 lanes,
// half moves lanes 0 and 1, third moves lane 2, and one moves lane 0. none is for no lane.
func (s instructions) firstParts(n reg.Register, whole, half, third, one, none func()) {
	partialMoves++
	label := func(name string) string { return fmt.Sprint(name, partialMoves) }
	TESTQ(U32(4), n)
	JNZ(LabelRef(label("whole")))
	TESTQ(U32(2), n)
	JZ(LabelRef(label("one")))
	half()
	TESTQ(U32(1), n)
	JZ(LabelRef(label("moved")))
	third()
	JMP(LabelRef(label("moved")))
	Label(label("one"))
	none()
	TESTQ(U32(1), n)
	JZ(LabelRef(label("moved")))
	one()
	JMP(LabelRef(label("moved")))
	Label(label("whole"))
	whole()
	Label(label("moved"))
}

// loadLanes returns a vector with the first n lanes read from memory, where n is 1, 2 or 4.
func (s instructions) loadLanes(from Mem, n int) vec {
	v := s.vector()
	switch n {
	case 1:
		VMOVSS(from, v)
	case 2:
		VMOVSD(from, v)
	default:
		VMOVUPS(from, v)
	}
	return v
}

// fmla adds the product of y and one lane of x to acc. amd64 has no such instruction.
func (s instructions) fmla(x vec, lane int, y, acc vec) {
	Instruction(&ir.Instruction{
		Opcode: "FMLA", Operands: []Op{Imm(uint64(lane)), x, y, acc}, Inputs: []Op{x, y, acc}, Outputs: []Op{acc},
	})
}

// addProducts adds the products of a block's rows of a with b to its sums. If the elements of a row
// of a are neighbours in memory, it reads four at once. Otherwise the rows of a must be neighbours,
// and it reads a column at once.
func (s instructions) addProducts(b block, sums [][]vec, a, ra, ca, ldb reg.Register, last mask) {
	bk, k := Load(Param("b"), GP64()), Load(Param("k"), GP64())
	step := func(x func(i int) (vec, int)) {
		var row []vec
		for j := range b.vectors {
			m := all
			if b.vectors == 1 && b.rows == 1 { // the last vector of a matrix row may have fewer lanes
				m = last
			}
			row = append(row, s.load(Mem{Base: bk, Disp: j * s.bytes()}, m))
		}
		ADDQ(ldb, bk)
		for i := range b.rows {
			v, lane := x(i)
			for j := range b.vectors {
				s.fmla(v, lane, row[j], sums[i][j])
			}
		}
	}
	CMPQ(ca, Imm(4))
	JNE(LabelRef("columns"))
	s.contiguousRows(b, a, ra, k, step)
	JMP(LabelRef("added"))
	Label("columns")
	ak := GP64()
	MOVQ(a, ak)
	Label("column")
	x := s.loadLanes(Mem{Base: ak}, b.rows)
	ADDQ(ca, ak)
	step(func(i int) (vec, int) { return x, i })
	DECQ(k)
	JNZ(LabelRef("column"))
	Label("added")
}

// contiguousRows writes the part of addProducts for rows of a whose elements are neighbours.
func (s instructions) contiguousRows(b block, a, ra, k reg.Register, step func(x func(i int) (vec, int))) {
	var rows []reg.Register
	for i := range b.rows {
		rows = append(rows, GP64())
		if i == 0 {
			MOVQ(a, rows[0])
		} else {
			LEAQ(Mem{Base: rows[i-1], Index: ra, Scale: 1}, rows[i])
		}
	}
	SUBQ(Imm(4), k)
	JLT(LabelRef("rest"))
	Label("four")
	var x []vec
	for _, row := range rows {
		x = append(x, s.load(Mem{Base: row}, all))
		ADDQ(Imm(16), row)
	}
	for lane := range 4 {
		step(func(i int) (vec, int) { return x[i], lane })
	}
	SUBQ(Imm(4), k)
	JGE(LabelRef("four"))
	Label("rest")
	ADDQ(Imm(4), k)
	JZ(LabelRef("added"))
	Label("one")
	x = nil
	for _, row := range rows {
		x = append(x, s.loadLanes(Mem{Base: row}, 1))
		ADDQ(Imm(4), row)
	}
	step(func(i int) (vec, int) { return x[i], 0 })
	DECQ(k)
	JNZ(LabelRef("one"))
}

// addInputs adds the products of the next n inputs and their rows of w to the sums of a panel of
// denseRow. at(j) is the address of vector j of the row of w.
func (r *row) addInputs(n int, xk, wk reg.Register, at func(j int) Mem, vectors int) {
	x := r.loadLanes(Mem{Base: xk}, n)
	ADDQ(Imm(uint64(4*n)), xk)
	for lane := range n {
		const group = 4 // number of vectors that are loaded together
		for j := 0; j < vectors; j += group {
			var w []vec
			for i := j; i < min(j+group, vectors); i++ {
				w = append(w, r.load(at(i), all))
			}
			for i, v := range w {
				r.fmla(x, lane, v, r.sums[0][j+i])
			}
		}
		ADDQ(r.ldw, wk)
	}
}

// addPairs adds the products of pairs of vectors of x and w to the sums of a group of narrow, up to
// the address end of x.
func (f *narrow) addPairs(sums [][2]vec, end reg.Register, label string) {
	Label(label)
	pair := func(p reg.Register) [2]vec {
		v := [2]vec{f.load(Mem{Base: p}, all), f.load(Mem{Base: p, Disp: f.bytes()}, all)}
		ADDQ(I32(2*f.bytes()), p)
		return v
	}
	x := pair(f.x)
	for i, sum := range sums {
		w := pair(f.rows[i])
		for half := range sum {
			VFMADD231PS(w[half], x[half], sum[half])
		}
	}
	CMPQ(f.x, end)
	JLT(LabelRef(label))
}

// addTerms adds the products of k terms of a block's rows of a with the rows of b in panels to the sums. See
// addProducts.
func (p *panelRow) addTerms(b block, sums [][]vec, a, ra, ca, k reg.Register) {
	step := func(x func(i int) (vec, int)) {
		var row []vec
		for j := range b.vectors {
			row = append(row, p.load(p.at(j), all))
		}
		p.next()
		for i := range b.rows {
			v, lane := x(i)
			for j := range b.vectors {
				p.fmla(v, lane, row[j], sums[i][j])
			}
		}
	}
	CMPQ(ca, Imm(4))
	JNE(LabelRef("columns"))
	p.contiguousRows(b, a, ra, k, step)
	JMP(LabelRef("added"))
	Label("columns")
	ak := GP64()
	MOVQ(a, ak)
	Label("column")
	var x []vec
	at := ak
	for i := range b.rows {
		if i == 1 {
			at = GP64()
			MOVQ(ak, at)
		}
		if i > 0 {
			ADDQ(ra, at)
		}
		x = append(x, p.loadLanes(Mem{Base: at}, 1))
	}
	ADDQ(ca, ak)
	step(func(i int) (vec, int) { return x[i], 0 })
	DECQ(k)
	JNZ(LabelRef("column"))
	Label("added")
}
