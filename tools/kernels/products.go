package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A block is a part of a matrix product that is small enough for its sums to stay in registers.
// Each sum has one or two partial sums, called chains, which are added at the end. With two
// chains, the processor can do two additions at the same time.
type block struct {
	rows    int // height
	vectors int // width
	chains  int // number of partial sums per element, 1 or 2
}

// name returns the name of the block's function, for example product4x2split.
func (b block) name() string {
	name := fmt.Sprintf("product%dx%d", b.rows, b.vectors)
	if b.chains > 1 {
		name += "split"
	}
	return name
}

// blocks returns the blocks of the instruction set. The number of vector registers limits the
// size of a block: AVX-512 and NEON have 32 registers, and AVX2 has 16.
func (s instructions) blocks() (bs []block) {
	if s.isNEON() {
		for _, rows := range []int{1, 2, 4} {
			for vectors := 1; vectors <= 4; vectors++ {
				bs = append(bs, block{rows, vectors, 1})
			}
		}
		return append(bs, block{1, 8, 1})
	}
	if s.is512() {
		for _, rows := range []int{1, 2, 4} {
			for vectors := 1; vectors <= 4; vectors++ {
				bs = append(bs, block{rows, vectors, 1})
				if vectors < 4 || rows == 1 {
					bs = append(bs, block{rows, vectors, 2})
				}
			}
		}
		return append(bs, block{8, 1, 1}, block{8, 2, 1}, block{8, 3, 1})
	}
	for _, rows := range []int{1, 2, 4, 6} {
		bs = append(bs, block{rows, 1, 1}, block{rows, 2, 1})
	}
	return append(bs, block{1, 4, 1}, block{1, 8, 1})
}

// products writes the functions for linear layers.
func (s instructions) products() {
	for _, b := range s.blocks() {
		s.product(b)
	}
	s.denseRow()
	s.narrow()
}

// product writes a function that sets c [blocks·rows, vectors] to max(bias + a b, floor). If bias
// is nil, the function adds a b to c instead, and then applies the floor. a is [blocks·rows, k],
// with the stride ra between rows and the stride ca between columns. b has k rows with the stride
// ldb, and c has the stride ldc. Strides are in bytes. The last vector in each row of c, and of
// bias, has tail lanes.
func (s instructions) product(b block) {
	s.function(b.name(), "func(blocks, k int, a *float32, ra, ca int, b *float32, ldb int, c *float32, ldc int, bias *float32, tail int, floor float32)")
	blocks, a, ra, ca := Load(Param("blocks"), GP64()), Load(Param("a"), GP64()), Load(Param("ra"), GP64()), Load(Param("ca"), GP64())
	ldb, c, ldc := Load(Param("ldb"), GP64()), Load(Param("c"), GP64()), Load(Param("ldc"), GP64())
	last := s.firstLanes(Load(Param("tail"), GP64()))
	sums := s.sums(b)
	var ra3 reg.GPVirtual
	if b.rows > 3 && !s.isNEON() {
		ra3 = GP64()
		LEAQ(Mem{Base: ra, Index: ra, Scale: 2}, ra3)
	}
	Label("blocks")
	s.initSums(b, sums, c, ldc, last)
	if s.isNEON() {
		s.addProducts(b, sums[0], a, ra, ca, ldb, last)
	} else {
		s.broadcastProducts(b, sums, a, ra, ra3, ca, ldb, last)
	}
	s.storeSums(b, sums[0], c, ldc, last)
	for range b.rows {
		ADDQ(ra, a)
	}
	DECQ(blocks)
	JNZ(LabelRef("blocks"))
	s.finish()
}

// broadcastProducts adds the products of a block's rows of a with b to its sums. It copies each
// element of a to all lanes. The register ra3 has three times the stride ra.
func (s instructions) broadcastProducts(b block, sums [][][]vec, a, ra, ra3, ca, ldb reg.Register, last mask) {
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
			case b.rows == 1 && b.vectors == 1: // the last vector of a matrix row may have fewer lanes
				row = append(row, s.load(at, last))
			case b.rows == 1: // an operand in memory, because it is used only once
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
}

// sums returns registers for the sums of a block, indexed by chain, row and vector.
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

// rowAddress returns the address of row i of a. The registers a and a4 have the addresses of rows
// 0 and 4. ra and ra3 have the stride of rows, and three times this stride.
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

// initSums sets the sums of the first chain to bias, or to c if bias is nil. It sets the sums of
// the second chain to 0.
func (s instructions) initSums(b block, sums [][][]vec, c, ldc reg.Register, last mask) {
	bias := Load(Param("bias"), GP64())
	TESTQ(bias, bias)
	JZ(LabelRef("accumulate"))
	for j := range b.vectors {
		s.loadInto(Mem{Base: bias, Disp: j * s.bytes()}, s.maskOf(b, j, last), sums[0][0][j])
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
			s.loadInto(Mem{Base: row, Disp: j * s.bytes()}, s.maskOf(b, j, last), sums[0][i][j])
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

// maskOf returns the mask of vector j of a block. Only the last vector has fewer lanes.
func (s instructions) maskOf(b block, j int, last mask) mask {
	if j == b.vectors-1 {
		return last
	}
	return all
}

// storeSums applies the floor to the sums, stores them in c, and moves the address c to the next
// block. Masked stores of AVX2 are slow, so if the last vector is whole, a separate branch stores
// it without a mask.
func (s instructions) storeSums(b block, sums [][]vec, c, ldc reg.Register, last mask) {
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
	if s.is512() || last.isAll() {
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

// splitLanes divides n elements between two vectors. It sets first to min(n, lanes) and second to
// n - first.
func (s instructions) splitLanes(n, first, second reg.Register) {
	lanes := GP64()
	MOVQ(I64(s.lanes), lanes)
	MOVQ(n, first)
	CMPQ(first, lanes)
	CMOVQGT(lanes, first)
	MOVQ(n, second)
	SUBQ(first, second)
}
