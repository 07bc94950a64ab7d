package f32

// This file has exp, log, tanh and sigmoid in plain Go.

import "math"

// Constants for reduce, which computes x = n ln 2 + r with |r| ≤ ln 2 / 2. The sum of ln2Hi and
// ln2Lo is ln 2. ln2Hi has few bits, so n · ln2Hi is exact.
const (
	log2e     = 1.44269504088896340736
	ln2Hi     = 0.693145751953125
	ln2Lo     = 1.42860682030941723212e-06
	toNearest = 3 << 22 // a small float32, plus and then minus this number, is rounded to a whole number
)

// expm1r returns eʳ - 1 for |r| ≤ ln 2 / 2, as a Taylor series up to r⁷. The relative error is
// less than 2⁻²⁶.
func expm1r(r float32) float32 {
	const c2, c3, c4, c5, c6, c7 = 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040
	p := float32(c7*r) + c6
	p = float32(p*r) + c5
	p = float32(p*r) + c4
	p = float32(p*r) + c3
	p = float32(p*r) + c2
	return r + float32(float32(r*r)*p)
}

// reduce returns n and r such that x = n ln 2 + r with |r| ≤ ln 2 / 2.
func reduce(x float32) (n, r float32) {
	n = float32(x*log2e) + toNearest
	n -= toNearest
	r = x - float32(n*ln2Hi)
	return n, r - float32(n*ln2Lo)
}

// pow2 returns 2ⁿ for a whole number n with -126 ≤ n ≤ 127.
func pow2(n float32) float32 { return math.Float32frombits(uint32(int32(n)+127) << 23) }

// exp returns eˣ, computed as 2ⁿ eʳ. Below -87 it returns 0: eˣ would be less than the smallest normal
// float32 or near it, and arithmetic with numbers that are not normal is slow.
func exp(x float32) float32 {
	switch {
	case x != x:
		return x
	case x > 88.7229: // eˣ is above the largest float32
		return float32(math.Inf(1))
	case x < -87:
		return 0
	}
	n, r := reduce(x)
	half := float32(int32(n) / 2) // 2ⁿ is computed as two factors, because it can overflow when eˣ does not
	return (1 + expm1r(r)) * pow2(half) * pow2(n-half)
}

// tanh returns (e^2|x| - 1) / (e^2|x| + 1) with the sign of x. It computes the numerator with
// expm1r, which does not subtract 1 from a rounded number. So the result is accurate for small x.
func tanh(x float32) float32 {
	n, r := reduce(min(2*abs(x), 20)) // if 2|x| ≥ 20, tanh |x| rounds to 1
	s := pow2(n)
	e := float32(s*expm1r(r)) + (s - 1)
	return copySign(e/(e+2), x)
}

// log returns ln x. It splits x into m · 2ᵉ, with a whole number e and √½ ≤ m < √2:
//
//	ln x = e · ln 2 + ln m
//	ln m = f - f²/2 + f³ P(f)  with  f = m - 1
//
// P is the polynomial with the coefficients logP. It interpolates the exact function at the zeros
// of a Chebyshev polynomial. The relative error is less than 2⁻²⁷.
func log(x float32) float32 {
	switch {
	case x != x || x < 0:
		return float32(math.NaN())
	case x == 0:
		return float32(math.Inf(-1))
	case x > math.MaxFloat32:
		return x
	}
	scale := float32(0)
	if x < 0x1p-126 {
		x, scale = x*0x1p23, 23
	}
	bits := math.Float32bits(x) - sqrtHalf
	e := float32(int32(bits)>>23) - scale
	f := math.Float32frombits(bits&(1<<23-1)+sqrtHalf) - 1
	p := float32(logP[8]*f) + logP[7]
	for i := 6; i >= 0; i-- {
		p = float32(p*f) + logP[i]
	}
	f2 := f * f
	p = float32(float32(f2*f)*p) + float32(e*ln2Lo)
	return float32(e*ln2Hi) + (f + (p - float32(f2*0.5)))
}

// sqrtHalf is the bit pattern of the float32 √½.
const sqrtHalf = 0x3f3504f3

// logP are the coefficients of the polynomial P of log, the lowest power first.
var logP = [9]float32{
	0.3333333118, -0.2499999696, 0.2000071575, -0.1666780232, 0.1424905765,
	-0.1242568734, 0.1168541992, -0.1147973381, 0.06971611443,
}

// sigmoid returns 1 / (1 + e⁻ˣ). The only exponential in it is e to the power -|x|, which cannot
// overflow. So small results are accurate too.
func sigmoid(x float32) float32 {
	e := exp(-abs(x))
	if x < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

// copySign returns |x| with the sign of sign.
func copySign(x, sign float32) float32 {
	const bit = 1 << 31
	return math.Float32frombits(math.Float32bits(x)&^bit | math.Float32bits(sign)&bit)
}

func expGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = exp(x[i])
	}
}

func logGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = log(x[i])
	}
}
