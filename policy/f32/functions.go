package f32

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

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

func copySign(x, sign float32) float32 {
	const bit = 1 << 31
	return math.Float32frombits(math.Float32bits(x)&^bit | math.Float32bits(sign)&bit)
}

// Exp sets dst = eˣ.
func Exp(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = exp(x[i])
	}
}

// Tanh sets dst = tanh x.
func Tanh(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = tanh(x[i])
	}
}

// TanhGrad adds Tanh's gradient to dx: dx += dy (1 - y²), where y is its result.
func TanhGrad(dx, dy, y []float32) {
	dy, y = dy[:len(dx)], y[:len(dx)]
	for i := range dx {
		dx[i] += float32(dy[i] * (1 - float32(y[i]*y[i])))
	}
}

// ReLUGrad adds ReLU's gradient to dx: dy where the result y is above 0.
func ReLUGrad(dx, dy, y []float32) {
	dy, y = dy[:len(dx)], y[:len(dx)]
	for i := range dx {
		if y[i] > 0 {
			dx[i] += dy[i]
		}
	}
}

// LogSoftmax sets each row of dst, w wide, to x - log Σ eˣ of that row of x.
func LogSoftmax(dst, x []float32, w int) {
	for r := 0; r < len(dst); r += w {
		y, x := dst[r:r+w], x[r:r+w]
		top := x[0]
		for _, v := range x {
			top = max(top, v)
		}
		var sum float32
		for _, v := range x {
			sum += exp(v - top)
		}
		Affine(y, 1, x, -top)
		Affine(y, 1, y, -float32(math.Log(float64(sum))))
	}
}

// LogSoftmaxGrad adds LogSoftmax's gradient to dx, row by row:
// dx += dy - eʸ Σ dy, where y is its result.
func LogSoftmaxGrad(dx, dy, y []float32, w int) {
	for r := 0; r < len(dx); r += w {
		dx, dy, y := dx[r:r+w], dy[r:r+w], y[r:r+w]
		sum := float32(Sum(dy))
		for i, g := range dy {
			dx[i] += g - float32(exp(y[i])*sum)
		}
	}
}
