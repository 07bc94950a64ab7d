package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// indexedProduct writes a function that sets, for each of blocks·rows rows i,
//
//	c[at[2i+1] + j] = max(bias[j] + Σ a[at[2i] + terms[k]] b[k, j], floor)
//
// for the columns j of a panel product. If bias is nil, it adds the sum to c instead, and then applies the
// floor. The tables at and terms have distances in bytes.
func (s instructions) indexedProduct(b block) {
	s.function(fmt.Sprintf("indexed%dx%d", b.rows, b.vectors), "func(blocks, k int, at, terms *int32, a, b *float32, ldb, ldp int, c, bias *float32, tail int, floor float32)")
	at := Load(Param("at"), GP64())
	p := s.panelRow(b)
	last := s.firstLanes(Load(Param("tail"), GP64()))
	sums := s.sums(b)[0]
	output := func(i int) reg.Register { return tableAddress("c", at, 8*i+4) }
	Label("blocks")
	s.initIndexedSums(b, sums, last, output)
	var rows []reg.Register
	for i := range b.rows {
		rows = append(rows, tableAddress("a", at, 8*i))
	}
	terms, k := Load(Param("terms"), GP64()), Load(Param("k"), GP64())
	p.begin()
	s.eachTerm(b, k, func(i int) {
		term := GP64()
		MOVLQSX(Mem{Base: terms, Disp: 4 * i}, term)
		p.addTerm(b, sums, func(i int) Mem { return Mem{Base: rows[i], Index: term, Scale: 1} }, last)
	}, func(n int) { ADDQ(Imm(uint64(4*n)), terms) })
	s.storeIndexedSums(b, sums, last, output)
	ADDQ(Imm(uint64(8*b.rows)), at)
	if s.isNEON() {
		blocks := Load(Param("blocks"), GP64())
		DECQ(blocks)
		Store(blocks, Param("blocks"))
		TESTQ(blocks, blocks)
	} else {
		blocks, err := Param("blocks").Resolve()
		if err != nil {
			panic(err)
		}
		DECQ(blocks.Addr) // in memory, because all registers have other values
	}
	JNZ(LabelRef("blocks"))
	s.finish()
}

// tableAddress returns the parameter base plus the entry of the table at the given displacement.
func tableAddress(base string, table reg.Register, disp int) reg.Register {
	p, from := GP64(), GP64()
	MOVLQSX(Mem{Base: table, Disp: disp}, p)
	Load(Param(base), from)
	ADDQ(from, p)
	return p
}

// initIndexedSums sets the sums to bias, or to c if bias is nil. output returns the address of a row of c.
func (s instructions) initIndexedSums(b block, sums [][]vec, last mask, output func(i int) reg.Register) {
	bias := Load(Param("bias"), GP64())
	TESTQ(bias, bias)
	JZ(LabelRef("accumulate"))
	for j := range b.vectors {
		s.loadInto(Mem{Base: bias, Disp: j * s.bytes()}, s.maskOf(b, j, last), sums[0][j])
		for i := 1; i < b.rows; i++ {
			VMOVAPS(sums[0][j], sums[i][j])
		}
	}
	JMP(LabelRef("begun"))
	Label("accumulate")
	for i := range b.rows {
		c := output(i)
		for j := range b.vectors {
			s.loadInto(Mem{Base: c, Disp: j * s.bytes()}, s.maskOf(b, j, last), sums[i][j])
		}
	}
	Label("begun")
}

// eachTerm writes a loop that calls step for k terms, and advance after some terms. Blocks of one vector
// of AVX-512 take four terms in each pass: loads limit their speed, and there are too few products to
// hide the other instructions.
func (s instructions) eachTerm(b block, k reg.Register, step, advance func(n int)) {
	pass := 1
	if s.is512() && b.vectors == 1 {
		pass = 4
		SUBQ(Imm(uint64(pass)), k)
		JLT(LabelRef("rest"))
		Label("four")
		for i := range pass {
			step(i)
		}
		advance(pass)
		SUBQ(Imm(uint64(pass)), k)
		JGE(LabelRef("four"))
		Label("rest")
		ADDQ(Imm(uint64(pass)), k)
		JZ(LabelRef("summed"))
	}
	Label("k")
	step(0)
	advance(1)
	DECQ(k)
	JNZ(LabelRef("k"))
	if pass > 1 {
		Label("summed")
	}
}

// storeIndexedSums applies the floor to the sums, and stores them in c. See storeSums.
func (s instructions) storeIndexedSums(b block, sums [][]vec, last mask, output func(i int) reg.Register) {
	floor := s.scalar("floor")
	for _, row := range sums {
		for _, v := range row {
			VMAXPS(v, floor, v)
		}
	}
	rows := func(m mask) {
		for i := range b.rows {
			c := output(i)
			for j := range b.vectors {
				s.store(sums[i][j], Mem{Base: c, Disp: j * s.bytes()}, s.maskOf(b, j, m))
			}
		}
	}
	if s.is512() {
		rows(last)
		return
	}
	tail := Load(Param("tail"), GP64())
	CMPQ(tail, Imm(uint64(s.lanes)))
	JNE(LabelRef("masked"))
	rows(all)
	JMP(LabelRef("stored"))
	Label("masked")
	rows(last)
	Label("stored")
}
