package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A block is a part of a product that stays in registers: rows × vectors sums,
// each in as many chains of products, which are added up at the end.
// The tanh of the sums is taken where that is wanted; then vectors are whole.
type block struct {
	rows, vectors, chains int
	tanh                  bool
}

func (b block) name() string {
	name := fmt.Sprintf("product%dx%d", b.rows, b.vectors)
	if b.chains > 1 {
		name += "split"
	}
	if b.tanh {
		name += "tanh"
	}
	return name
}

// blocks are those of each set: of 32 registers, or of 16.
func (s instructions) blocks() (bs []block) {
	if s.is512() {
		for _, rows := range []int{1, 2, 4} {
			for vectors := 1; vectors <= 4; vectors++ {
				bs = append(bs, block{rows, vectors, 1, false})
				if vectors < 4 || rows == 1 {
					bs = append(bs, block{rows, vectors, 2, false})
				}
				if rows == 1 {
					bs = append(bs, block{rows, vectors, 2, true})
				}
			}
		}
		return append(bs, block{8, 1, 1, false}, block{8, 2, 1, false}, block{8, 3, 1, false})
	}
	for _, rows := range []int{1, 2, 4, 6} {
		bs = append(bs, block{rows, 1, 1, false}, block{rows, 2, 1, false})
	}
	for _, vectors := range []int{1, 2, 4} {
		bs = append(bs, block{1, vectors, 1, true})
	}
	return append(bs, block{1, 4, 1, false}, block{1, 8, 1, false})
}

func (s instructions) products() {
	for _, b := range s.blocks() {
		s.product(b)
	}
	s.dots()
}

// product sets c [blocks·rows, vectors] to max(bias + a b, floor), or adds a b
// to it if there is no bias. Strides are in bytes; a may be strided both ways,
// and the last vector of c and bias has tail lanes.
func (s instructions) product(b block) {
	s.function(b.name(), "func(blocks, k int, a *float32, ra, ca int, b *float32, ldb int, c *float32, ldc int, bias *float32, tail int, floor float32)")
	blocks, a, ra, ca := Load(Param("blocks"), GP64()), Load(Param("a"), GP64()), Load(Param("ra"), GP64()), Load(Param("ca"), GP64())
	ldb, c, ldc := Load(Param("ldb"), GP64()), Load(Param("c"), GP64()), Load(Param("ldc"), GP64())
	last := all
	if !b.tanh { // which are for whole vectors
		last = s.first(Load(Param("tail"), GP64()))
	}
	sums := s.sums(b)
	var ra3 reg.GPVirtual
	if b.rows > 3 {
		ra3 = GP64()
		LEAQ(Mem{Base: ra, Index: ra, Scale: 2}, ra3)
	}
	Label("blocks")
	s.initSums(b, sums, c, ldc, last)
	ak, bk, k := GP64(), Load(Param("b"), GP64()), Load(Param("k"), GP64())
	MOVQ(a, ak)
	var ak4 reg.GPVirtual
	if b.rows > 4 {
		ak4 = GP64()
		LEAQ(Mem{Base: a, Index: ra, Scale: 4}, ak4)
	}
	step := func(chain int) {
		var row []Op
		for j := range b.vectors {
			at := Mem{Base: bk, Disp: j * s.bytes()}
			switch {
			case b.rows == 1 && b.vectors == 1: // for what is left of a row of b
				row = append(row, s.load(at, last))
			case b.rows == 1: // used once
				row = append(row, at)
			default:
				row = append(row, s.load(at, all))
			}
		}
		for i := range b.rows {
			x := s.vector()
			VBROADCASTSS(rowAddress(i, ak, ak4, ra, ra3), x)
			for j := range b.vectors {
				VFMADD231PS(row[j], x, sums[chain][i][j])
			}
		}
		ADDQ(ca, ak)
		if b.rows > 4 {
			ADDQ(ca, ak4)
		}
		ADDQ(ldb, bk)
	}
	if b.chains == 1 {
		Label("k")
		step(0)
		DECQ(k)
		JNZ(LabelRef("k"))
	} else {
		SUBQ(Imm(2), k)
		JLT(LabelRef("odd"))
		Label("k")
		step(0)
		step(1)
		SUBQ(Imm(2), k)
		JGE(LabelRef("k"))
		Label("odd")
		ADDQ(Imm(2), k)
		JZ(LabelRef("add"))
		step(0)
		Label("add")
		for i := range b.rows {
			for j := range b.vectors {
				VADDPS(sums[1][i][j], sums[0][i][j], sums[0][i][j])
			}
		}
	}
	if b.tanh {
		s.hoist(b.vectors - 1) // the other sums
		for j, v := range sums[0][0] {
			sums[0][0][j] = s.tanh(v)
		}
	}
	s.end(b, sums[0], c, ldc, last)
	for range b.rows {
		ADDQ(ra, a)
	}
	DECQ(blocks)
	JNZ(LabelRef("blocks"))
	finish()
}

func (s instructions) sums(b block) [][][]vec {
	sums := make([][][]vec, b.chains)
	for chain := range sums {
		for range b.rows {
			var row []vec
			for range b.vectors {
				row = append(row, s.vector())
			}
			sums[chain] = append(sums[chain], row)
		}
	}
	return sums
}

// rowAddress is where row i of a is, relative to rows 0 and 4.
func rowAddress(i int, a, a4, ra, ra3 reg.Register) Mem {
	m := Mem{Base: a}
	if i >= 4 {
		m.Base = a4
	}
	switch i % 4 {
	case 1:
		m.Index, m.Scale = ra, 1
	case 2:
		m.Index, m.Scale = ra, 2
	case 3:
		m.Index, m.Scale = ra3, 1
	}
	return m
}

// initSums sets the sums to the bias, or to what c has.
func (s instructions) initSums(b block, sums [][][]vec, c, ldc reg.Register, last mask) {
	bias := Load(Param("bias"), GP64())
	TESTQ(bias, bias)
	JZ(LabelRef("accumulate"))
	for j := range b.vectors {
		s.into(Mem{Base: bias, Disp: j * s.bytes()}, s.maskOf(b, j, last), sums[0][0][j])
		for i := 1; i < b.rows; i++ {
			VMOVAPS(sums[0][0][j], sums[0][i][j])
		}
	}
	JMP(LabelRef("begun"))
	Label("accumulate")
	row := GP64()
	MOVQ(c, row)
	for i := range b.rows {
		for j := range b.vectors {
			s.into(Mem{Base: row, Disp: j * s.bytes()}, s.maskOf(b, j, last), sums[0][i][j])
		}
		if i+1 < b.rows {
			ADDQ(ldc, row)
		}
	}
	Label("begun")
	for _, chain := range sums[1:] {
		for _, row := range chain {
			for _, v := range row {
				VXORPS(v, v, v)
			}
		}
	}
}

// maskOf is the mask of vector j: only the last has one.
func (s instructions) maskOf(b block, j int, last mask) mask {
	if j == b.vectors-1 {
		return last
	}
	return all
}

// into is load into a given register.
func (s instructions) into(from Mem, m mask, v vec) {
	switch {
	case m.every():
		VMOVUPS(from, v)
	case s.is512():
		VMOVUPS_Z(from, m.k, v)
	default:
		VMASKMOVPS(from, m.v, v)
	}
}

// end stores the sums, and moves c on. A masked store of AVX2 is slow, so it is
// only for vectors that have a tail.
func (s instructions) end(b block, sums [][]vec, c, ldc reg.Register, last mask) {
	floor := s.scalar("floor")
	for _, row := range sums {
		for _, v := range row {
			VMAXPS(v, floor, v)
		}
	}
	rows := func(m mask) {
		for i := range b.rows {
			for j := range b.vectors {
				s.store(sums[i][j], Mem{Base: c, Disp: j * s.bytes()}, s.maskOf(b, j, m))
			}
			ADDQ(ldc, c)
		}
	}
	if s.is512() || last.every() {
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

// dots sets y[i] to bias + the inner product of row i of a and w, for m rows.
// Strides are in bytes, but k counts elements.
func (s instructions) dots() {
	s.function("dots", "func(m, k int, a *float32, lda int, w *float32, y *float32, ldy int, bias float32)")
	m, a, lda := Load(Param("m"), GP64()), Load(Param("a"), GP64()), Load(Param("lda"), GP64())
	y, ldy, bias := Load(Param("y"), GP64()), Load(Param("ldy"), GP64()), Load(Param("bias"), XMM())
	k, rest := Load(Param("k"), GP64()), GP64()
	MOVQ(k, rest)
	ANDQ(Imm(uint64(2*s.lanes-1)), rest)
	SUBQ(rest, k)
	SHLQ(Imm(2), k) // bytes of whole pairs of vectors
	first, second := GP64(), GP64()
	s.split(rest, first, second)
	masks := []mask{s.first(first), s.first(second)}
	Label("rows")
	sums := []vec{s.zero(), s.zero()}
	w, at := Load(Param("w"), GP64()), GP64()
	XORQ(at, at)
	pair := func(m []mask) {
		for i, sum := range sums {
			v := s.load(Mem{Base: a, Index: at, Scale: 1, Disp: i * s.bytes()}, m[i])
			u := s.load(Mem{Base: w, Index: at, Scale: 1, Disp: i * s.bytes()}, m[i])
			VFMADD231PS(u, v, sum)
		}
	}
	CMPQ(at, k)
	JGE(LabelRef("tail"))
	Label("k")
	pair([]mask{all, all})
	ADDQ(Imm(uint64(2*s.bytes())), at)
	CMPQ(at, k)
	JLT(LabelRef("k"))
	Label("tail")
	TESTQ(rest, rest)
	JZ(LabelRef("add"))
	pair(masks)
	Label("add")
	VADDPS(sums[1], sums[0], sums[0])
	x := s.across(sums[0])
	VADDSS(bias, x, x)
	VMOVSS(x, Mem{Base: y})
	ADDQ(ldy, y)
	ADDQ(lda, a)
	DECQ(m)
	JNZ(LabelRef("rows"))
	finish()
}

// split divides n lanes among two vectors: the first takes what it can.
func (s instructions) split(n, first, second reg.Register) {
	lanes := GP64()
	MOVQ(I64(s.lanes), lanes)
	MOVQ(n, first)
	CMPQ(first, lanes)
	CMOVQGT(lanes, first)
	MOVQ(n, second)
	SUBQ(first, second)
}

// across returns the sum of v's lanes.
func (s instructions) across(v vec) reg.VecVirtual {
	y := YMM()
	if s.is512() {
		VEXTRACTF32X8(Imm(1), v, y)
		VADDPS(v.AsY(), y, y)
	} else {
		VMOVAPS(v, y)
	}
	x := XMM()
	VEXTRACTF128(Imm(1), y, x)
	VADDPS(y.AsX(), x, x)
	t := XMM()
	VMOVHLPS(x, x, t)
	VADDPS(t, x, x)
	VMOVSHDUP(x, t)
	VADDSS(t, x, x)
	return x
}
