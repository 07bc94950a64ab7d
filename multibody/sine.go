package multibody

import (
	"math"
	"math/bits"
)

// largeAngle is the angle [rad] from which on sincos needs more digits of π.
const largeAngle = 1 << 20

// roundingTerm rounds a number x below 2⁵¹: x + roundingTerm - roundingTerm is the nearest whole
// number. The lowest bits of this whole number are also the lowest bits of x + roundingTerm.
const roundingTerm = 3 << 51

// Sincos returns the sine and the cosine of an angle [rad], as the simulation computes them: with the
// same bits on every machine. Observations of angles and rotations in models should use it.
func Sincos(x float64) (sin, cos float64) { return sincos(x) }

// sincos returns the sine and the cosine of an angle [rad], with an error of at most 2⁻⁵², or NaN for
// an angle that is not finite. It returns the same bits on every machine, while math.Sincos contains
// sums of unrounded products. The method is Cody and Waite's: the angle less a multiple of π/2, then a
// polynomial; the coefficients are those of the Cephes library. No branch depends on the quadrant,
// because a processor would often mispredict it.
func sincos(x float64) (sin, cos float64) {
	const ( // π/2 in three parts, short enough for exact products with the quadrant
		high   = 0x1.921fb4p0
		middle = 0x1.4442dp-24
		low    = 0x1.8469898cc517p-48
	)
	var quadrant uint64
	var z float64 // x - quadrant·π/2, between -π/4 and π/4
	if math.Abs(x) < largeAngle {
		sum := float64(x*(2/math.Pi)) + roundingTerm
		q := sum - roundingTerm
		quadrant, z = math.Float64bits(sum), x-float64(q*high)-float64(q*middle)-float64(q*low)
	} else {
		quadrant, z = reduceLarge(x)
	}
	zz := float64(z * z)

	p := mulAdd(1.58962301576546568060e-10, zz, -2.50507477628578072866e-8)
	p = mulAdd(p, zz, 2.75573136213857245213e-6)
	p = mulAdd(p, zz, -1.98412698295895385996e-4)
	p = mulAdd(p, zz, 8.33333333332211858878e-3)
	p = mulAdd(p, zz, -1.66666666666666307295e-1)
	sin = mulAdd(p, float64(z*zz), z)

	p = mulAdd(-1.13585365213876817300e-11, zz, 2.08757008419747316778e-9)
	p = mulAdd(p, zz, -2.75573141792967388112e-7)
	p = mulAdd(p, zz, 2.48015872888517045348e-5)
	p = mulAdd(p, zz, -1.38888888888730564116e-3)
	p = mulAdd(p, zz, 4.16666666666665929218e-2)
	cos = mulAdd(p, float64(zz*zz), 1-float64(0.5*zz))

	// In odd quadrants the sine and the cosine are swapped. The sine is negative in the last two
	// quadrants, the cosine in the middle two.
	s, c := math.Float64bits(sin), math.Float64bits(cos)
	swap := (s ^ c) & -(quadrant & 1)
	s ^= swap ^ quadrant&2<<62
	c ^= swap ^ (quadrant+1)&2<<62
	return math.Float64frombits(s), math.Float64frombits(c)
}

// mulAdd returns ab + c. It rounds the product and the sum, also on machines with a fused
// instruction that rounds only once.
func mulAdd(a, b, c float64) float64 { return float64(a*b) + c }

// reduceLarge returns the quadrant of an angle of at least largeAngle, modulo 4, and the rest of the
// angle, between -π/4 and π/4. The method is Payne and Hanek's (1983, ACM SIGNUM Newsletter 18(1)):
// of the digits of 2/π only those count that do not make a multiple of four quadrants with the whole
// number m of x = m·2^e, and of these only as many as the result shows. All numbers are integers.
func reduceLarge(x float64) (quadrant uint64, rest float64) {
	const significandBits, exponentBias = 52, 1023
	b := math.Float64bits(x)
	exponent := int(b>>significandBits) & 0x7ff
	if exponent == 0x7ff {
		return 0, math.NaN() // of NaN and infinities
	}
	m := b&(1<<significandBits-1) | 1<<significandBits
	e := exponent - exponentBias - significandBits

	// Digit k after the binary point of 2/π has the weight 2^(e-k) in 2/π·2^e. The first that counts has
	// the weight 2.
	digits := twoOverPi()
	first := uint(e + 62) // digits has 64 zeros before the point
	word, shift := first/64, first%64
	d := digits[word:]
	d0 := d[0]<<shift | d[1]>>(64-shift)
	d1 := d[1]<<shift | d[2]>>(64-shift)
	d2 := d[2]<<shift | d[3]>>(64-shift)

	// m·(d0, d1, d2), the upper 128 bits modulo 2¹²⁸: two of quadrants, then the fraction.
	carry2, _ := bits.Mul64(m, d2)
	carry1, low := bits.Mul64(m, d1)
	low, carry := bits.Add64(low, carry2, 0)
	high, _ := bits.Add64(m*d0, carry1, carry)

	fraction := int64(high<<2 | low>>62) // [2⁻⁶⁴ quadrants], from the nearest quadrant
	quadrant = high >> 62
	if fraction < 0 {
		quadrant++
	}
	rest = float64(fraction) * (math.Pi / 2 / (1 << 64))
	if x < 0 {
		return -quadrant, -rest
	}
	return quadrant, rest
}

// twoOverPi returns the first 1216 binary digits of 2/π after 64 zeros, enough for the largest
// float64.
func twoOverPi() [20]uint64 {
	return [20]uint64{0,
		0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
		0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484,
		0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f,
		0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d, 0x7527bac7ebe5f17b,
		0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab,
	}
}
