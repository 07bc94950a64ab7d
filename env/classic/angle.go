package classic

import "math"

// far is from where on an angle [rad] is reduced by the standard library: with
// a million whole turns in it, it is no angle of an episode.
const far = 1 << 20

// whole, added to a number less than 2⁵¹ and subtracted again, leaves the
// nearest whole number, whose lowest bits the sum has as its own.
const whole = 3 << 51

// sincos returns the sine and the cosine of an angle [rad], with an error of
// 2⁻⁵² at most, and the same bits on every machine. The method is Cephes's, as
// in the standard library, and so are the bits on amd64; but no branch depends
// on the sign or the quadrant, which a processor would guess wrong half the time.
func sincos(x float64) (sin, cos float64) {
	const ( // π/2 in three parts, short enough for exact products with a quadrant
		high   = 0x1.921fb4p0
		middle = 0x1.4442dp-24
		low    = 0x1.8469898cc517p-48
	)
	if !(math.Abs(x) < far) {
		return math.Sincos(x)
	}
	sum := float64(x*(2/math.Pi)) + whole
	quadrant, q := math.Float64bits(sum), sum-whole
	z := x - float64(q*high) - float64(q*middle) - float64(q*low) // within π/4 of 0
	zz := float64(z * z)

	sin = mulAdd(1.58962301576546568060e-10, zz, -2.50507477628578072866e-8)
	sin = mulAdd(sin, zz, 2.75573136213857245213e-6)
	sin = mulAdd(sin, zz, -1.98412698295895385996e-4)
	sin = mulAdd(sin, zz, 8.33333333332211858878e-3)
	sin = mulAdd(sin, zz, -1.66666666666666307295e-1)
	sin = mulAdd(sin, float64(z*zz), z)

	cos = mulAdd(-1.13585365213876817300e-11, zz, 2.08757008419747316778e-9)
	cos = mulAdd(cos, zz, -2.75573141792967388112e-7)
	cos = mulAdd(cos, zz, 2.48015872888517045348e-5)
	cos = mulAdd(cos, zz, -1.38888888888730564116e-3)
	cos = mulAdd(cos, zz, 4.16666666666665929218e-2)
	cos = mulAdd(cos, float64(zz*zz), 1-float64(0.5*zz))

	// In odd quadrants the two change places; the sine is negative in the last
	// two, the cosine in the middle two.
	s, c := math.Float64bits(sin), math.Float64bits(cos)
	swap := (s ^ c) & -(quadrant & 1)
	s ^= swap ^ quadrant&2<<62
	c ^= swap ^ (quadrant+1)&2<<62
	return math.Float64frombits(s), math.Float64frombits(c)
}

// wrap returns an angle [rad] less its whole turns: from -π to π.
func wrap(x float64) float64 {
	if !(math.Abs(x) < far) {
		x = math.Mod(x, 2*math.Pi)
	}
	turns := float64(x*(0.5/math.Pi)) + whole - whole
	return math.FMA(-turns, 2*math.Pi, x) // rounded once, as one subtraction is
}

// mulAdd returns ab + c, rounded twice, also by a machine that could round once.
func mulAdd(a, b, c float64) float64 { return float64(a*b) + c }
