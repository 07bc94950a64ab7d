package f32

// This file has the plain Go form of the functions of one number.

import "math"

// Constants of the reduction x = n ln 2 + r with |r| ≤ ln 2 / 2. The first
// part of ln 2 has so few bits that n times it is exact.
const (
	log2e     = 1.44269504088896340736
	ln2Hi     = 0.693145751953125
	ln2Lo     = 1.42860682030941723212e-06
	toNearest = 3 << 22 // added to and taken from a small float32, rounds it to a whole number
)

// expm1r returns eʳ - 1 for |r| ≤ ln 2 / 2, by Taylor's series: what it leaves
// out is less than 2⁻²⁶ of the result.
func expm1r(r float32) float32 {
	const c2, c3, c4, c5, c6, c7 = 1.0 / 2, 1.0 / 6, 1.0 / 24, 1.0 / 120, 1.0 / 720, 1.0 / 5040
	p := float32(c7*r) + c6
	p = float32(p*r) + c5
	p = float32(p*r) + c4
	p = float32(p*r) + c3
	p = float32(p*r) + c2
	return r + float32(float32(r*r)*p)
}

// reduce returns n and r of x = n ln 2 + r.
func reduce(x float32) (n, r float32) {
	n = float32(x*log2e) + toNearest
	n -= toNearest
	r = x - float32(n*ln2Hi)
	return n, r - float32(n*ln2Lo)
}

// pow2 returns 2ⁿ for whole -126 ≤ n ≤ 127.
func pow2(n float32) float32 { return math.Float32frombits(uint32(int32(n)+127) << 23) }

func exp(x float32) float32 {
	switch {
	case x != x:
		return x
	case x > 88.7229: // beyond the largest float32
		return float32(math.Inf(1))
	case x < -103.98: // less than half the smallest
		return 0
	}
	n, r := reduce(x)
	half := float32(int32(n) / 2) // 2ⁿ alone may be out of range where the result is not
	return (1 + expm1r(r)) * pow2(half) * pow2(n-half)
}

// tanh is (e^2|x| - 1) / (e^2|x| + 1) with the sign of x. The numerator is
// computed without its 1, so that small x lose nothing.
func tanh(x float32) float32 {
	n, r := reduce(min(2*abs(x), 20)) // from there on it rounds to 1
	s := pow2(n)
	e := float32(s*expm1r(r)) + (s - 1)
	return copySign(e/(e+2), x)
}

// log is e ln 2 + log m for x = 2ᵉ m with √½ ≤ m < √2, and with f = m - 1
// log m = f - f²/2 + f³ P(f): P interpolates at the zeros of Chebyshev's
// polynomial, and leaves out less than 2⁻²⁷ of the result.
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

// sqrtHalf is the bits of √½.
const sqrtHalf = 0x3f3504f3

var logP = [9]float32{
	0.3333333118, -0.2499999696, 0.2000071575, -0.1666780232, 0.1424905765,
	-0.1242568734, 0.1168541992, -0.1147973381, 0.06971611443,
}

// sigmoid is 1 / (1 + e⁻ˣ), by e to a power that is not positive: what is small
// loses nothing.
func sigmoid(x float32) float32 {
	e := exp(-abs(x))
	if x < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

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

func tanhGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = tanh(x[i])
	}
}

func sigmoidGeneric(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = sigmoid(x[i])
	}
}

func tanhGradGeneric(dx, dy, y []float32) {
	dy, y = dy[:len(dx)], y[:len(dx)]
	for i := range dx {
		dx[i] += float32(dy[i] * (1 - float32(y[i]*y[i])))
	}
}

func sigmoidGradGeneric(dx, dy, y []float32) {
	dy, y = dy[:len(dx)], y[:len(dx)]
	for i := range dx {
		dx[i] += float32(dy[i] * float32(y[i]*(1-y[i])))
	}
}

func reluGradGeneric(dx, dy, y []float32) {
	dy, y = dy[:len(dx)], y[:len(dx)]
	for i := range dx {
		if y[i] > 0 {
			dx[i] += dy[i]
		}
	}
}
