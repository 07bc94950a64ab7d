package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A narrow has the registers of the function narrow.
type narrow struct {
	instructions
	y, x, w, b  reg.GPVirtual   // addresses of the next output, its row of x, its row of w, and its bias
	ldw, ldw3   reg.GPVirtual   // the distance between two rows of w, and three times this distance [bytes]
	whole, rest reg.GPVirtual   // a row of x has pairs of vectors with this total size [bytes], and this number of elements after them
	masks       []mask          // the lanes of the last pair of vectors
	left        reg.GPVirtual   // number of outputs of the row that are not computed yet
	rows        []reg.GPVirtual // for NEON, the addresses of the rows of w of a group
}

// narrow writes a function that sets y [n, out] = x wᵀ + b for x [n, in], w [out, in] and b
// [out]. It computes the outputs of a row in groups of four, two and one. Each output has two
// partial sums per lane, over the even and over the odd vectors of a row.
func (s instructions) narrow() {
	s.function("narrow", "func(y, x, w, b *float32, n, in, out int)")
	load := func(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }
	f := narrow{instructions: s, y: load("y"), x: load("x"), ldw: load("in"), ldw3: GP64(), whole: GP64(), rest: GP64()}
	n := load("n")
	MOVQ(f.ldw, f.rest)
	ANDQ(Imm(uint64(2*s.lanes-1)), f.rest)
	MOVQ(f.ldw, f.whole)
	SUBQ(f.rest, f.whole)
	SHLQ(Imm(2), f.whole)
	SHLQ(Imm(2), f.ldw)
	first, second := GP64(), GP64()
	s.splitLanes(f.rest, first, second)
	f.masks = []mask{s.firstLanes(first), s.firstLanes(second)}
	if !s.isNEON() {
		LEAQ(Mem{Base: f.ldw, Index: f.ldw, Scale: 2}, f.ldw3)
	}
	Label("rows")
	f.w, f.b, f.left = load("w"), load("b"), load("out")
	Label("fours")
	CMPQ(f.left, Imm(4))
	JL(LabelRef("twos"))
	f.group(4)
	JMP(LabelRef("fours"))
	Label("twos")
	CMPQ(f.left, Imm(2))
	JL(LabelRef("ones"))
	f.group(2)
	Label("ones")
	f.group(1)
	Label("next")
	ADDQ(f.ldw, f.x)
	DECQ(n)
	JNZ(LabelRef("rows"))
	s.finish()
}

// group computes a group of outputs. It jumps to the label next after the last group of a row.
func (f *narrow) group(size int) {
	label := func(name string) string { return fmt.Sprintf("%s%d", name, size) }
	sums := make([][2]vec, size)
	for i := range sums {
		sums[i] = [2]vec{f.zero(), f.zero()}
	}
	f.rows = []reg.GPVirtual{f.w}
	for i := 1; f.isNEON() && i < size; i++ {
		f.rows = append(f.rows, GP64())
		LEAQ(Mem{Base: f.rows[i-1], Index: f.ldw, Scale: 1}, f.rows[i])
	}
	end := GP64()
	LEAQ(Mem{Base: f.x, Index: f.whole, Scale: 1}, end)
	CMPQ(f.x, end)
	JGE(LabelRef(label("tail")))
	if f.isNEON() {
		f.addPairs(sums, end, label("k"))
	} else {
		Label(label("k"))
		f.pair(sums, []mask{all, all})
		ADDQ(I32(2*f.bytes()), f.x)
		ADDQ(I32(2*f.bytes()), f.w)
		CMPQ(f.x, end)
		JLT(LabelRef(label("k")))
	}
	Label(label("tail"))
	TESTQ(f.rest, f.rest)
	JZ(LabelRef(label("add")))
	f.pair(sums, f.masks)
	Label(label("add"))
	SUBQ(f.whole, f.x)
	SUBQ(f.whole, f.w)
	var quarters []reg.VecVirtual
	for _, sum := range sums {
		VADDPS(sum[1], sum[0], sum[0])
		quarters = append(quarters, f.sumQuarters(sum[0]))
	}
	f.storeOutputs(quarters)
	for range size {
		ADDQ(f.ldw, f.w)
	}
	ADDQ(Imm(uint64(4*size)), f.y)
	ADDQ(Imm(uint64(4*size)), f.b)
	SUBQ(Imm(uint64(size)), f.left)
	JZ(LabelRef("next"))
}

// pair adds the products of a pair of vectors of x, with the lanes of m, to the sums of a group.
func (f *narrow) pair(sums [][2]vec, m []mask) {
	for half, m := range m {
		v := f.load(Mem{Base: f.x, Disp: half * f.bytes()}, m)
		for i := range sums {
			at := f.row(i)
			at.Disp = half * f.bytes()
			if m.isAll() {
				VFMADD231PS(at, v, sums[i][half])
			} else {
				VFMADD231PS(f.load(at, m), v, sums[i][half])
			}
		}
	}
}

// row returns the address of row i of w in a group.
func (f *narrow) row(i int) Mem {
	if f.isNEON() {
		return Mem{Base: f.rows[i]}
	}
	return rowAddress(i, f.w, nil, f.ldw, f.ldw3)
}

// storeOutputs adds the lanes of each of the vectors x, which have four lanes, and writes the sums
// plus the biases to y.
func (f *narrow) storeOutputs(x []reg.VecVirtual) {
	y, b := Mem{Base: f.y}, Mem{Base: f.b}
	low := halves(x[0], x[min(1, len(x)-1)])
	switch len(x) {
	case 4:
		v := addPairs(low, halves(x[2], x[3]))
		VADDPS(b, v, v)
		VMOVUPS(v, y)
	case 2:
		v, bias := addPairs(low, low), XMM()
		VMOVSD(b, bias)
		VADDPS(bias, v, v)
		VMOVSD(v, y)
	case 1:
		v := addPairs(low, low)
		VADDSS(b, v, v)
		VMOVSS(v, y)
	}
}

// sumQuarters returns the sum of the quarters of an AVX-512 vector, or of the halves of an AVX2
// vector. The result has four lanes, as a vector of NEON.
func (s instructions) sumQuarters(v vec) reg.VecVirtual {
	if s.isNEON() {
		return v
	}
	y := v
	if s.is512() {
		upper := YMM()
		VEXTRACTF32X8(Imm(1), v, upper)
		VADDPS(v.AsY(), upper, upper)
		y = upper
	}
	x := XMM()
	VEXTRACTF128(Imm(1), y, x)
	VADDPS(y.AsX(), x, x)
	return x
}

// halves returns the sums of the halves of x, and then the sums of the halves of y. x and y have
// four lanes.
func halves(x, y reg.VecVirtual) reg.VecVirtual {
	low, high := XMM(), XMM()
	VUNPCKLPD(y, x, low)
	VUNPCKHPD(y, x, high)
	VADDPS(low, high, high)
	return high
}

// addPairs returns the sums of the pairs of lanes of x, and then of y.
func addPairs(x, y reg.VecVirtual) reg.VecVirtual {
	sums := XMM()
	VHADDPS(y, x, sums)
	return sums
}
