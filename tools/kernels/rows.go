package main

import (
	"fmt"
	"math/bits"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// maxRowPanel returns the width of the widest panel of denseRow [vectors].
func (s instructions) maxRowPanel() int {
	if s.isNEON() {
		return 16
	}
	return 12
}

// The activations that denseRow computes, with the same values as f32.Activation.
const (
	reluActivation = 1
	tanhActivation = 2
)

// A row has the registers of the function denseRow.
type row struct {
	instructions
	chains              int           // number of partial sums per element, as in blocks
	y, x, w, b, in, ldw reg.GPVirtual // ldw is the distance between two rows of w [bytes]
	yAll                reg.GPVirtual // the first element of y
	final               reg.GPVirtual // offset of the last vector of y, from the first vector of the panel [bytes]
	sums                [2][]vec      // by chain and vector
	floor               vec
}

// denseRow writes a function that sets y [out] = act(x w + b) for x [in], w [in, out] and b
// [out], where out ≥ lanes and in ≥ 1. The order of the sums is the same as in blocks. The vectors
// of y are computed in panels. If the last vector of y is not whole, it begins at column out -
// lanes, and some columns are computed twice, with the same result. Activations other than ReLU and
// tanh are not computed.
func (s instructions) denseRow() {
	s.function("denseRow", "func(y, x, w, b *float32, in, out, act int)")
	r := row{instructions: s, chains: 1}
	if s.is512() {
		r.chains = 2
	}
	load := func(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }
	r.y, r.x, r.w, r.b, r.in = load("y"), load("x"), load("w"), load("b"), load("in")
	r.ldw, r.final, r.yAll = load("out"), GP64(), GP64()
	left := GP64()
	LEAQ(Mem{Base: r.ldw, Disp: s.lanes - 1}, left)
	SHRQ(Imm(s.shift()), left)
	SHLQ(Imm(2), r.ldw)
	LEAQ(Mem{Base: r.ldw, Disp: -s.bytes()}, r.final)
	widest := s.maxRowPanel()
	for range widest {
		for chain := range r.chains {
			r.sums[chain] = append(r.sums[chain], s.vector())
		}
	}
	MOVQ(r.y, r.yAll)
	r.loadFloor()
	const full = 8
	Label("panels")
	CMPQ(left, Imm(uint64(widest)))
	JLE(LabelRef("rest"))
	r.panel("full", full, false)
	for _, p := range []reg.GPVirtual{r.y, r.w, r.b} {
		ADDQ(I32(full*s.bytes()), p)
	}
	SUBQ(I32(full*s.bytes()), r.final)
	SUBQ(Imm(full), left)
	JMP(LabelRef("panels"))
	Label("rest")
	dispatch(left, 1, widest, "rest")
	for vectors := 1; vectors <= widest; vectors++ {
		Label(fmt.Sprintf("rest%d", vectors))
		r.panel(fmt.Sprintf("k%d", vectors), vectors, true)
		if vectors < widest {
			JMP(LabelRef("computed"))
		}
	}
	Label("computed")
	r.tanhRow()
	s.finish()
}

// shift returns log₂ of the number of lanes.
func (s instructions) shift() uint64 { return uint64(bits.TrailingZeros(uint(s.lanes))) }

// loadFloor sets the floor of the sums: 0 for ReLU, and -∞ for other activations.
func (r *row) loadFloor() {
	act := Load(Param("act"), GP64())
	r.floor = r.vector()
	r.setBits(r.floor, "noFloor", 0xff800000)
	CMPQ(act, Imm(reluActivation))
	JNE(LabelRef("panels"))
	VXORPS(r.floor, r.floor, r.floor)
}

// dispatch jumps to the label with the value of x, which is between low and high. The labels
// begin with prefix.
func dispatch(x reg.Register, low, high int, prefix string) {
	if low == high {
		JMP(LabelRef(fmt.Sprintf("%s%d", prefix, low)))
		return
	}
	mid := (low + high) / 2
	label := fmt.Sprintf("%s%dto%d", prefix, mid+1, high)
	CMPQ(x, Imm(uint64(mid)))
	JG(LabelRef(label))
	dispatch(x, low, mid, prefix)
	Label(label)
	dispatch(x, mid+1, high, prefix)
}

// panel computes a panel of y: the given number of vectors. If it is the last panel, the last
// vector is at the offset final.
func (r *row) panel(label string, vectors int, last bool) {
	at := func(base reg.Register, j int) Mem {
		if last && j == vectors-1 {
			return Mem{Base: base, Index: r.final, Scale: 1}
		}
		return Mem{Base: base, Disp: j * r.bytes()}
	}
	for j := range vectors {
		VMOVUPS(at(r.b, j), r.sums[0][j])
		if r.chains > 1 {
			VXORPS(r.sums[1][j], r.sums[1][j], r.sums[1][j])
		}
	}
	xk, wk, k := GP64(), GP64(), GP64()
	MOVQ(r.x, xk)
	MOVQ(r.w, wk)
	MOVQ(r.in, k)
	steps := func(n int, input func(i int) vec) {
		if r.isNEON() {
			r.addInputs(n, xk, wk, func(j int) Mem { return at(wk, j) }, vectors)
			return
		}
		for i := range n {
			x := input(i)
			for j := range vectors {
				VFMADD231PS(at(wk, j), x, r.sums[i%r.chains][j])
			}
			ADDQ(r.ldw, wk)
		}
		ADDQ(I32(4*n), xk)
	}
	SUBQ(Imm(4), k)
	JLT(LabelRef(label + "last"))
	Label(label)
	steps(4, r.fourInputs(xk))
	SUBQ(Imm(4), k)
	JGE(LabelRef(label))
	Label(label + "last")
	TESTQ(I32(2), k)
	JZ(LabelRef(label + "odd"))
	steps(2, r.inputs(xk))
	Label(label + "odd")
	TESTQ(I32(1), k)
	JZ(LabelRef(label + "add"))
	steps(1, r.inputs(xk))
	Label(label + "add")
	for j := range vectors {
		v := r.sums[0][j]
		if r.chains > 1 {
			VADDPS(r.sums[1][j], v, v)
		}
		VMAXPS(v, r.floor, v)
		VMOVUPS(v, at(r.y, j))
	}
}

// inputs returns a function that returns a vector with input i in all lanes.
func (r *row) inputs(x reg.Register) func(i int) vec {
	return func(i int) vec {
		v := r.vector()
		VBROADCASTSS(Mem{Base: x, Disp: 4 * i}, v)
		return v
	}
}

// fourInputs returns a function that returns a vector with input i in all lanes, where i < 4. One
// load and four permutations are faster than four loads, because the loop is limited by loads.
func (r *row) fourInputs(x reg.Register) func(i int) vec {
	if r.isNEON() {
		return nil // addInputs reads the inputs
	}
	four := r.vector()
	if r.is512() {
		VBROADCASTF32X4(Mem{Base: x}, four)
	} else {
		VBROADCASTF128(Mem{Base: x}, four)
	}
	return func(i int) vec {
		v := r.vector()
		VPERMILPS(Imm(uint64(i*0x55)), four, v)
		return v
	}
}

// tanhRow applies tanh to y if act is tanh.
func (r *row) tanhRow() {
	act := Load(Param("act"), GP64())
	CMPQ(act, Imm(tanhActivation))
	JNE(LabelRef("done"))
	r.hoist(6) // the registers of the second vector, and rest
	y, left, end := GP64(), GP64(), GP64()
	MOVQ(r.yAll, y)
	MOVQ(r.ldw, left)
	LEAQ(Mem{Base: y, Index: left, Scale: 1}, end)
	rest := r.vector()
	VMOVUPS(Mem{Base: end, Disp: -r.bytes()}, rest) // before the loop changes some of its elements
	const group = 2
	pass := func(n int) {
		var v []vec
		for i := range n {
			v = append(v, r.load(Mem{Base: y, Disp: i * r.bytes()}, all))
		}
		for i, v := range interleave(v, r.tanh) {
			VMOVUPS(v, Mem{Base: y, Disp: i * r.bytes()})
		}
		ADDQ(I32(n*r.bytes()), y)
	}
	SUBQ(I32(group*r.bytes()), left)
	JLT(LabelRef("tanhLast"))
	Label("tanh")
	pass(group)
	SUBQ(I32(group*r.bytes()), left)
	JGE(LabelRef("tanh"))
	Label("tanhLast")
	TESTQ(I32(r.bytes()), left)
	JZ(LabelRef("tanhRest"))
	pass(1)
	Label("tanhRest")
	CMPQ(y, end)
	JE(LabelRef("done"))
	VMOVUPS(r.tanh(rest), Mem{Base: end, Disp: -r.bytes()})
	Label("done")
}
