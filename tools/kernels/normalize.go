package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// normalize writes a function that sets dst = (x - mean) scale, clipped to [-limit, limit]. It
// computes in float64, and rounds to float32 before it clips. The vectors of mean and scale are
// used in turn: after the last one comes the first one again. The lengths of x and mean are
// multiples of 8, and x is not empty.
func (s instructions) normalize() {
	s.function("normalizeBlocks", "func(dst, x []float32, mean, scale []float64, limit float32)")
	dst, x, n := Load(Param("dst").Base(), GP64()), Load(Param("x").Base(), GP64()), Load(Param("x").Len(), GP64())
	mean, scale, period := Load(Param("mean").Base(), GP64()), Load(Param("scale").Base(), GP64()), Load(Param("mean").Len(), GP64())
	high, low := s.halfVector(), s.halfVector()
	limit, err := Param("limit").Resolve()
	if err != nil {
		panic(err)
	}
	VBROADCASTSS(limit.Addr, high)
	VXORPS(low, low, low)
	VSUBPS(high, low, low)
	offset, zero := GP64(), GP64()
	XORQ(offset, offset)
	XORQ(zero, zero)
	SHLQ(Imm(3), period) // length of mean [bytes]
	Label("loop")
	wide, v := s.vector(), s.halfVector()
	VCVTPS2PD(Mem{Base: x}, wide)
	VSUBPD(Mem{Base: mean, Index: offset, Scale: 1}, wide, wide)
	VMULPD(Mem{Base: scale, Index: offset, Scale: 1}, wide, wide)
	if s.is512() {
		VCVTPD2PS(wide, v)
	} else {
		VCVTPD2PSY(wide, v)
	}
	VMAXPS(v, low, v) // the order of the operands keeps NaN
	VMINPS(v, high, v)
	VMOVUPS(v, Mem{Base: dst})
	ADDQ(Imm(uint64(s.bytes()/2)), x)
	ADDQ(Imm(uint64(s.bytes()/2)), dst)
	ADDQ(Imm(uint64(s.bytes())), offset)
	CMPQ(offset, period)
	CMOVQEQ(zero, offset)
	SUBQ(Imm(uint64(s.lanes/2)), n)
	JG(LabelRef("loop"))
	s.finish()
}

// halfVector returns a new register of half the width of a vector.
func (s instructions) halfVector() reg.VecVirtual {
	if s.is512() {
		return YMM()
	}
	return XMM()
}
