package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// reductions writes the functions that compute sums over elements or rows.
func (s instructions) reductions() {
	s.sum("sum", func(x, acc vec) { VADDPD(x, acc, acc) })
	s.sum("sumSquares", func(x, acc vec) { VFMADD231PD(x, x, acc) })
	s.gae()
}

// sum writes a function that returns a sum over the elements of x, in float64. The argument add
// writes the instructions that add the elements, or their squares, to an accumulator acc. The
// function uses two accumulators, or eight with NEON. The number of elements of x is a multiple of 16, at least 16.
func (s instructions) sum(name string, add func(x, acc vec)) {
	s.function(name+"Blocks", "func(x []float32) float64")
	x, n := Load(Param("x").Base(), GP64()), Load(Param("x").Len(), GP64())
	acc := []vec{s.zero(), s.zero()}
	for s.isNEON() && len(acc) < 8 {
		acc = append(acc, s.zero())
	}
	Label("loop")
	for i := range 16 / (s.lanes / 2) {
		v := s.vector()
		VCVTPS2PD(Mem{Base: x, Disp: i * s.bytes() / 2}, v)
		add(v, acc[i%len(acc)])
	}
	ADDQ(Imm(64), x)
	SUBQ(Imm(16), n)
	JG(LabelRef("loop"))
	for _, other := range acc[1:] {
		VADDPD(other, acc[0], acc[0])
	}
	Store(s.sumDoubles(acc[0]), ReturnIndex(0))
	s.finish()
}

// sumDoubles returns a vector whose first lane is the sum of the float64 lanes of v.
func (s instructions) sumDoubles(v vec) reg.VecVirtual {
	if s.isNEON() {
		sum := s.vector()
		VHADDPD(v, v, sum)
		return sum
	}
	y := YMM()
	if s.is512() {
		VEXTRACTF64X4(Imm(1), v, y)
		VADDPD(v.AsY(), y, y)
	} else {
		VMOVAPD(v, y)
	}
	low := XMM()
	VEXTRACTF128(Imm(1), y, low)
	VADDPD(y.AsX(), low, low)
	swapped := XMM()
	VPERMILPD(Imm(1), low, swapped)
	VADDSD(swapped, low, low)
	return low
}

// columns writes a loop over the columns of a matrix, four vectors of columns in each pass, and
// one vector where fewer than four are left. The argument body writes the code for some vectors.
// Its arguments are the offset of the first column [bytes], a mask of the lanes in use for each
// vector, and a label for the loop over rows in body.
func (s instructions) columns(width reg.Register, body func(offset reg.Register, masks []mask, label string)) {
	left, offset := GP64(), GP64()
	MOVQ(width, left)
	XORQ(offset, offset)
	for _, vectors := range []int{4, 1} {
		loop, end := fmt.Sprintf("columns%d", vectors), fmt.Sprintf("end%d", vectors)
		SUBQ(Imm(uint64(vectors*s.lanes)), left)
		JLT(LabelRef(end))
		Label(loop)
		body(offset, make([]mask, vectors), "rows"+loop)
		ADDQ(U32(vectors*s.bytes()), offset)
		SUBQ(Imm(uint64(vectors*s.lanes)), left)
		JGE(LabelRef(loop))
		Label(end)
		ADDQ(Imm(uint64(vectors*s.lanes)), left)
	}
	TESTQ(left, left)
	JZ(LabelRef("done"))
	body(offset, []mask{s.firstLanes(left)}, "tailRows")
	Label("done")
	s.finish()
}

// layerGrad writes a function that replaces dy, the gradient after an activation, by the gradient
// before the activation. The function also adds the rows of the new dy to db. See activationGrad for
// the names of activations and for kept.
func (s instructions) layerGrad(activation string) {
	s.function(activation+"Layer", "func(dy, kept, db []float32, n int)")
	dy0, kept0, db := Load(Param("dy").Base(), GP64()), Load(Param("kept").Base(), GP64()), Load(Param("db").Base(), GP64())
	width, stride := Load(Param("db").Len(), GP64()), GP64()
	MOVQ(width, stride)
	SHLQ(Imm(2), stride)
	s.columns(width, func(offset reg.Register, masks []mask, label string) {
		var sums []vec
		for i, m := range masks {
			sums = append(sums, s.load(Mem{Base: db, Index: offset, Scale: 1, Disp: i * s.bytes()}, m))
		}
		dy, kept, rows := GP64(), GP64(), Load(Param("n"), GP64())
		LEAQ(Mem{Base: dy0, Index: offset, Scale: 1}, dy)
		LEAQ(Mem{Base: kept0, Index: offset, Scale: 1}, kept)
		Label(label)
		for i, m := range masks {
			d := s.load(Mem{Base: dy, Disp: i * s.bytes()}, m)
			if activation != "identity" {
				d = s.activationGrad(activation, d, s.load(Mem{Base: kept, Disp: i * s.bytes()}, m))
				s.store(d, Mem{Base: dy, Disp: i * s.bytes()}, m)
			}
			VADDPS(d, sums[i], sums[i])
		}
		ADDQ(stride, dy)
		ADDQ(stride, kept)
		DECQ(rows)
		JNZ(LabelRef(label))
		for i, m := range masks {
			s.store(sums[i], Mem{Base: db, Index: offset, Scale: 1, Disp: i * s.bytes()}, m)
		}
	})
}

// gae writes f32.GAE as a loop over the rows, from the last to the first.
func (s instructions) gae() {
	s.function("gae", "func(adv, reward, value, next, done []float32, n int, gamma, decay float32)")
	base := map[string]reg.Register{}
	for _, p := range []string{"adv", "reward", "value", "next", "done"} {
		base[p] = Load(Param(p).Base(), GP64())
	}
	width, size, stride := Load(Param("n"), GP64()), Load(Param("adv").Len(), GP64()), GP64()
	gamma, decay := s.scalar("gamma"), s.scalar("decay")
	MOVQ(width, stride)
	SHLQ(Imm(2), stride)
	SHLQ(Imm(2), size)
	SUBQ(stride, size) // offset of the last row
	s.columns(width, func(offset reg.Register, masks []mask, label string) {
		at := GP64()
		LEAQ(Mem{Base: offset, Index: size, Scale: 1}, at)
		var sums []vec
		for range masks {
			sums = append(sums, s.zero())
		}
		Label(label)
		for i, m := range masks {
			row := func(p string) vec { return s.load(Mem{Base: base[p], Index: at, Scale: 1, Disp: i * s.bytes()}, m) }
			delta := row("reward")
			VFMADD231PS(row("next"), gamma, delta)
			VSUBPS(row("value"), delta, delta)
			k := s.copy(decay)
			VFNMADD231PS(row("done"), decay, k) // decay (1 - done)
			VFMADD213PS(delta, k, sums[i])
			s.store(sums[i], Mem{Base: base["adv"], Index: at, Scale: 1, Disp: i * s.bytes()}, m)
		}
		SUBQ(stride, at)
		JGE(LabelRef(label))
	})
}
