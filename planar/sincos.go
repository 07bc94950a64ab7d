package planar

import "math"

// sincos returns the rotation by an angle, with the bits of the functions sinf and cosf of the C
// library of GNU/Linux (glibc 2.28 and later), whose error is at most 0.56 units in the last place.
// The method is from ARM's optimized routines: the angle less a multiple of ½π, then polynomials of
// degree 7 and 8, all in float64.
func sincos(a float32) rotation {
	const (
		tiny  = 0x398 // upper 12 bits of 2⁻¹²
		small = 0x3f4 // of ¾, up to which nothing is subtracted
		large = 0x42f // of 120
		inf   = 0x7f8
	)
	bits := math.Float32bits(a)
	top := bits >> 20 & 0x7ff
	var x float64
	var quadrant, phase int32 // phase: the quadrant for the signs
	switch {
	case top < tiny:
		return rotation{a, 1}
	case top < small:
		x := float64(a)
		s, c := sincosPolynomial(x, float64(x*x), 1)
		return rotation{float32(s), float32(c)}
	case top < large:
		x = float64(a)
		quadrant = (int32(float64(x*(0x1.45F306DC9C883p-1*(1<<24)))) + 0x800000) >> 24
		x -= float64(float64(quadrant) * 0x1.921FB54442D18p0)
		phase = quadrant
	case top < inf:
		quadrant, x = reduceAngle(bits)
		phase = quadrant + int32(bits>>31)
	default:
		return rotation{a - a, a - a} // NaN
	}
	x2 := float64(x * x)
	sign := 1.0 // of the cosine polynomial
	if phase&2 != 0 {
		sign = -1
	}
	if phase&3 == 1 || phase&3 == 2 {
		x = -x
	}
	s, c := sincosPolynomial(x, x2, sign)
	if quadrant&1 != 0 {
		s, c = c, s
	}
	return rotation{float32(s), float32(c)}
}

// reduceAngle returns the quadrant of the magnitude of a large float32, given by its bits, and the rest,
// between -¼π and ¼π. It multiplies the significand with the 96 digits of 4/π that count.
func reduceAngle(bits uint32) (quadrant int32, rest float64) {
	digits := [24]uint32{ // of 4/π, each shifted by 8 digits
		0xa2, 0xa2f9, 0xa2f983, 0xa2f9836e, 0xf9836e4e, 0x836e4e44, 0x6e4e4415, 0x4e441529,
		0x441529fc, 0x1529fc27, 0x29fc2757, 0xfc2757d1, 0x2757d1f5, 0x57d1f534, 0xd1f534dd, 0xf534ddc0,
		0x34ddc0db, 0xddc0db62, 0xc0db6295, 0xdb629599, 0x6295993c, 0x95993c43, 0x993c4390, 0x3c439041,
	}
	first := bits >> 26 & 15
	m := (bits&0xffffff | 0x800000) << (bits >> 23 & 7)
	product := uint64(m*digits[first])<<32 | uint64(m)*uint64(digits[first+8])>>32
	product += uint64(m) * uint64(digits[first+4])
	q := (product + 1<<61) >> 62
	return int32(q), float64(int64(product-q<<62)) * 0x1.921FB54442D18p-62
}

// sincosPolynomial returns the sine of x, and the cosine times sign, for |x| ≤ ¼π. x2 is x².
func sincosPolynomial(x, x2, sign float64) (s, c float64) {
	const (
		c1 = -0x1.ffffffd0c621cp-2
		c2 = 0x1.55553e1068f19p-5
		c3 = -0x1.6c087e89a359dp-10
		c4 = 0x1.99343027bf8c3p-16
		s1 = -0x1.555545995a603p-3
		s2 = 0x1.1107605230bc4p-7
		s3 = -0x1.994eb3774cf24p-13
	)
	x4 := float64(x2 * x2)
	x3 := float64(x2 * x)
	p := c3 + float64(x2*c4)
	q := s2 + float64(x2*s3)
	r := 1 + float64(x2*c1)
	s = x + float64(x3*s1) + float64(float64(x3*x2)*q)
	c = float64(sign * (r + float64(x4*c2) + float64(float64(x4*x2)*p)))
	return s, c
}
