package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// packing writes the functions that copy rows and columns of matrices.
func (s instructions) packing() {
	widest := 3
	if s.isNEON() {
		widest = 4
	}
	for vectors := 1; vectors <= widest; vectors++ {
		s.pack(vectors)
	}
	s.transpose()
	if !s.is512() { // the kernels for AVX-512 use gather of AVX2: its loads cross fewer lines of the cache
		s.gather()
	}
}

// pack writes a function that copies k rows of src to dst. In dst, each row is the given number of
// whole vectors, and the next row follows directly. The last vector of a row has only tail elements
// of src; its other lanes are 0 in dst. ld is the distance between two rows of src [bytes].
func (s instructions) pack(vectors int) {
	s.function(fmt.Sprintf("pack%d", vectors), "func(dst, src *float32, k, ld, tail int)")
	dst, src, k, ld := Load(Param("dst"), GP64()), Load(Param("src"), GP64()), Load(Param("k"), GP64()), Load(Param("ld"), GP64())
	last := s.firstLanes(Load(Param("tail"), GP64()))
	Label("k")
	for j := range vectors {
		v := s.load(Mem{Base: src, Disp: j * s.bytes()}, s.maskOf(block{vectors: vectors}, j, last))
		VMOVUPS(v, Mem{Base: dst, Disp: j * s.bytes()})
	}
	ADDQ(ld, src)
	ADDQ(Imm(uint64(vectors*s.bytes())), dst)
	DECQ(k)
	JNZ(LabelRef("k"))
	s.finish()
}

// transpose writes a function that sets dst[j][i] = src[i][j] for j < k and i < lanes. If src has
// fewer rows than lanes, the last row of src is repeated. Strides are in bytes.
func (s instructions) transpose() {
	s.function("transpose", "func(dst *float32, ldd int, src *float32, lds, rows, k int)")
	dst, ldd := Load(Param("dst"), GP64()), Load(Param("ldd"), GP64())
	src, lds := Load(Param("src"), GP64()), Load(Param("lds"), GP64())
	k := Load(Param("k"), GP64())
	final := Load(Param("rows"), GP64()) // offset of the last row of src
	DECQ(final)
	IMULQ(lds, final)
	block := func(m mask) []vec {
		var v []vec
		at := GP64()
		XORQ(at, at)
		for i := range s.lanes {
			v = append(v, s.load(Mem{Base: src, Index: at, Scale: 1}, m))
			if i+1 < s.lanes {
				ADDQ(lds, at)
				CMPQ(at, final)
				CMOVQGT(final, at)
			}
		}
		return s.transposed(v)
	}
	SUBQ(Imm(uint64(s.lanes)), k)
	JLT(LabelRef("tail"))
	Label("blocks")
	for _, v := range block(all) {
		VMOVUPS(v, Mem{Base: dst})
		ADDQ(ldd, dst)
	}
	ADDQ(Imm(uint64(s.bytes())), src)
	SUBQ(Imm(uint64(s.lanes)), k)
	JGE(LabelRef("blocks"))
	Label("tail")
	ADDQ(Imm(uint64(s.lanes)), k)
	JZ(LabelRef("done"))
	for _, v := range block(s.firstLanes(k)) {
		VMOVUPS(v, Mem{Base: dst})
		ADDQ(ldd, dst)
		DECQ(k)
		JZ(LabelRef("done"))
	}
	Label("done")
	s.finish()
}

// transposed returns the columns of the square matrix whose rows are v. It first interleaves
// single elements, then pairs of elements, and then moves quarters of vectors.
func (s instructions) transposed(v []vec) []vec {
	v = s.pairs(v, 1, VUNPCKLPS, VUNPCKHPS)
	v = s.pairs(v, 2, VUNPCKLPD, VUNPCKHPD)
	if s.isNEON() {
		return v
	}
	// Quarter q of v[4g+c] now has the elements 4g, …, 4g+3 of column 4q+c.
	out := make([]vec, s.lanes)
	if !s.is512() {
		for c := range 4 {
			out[c], out[4+c] = s.vector(), s.vector()
			VPERM2F128(Imm(0x20), v[4+c], v[c], out[c])
			VPERM2F128(Imm(0x31), v[4+c], v[c], out[4+c])
		}
		return out
	}
	for c := range 4 {
		even01 := s.quarters(0x88, v[c], v[4+c])
		odd01 := s.quarters(0xdd, v[c], v[4+c])
		even23 := s.quarters(0x88, v[8+c], v[12+c])
		odd23 := s.quarters(0xdd, v[8+c], v[12+c])
		out[c] = s.quarters(0x88, even01, even23)
		out[8+c] = s.quarters(0xdd, even01, even23)
		out[4+c] = s.quarters(0x88, odd01, odd23)
		out[12+c] = s.quarters(0xdd, odd01, odd23)
	}
	return out
}

// pairs interleaves the vectors v[i] and v[i+distance], for each i in the first half of a group
// of 2·distance vectors. The function low interleaves the lower halves of two vectors, and high
// the upper halves.
func (s instructions) pairs(v []vec, distance int, low, high func(...Op)) []vec {
	out := make([]vec, len(v))
	for i := range v {
		if i&distance != 0 {
			continue
		}
		j := 2*(i&(distance-1)) + i&^(2*distance-1)
		out[j] = s.binary(low, v[i], v[i+distance])
		out[j+1] = s.binary(high, v[i], v[i+distance])
	}
	return out
}

// quarters returns a vector with two quarters of x and two quarters of y. The argument which
// selects the quarters: 0x88 for quarters 0 and 2, and 0xdd for quarters 1 and 3.
func (s instructions) quarters(which uint64, x, y reg.VecVirtual) vec {
	v := s.vector()
	VSHUFF32X4(Imm(which), y, x, v)
	return v
}

// gather writes a function that copies row index[i] of src to row i of dst. Rows have w
// floats, at least 2. The last vector of a row ends with the row: some elements are copied twice,
// because masked stores of AVX2 are slow.
func (s instructions) gather() {
	s.function("gather", "func(dst, src []float32, w int, index []int)")
	dst, src, w := Load(Param("dst").Base(), GP64()), Load(Param("src").Base(), GP64()), Load(Param("w"), GP64())
	index, n := Load(Param("index").Base(), GP64()), Load(Param("index").Len(), GP64())
	rest, whole, final := GP64(), GP64(), GP64()
	MOVQ(w, rest)
	ANDQ(Imm(uint64(s.lanes-1)), rest)
	var last mask
	if s.isNEON() {
		last = s.firstLanes(rest)
	}
	SHLQ(Imm(2), w) // length of a row [bytes]
	MOVQ(w, whole)
	ANDQ(I32(-s.bytes()), whole)
	LEAQ(Mem{Base: w, Disp: -s.bytes()}, final) // offset of the last vector
	Label("rows")
	from, at := GP64(), GP64()
	MOVQ(Mem{Base: index}, from)
	IMULQ(w, from)
	ADDQ(src, from)
	XORQ(at, at)
	CMPQ(at, whole)
	JGE(LabelRef("narrow"))
	Label("vectors")
	s.store(s.load(Mem{Base: from, Index: at, Scale: 1}, all), Mem{Base: dst, Index: at, Scale: 1}, all)
	ADDQ(Imm(uint64(s.bytes())), at)
	CMPQ(at, whole)
	JLT(LabelRef("vectors"))
	TESTQ(rest, rest)
	JZ(LabelRef("next"))
	s.store(s.load(Mem{Base: from, Index: final, Scale: 1}, all), Mem{Base: dst, Index: final, Scale: 1}, all)
	JMP(LabelRef("next"))
	Label("narrow") // rows with less than a vector
	if s.isNEON() {
		s.store(s.load(Mem{Base: from}, last), Mem{Base: dst}, last)
	} else {
		copyNarrow(dst, from, w)
	}
	Label("next")
	ADDQ(w, dst)
	ADDQ(Imm(8), index)
	DECQ(n)
	JNZ(LabelRef("rows"))
	s.finish()
}

// copyNarrow copies a row of w bytes from one address to another: 4 to 7 floats as two vectors of
// 4, 2 or 3 floats as two pairs. The second vector or pair ends with the row.
func copyNarrow(to, from, w reg.Register) {
	CMPQ(w, Imm(16))
	JLT(LabelRef("pairs"))
	first, last := XMM(), XMM()
	VMOVUPS(Mem{Base: from}, first)
	VMOVUPS(Mem{Base: from, Index: w, Scale: 1, Disp: -16}, last)
	VMOVUPS(first, Mem{Base: to})
	VMOVUPS(last, Mem{Base: to, Index: w, Scale: 1, Disp: -16})
	JMP(LabelRef("next"))
	Label("pairs")
	one, two := GP64(), GP64()
	MOVQ(Mem{Base: from}, one)
	MOVQ(Mem{Base: from, Index: w, Scale: 1, Disp: -8}, two)
	MOVQ(one, Mem{Base: to})
	MOVQ(two, Mem{Base: to, Index: w, Scale: 1, Disp: -8})
}
