package classic

import "math"

// maxReducedAngle is a large angle [rad]. For this and larger angles, sincos calls the standard
// library. Angles in an episode are smaller.
const maxReducedAngle = 1 << 20

// roundingTerm rounds a number x below 2⁵¹: x + roundingTerm - roundingTerm is the nearest whole
// number. The lowest bits of this whole number are also the lowest bits of x + roundingTerm.
const roundingTerm = 3 << 51

// sincos returns the sine and the cosine of an angle [rad], with an error of at most 2⁻⁵². It
// returns the same bits on every machine. It uses the method of the Cephes library, as package
// math does, and on amd64 it returns the same bits as package math. But here no branch depends on
// the sign or the quadrant of the angle, because a processor would mispredict it half the time.
func sincos(x float64) (sin, cos float64) {
	const ( // π/2 in three parts, short enough for exact products with the quadrant
		high   = 0x1.921fb4p0
		middle = 0x1.4442dp-24
		low    = 0x1.8469898cc517p-48
	)
	if !(math.Abs(x) < maxReducedAngle) {
		return math.Sincos(x)
	}
	sum := float64(x*(2/math.Pi)) + roundingTerm
	quadrant, q := math.Float64bits(sum), sum-roundingTerm
	z := x - float64(q*high) - float64(q*middle) - float64(q*low) // between -π/4 and π/4
	zz := float64(z * z)

	sin = mulAdd(sinPolynomial(zz), float64(z*zz), z)
	cos = mulAdd(cosPolynomial(zz), float64(zz*zz), 1-float64(0.5*zz))

	// In odd quadrants the sine and the cosine are swapped. The sine is negative in the last
	// two quadrants, the cosine in the middle two.
	s, c := math.Float64bits(sin), math.Float64bits(cos)
	swap := (s ^ c) & -(quadrant & 1)
	s ^= swap ^ quadrant&2<<62
	c ^= swap ^ (quadrant+1)&2<<62
	return math.Float64frombits(s), math.Float64frombits(c)
}

// smallSincos returns the same as sincos. It is faster for angles within ±0.75, where the quadrant
// is 0, and should be used if almost all angles are.
func smallSincos(x float64) (sin, cos float64) {
	if !(math.Abs(x) < 0.75) {
		return sincos(x)
	}
	xx := float64(x * x)
	sin = mulAdd(sinPolynomial(xx), float64(x*xx), x)
	cos = mulAdd(cosPolynomial(xx), float64(xx*xx), 1-float64(0.5*xx))
	return sin, cos
}

// sinPolynomial returns (sin z - z) / z³ for an angle z from -π/4 to π/4, whose square is zz.
func sinPolynomial(zz float64) float64 {
	p := mulAdd(1.58962301576546568060e-10, zz, -2.50507477628578072866e-8)
	p = mulAdd(p, zz, 2.75573136213857245213e-6)
	p = mulAdd(p, zz, -1.98412698295895385996e-4)
	p = mulAdd(p, zz, 8.33333333332211858878e-3)
	return mulAdd(p, zz, -1.66666666666666307295e-1)
}

// cosPolynomial returns (cos z - 1 + z²/2) / z⁴ for an angle z from -π/4 to π/4, whose square is
// zz.
func cosPolynomial(zz float64) float64 {
	p := mulAdd(-1.13585365213876817300e-11, zz, 2.08757008419747316778e-9)
	p = mulAdd(p, zz, -2.75573141792967388112e-7)
	p = mulAdd(p, zz, 2.48015872888517045348e-5)
	p = mulAdd(p, zz, -1.38888888888730564116e-3)
	return mulAdd(p, zz, 4.16666666666665929218e-2)
}

// wrapAngle returns an angle [rad] without its whole turns: from -π to π.
func wrapAngle(x float64) float64 {
	if !(math.Abs(x) < maxReducedAngle) {
		x = math.Mod(x, 2*math.Pi)
	}
	turns := float64(x*(0.5/math.Pi)) + roundingTerm - roundingTerm
	return math.FMA(-turns, 2*math.Pi, x) // rounded only once, at the end
}

// mulAdd returns ab + c. It rounds the product and the sum, also on machines with a fused
// instruction that rounds only once.
func mulAdd(a, b, c float64) float64 { return float64(a*b) + c }
