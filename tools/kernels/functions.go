package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// The functions are the same as in policy/f32/generic_functions.go, which explains the
// methods. Here multiplications and additions are fused.

const (
	signBit  = 1 << 31
	mantissa = 1<<23 - 1  // the 23 bits of the mantissa
	sqrtHalf = 0x3f3504f3 // the bits of the float32 √½
)

// functions writes exp and log.
func (s instructions) functions() {
	x := []string{"x"}
	s.loop("exp", oneIn, "dst", x, nil, func(v []vec) []vec { return single(s.exp(v[0])) })
	s.function("log", oneIn)
	if s.isNEON() { // otherwise without hoist, because log has more constants than there are registers
		s.hoist(0)
	}
	s.loopBody("dst", x, nil, func(v []vec) []vec { return single(s.log(v[0])) })
}

// toNearest is a number for rounding: for |x| < 2²², the last bits of the float32 sum x +
// toNearest are the whole number nearest to x, in binary.
const toNearest = 3 << 22

// reduce returns n and r such that x = n ln 2 + r with |r| ≤ ln 2 / 2, and the bits of nearest.
func (s instructions) reduce(x vec) (n, bits, r vec) {
	n, bits = s.nearest(x, math.Log2E)
	r = s.copy(x)
	VFNMADD231PS(s.number(0.693145751953125), n, r)
	VFNMADD231PS(s.number(1.42860682030941723212e-06), n, r)
	return n, bits, r
}

// nearest returns n and bits. n has the whole numbers nearest to k x. bits is the vector n +
// toNearest, whose last bits are n in binary.
func (s instructions) nearest(x vec, k float32) (n, bits vec) {
	bits = s.copy(s.number(toNearest))
	VFMADD231PS(s.number(k), x, bits)
	return s.minus(bits, s.number(toNearest)), bits
}

// expm1r returns eʳ - 1 for |r| ≤ ln 2 / 2. It first adds the terms of the polynomial in pairs,
// because the processor can compute several pairs at the same time.
func (s instructions) expm1r(r vec) vec {
	r2 := s.times(r, r)
	mid := s.line(1.0/120, 1.0/24, r)
	high := s.multiplyAddTo(s.line(1.0/5040, 1.0/720, r), r2, mid)
	high = s.multiplyAddTo(high, r2, s.line(1.0/6, 1.0/2, r))
	return s.multiplyAdd(high, r2, r)
}

// pow2 returns 2ⁿ for whole numbers -126 ≤ n ≤ 127. It uses only the last nine bits of n, so n
// may also be the result bits of nearest.
func (s instructions) pow2(n vec) vec {
	p := s.vector()
	VPSLLD(Imm(23), n, p)
	return s.binary(VPADDD, p, s.number(1))
}

// exp returns eˣ, and 0 where x < -87.
func (s instructions) exp(x vec) vec {
	small := s.compare(x, less, s.number(-87))
	return s.selectLanes(small, s.zero(), s.expNormal(s.atLeast(s.copy(s.number(-87)), x)))
}

// expNormal returns eˣ for x ≥ -87.
func (s instructions) expNormal(x vec) vec {
	x = s.atMost(s.copy(s.number(89)), x)
	n, _, r := s.reduce(x)
	y := s.plus(s.expm1r(r), s.number(1))
	if s.is512() {
		VSCALEFPS(n, y, y)
		return y
	}
	i, half := s.vector(), s.vector() // 2ⁿ is computed as two factors, because it can overflow when eˣ does not
	VCVTPS2DQ(n, i)
	VPSRAD(Imm(1), i, half)
	return s.times(s.times(y, s.pow2(half)), s.pow2(s.binary(VPSUBD, i, half)))
}

// tanh returns tanh x. It subtracts n ln 2 in one step instead of two, which is faster. The
// rounding error matters only for large n, where tanh x is almost constant.
func (s instructions) tanh(x vec) vec {
	a := s.and(x, s.bits(^uint32(signBit)))
	a = s.atMost(s.copy(s.number(10)), a)
	n, bits := s.nearest(a, 2*math.Log2E)
	r := s.plus(a, a)
	VFNMADD231PS(s.number(math.Ln2), n, r)
	p := s.pow2(bits)
	e := s.expm1r(r)
	e = s.multiplyAddTo(e, p, s.minus(p, s.number(1))) // 2ⁿ(eʳ-1) + 2ⁿ-1
	y := s.over(e, s.plus(e, s.number(2)))
	return s.or(y, s.and(x, s.bits(signBit)))
}

// sigmoid returns 1 / (1 + e⁻ˣ).
func (s instructions) sigmoid(x vec) vec {
	e := s.exp(s.or(x, s.bits(signBit)))
	top := s.selectLanes(s.compare(x, less, s.zero()), e, s.copy(s.number(1)))
	return s.over(top, s.plus(e, s.number(1)))
}

// log returns ln x.
func (s instructions) log(x vec) vec {
	small := s.compare(x, less, s.number(0x1p-126))
	scaled := s.selectLanes(small, s.times(x, s.number(0x1p23)), x)
	y := s.logNormal(scaled, s.keepLanes(small, s.copy(s.number(23))))
	inf := float32(math.Inf(1))
	y = s.selectLanes(s.compare(x, more, s.number(math.MaxFloat32)), x, y)
	y = s.selectLanes(s.compare(x, equal, s.zero()), s.number(-inf), y)
	return s.selectLanes(s.compare(x, atLeast, s.zero()), y, s.copy(s.bits(0x7fc00000)))
}

// logNormal returns ln x - scale ln 2 for finite x of at least 2⁻¹²⁶. scale may be nil.
func (s instructions) logNormal(x, scale vec) vec {
	bits := s.binary(VPSUBD, x, s.bits(sqrtHalf))
	e := s.vector()
	VPSRAD(Imm(23), bits, e)
	VCVTDQ2PS(e, e)
	if scale != nil {
		e = s.minus(e, scale)
	}
	f := s.binary(VPADDD, s.and(bits, s.bits(mantissa)), s.bits(sqrtHalf))
	f = s.minus(f, s.number(1))
	p := s.copy(s.number(0.06971611443))
	for _, c := range []float32{-0.1147973381, 0.1168541992, -0.1242568734, 0.1424905765, -0.1666780232, 0.2000071575, -0.2499999696, 0.3333333118} {
		p = s.multiplyAdd(p, f, s.number(c))
	}
	f2 := s.times(f, f)
	p = s.times(p, s.times(f2, f))
	VFMADD231PS(s.number(1.42860682030941723212e-06), e, p)
	VFNMADD231PS(s.number(0.5), f2, p)
	y := s.plus(f, p)
	VFMADD231PS(s.number(0.693145751953125), e, y)
	return y
}
