package f32

import "math"

// The activations in this file use the loops of other files. Their gradient functions have the
// input x as an argument, and not the result.

// LeakyReLU sets dst to x where x > 0, and to slope · x elsewhere.
func LeakyReLU(dst, x []float32, slope float32) {
	for i, v := range x[:len(dst)] {
		if !(v > 0) {
			v *= slope
		}
		dst[i] = v
	}
}

// LeakyReLUGrad adds LeakyReLU's gradient to dx, where dy is the gradient of the result.
func LeakyReLUGrad(dx, dy, x []float32, slope float32) {
	dy, x = dy[:len(dx)], x[:len(dx)]
	for i, g := range dy {
		if !(x[i] > 0) {
			g *= slope
		}
		dx[i] += g
	}
}

// ELU sets dst to x where x > 0, and to eˣ - 1 elsewhere. Clevert et al. 2016, arXiv:1511.07289,
// eq. 15, with α = 1. It computes eˣ - 1 as 2t / (1-t) with t = tanh(x/2), which is accurate for
// small x too.
func ELU(dst, x []float32) {
	inPieces(len(dst), func(from, to int, t, _ []float32) {
		Affine(t, 0.5, x[from:to], 0)
		Tanh(t, t)
		for i, v := range x[from:to] {
			if !(v > 0) {
				v = 2 * t[i] / (1 - t[i])
			}
			dst[from+i] = v
		}
	})
}

// ELUGrad adds ELU's gradient to dx, where dy is the gradient of the result.
func ELUGrad(dx, dy, x []float32) {
	inPieces(len(dx), func(from, to int, e, _ []float32) {
		Exp(e, x[from:to])
		for i, g := range dy[from:to] {
			if !(x[from+i] > 0) {
				g *= e[i]
			}
			dx[from+i] += g
		}
	})
}

// SiLU sets dst = x σ(x), where σ is the sigmoid. Elfwing et al. 2018, arXiv:1702.03118,
// eq. 2.
func SiLU(dst, x []float32) {
	inPieces(len(dst), func(from, to int, s, _ []float32) {
		Sigmoid(s, x[from:to])
		Mul(dst[from:to], x[from:to], s)
	})
}

// SiLUGrad adds SiLU's gradient to dx, where dy is the gradient of the result.
func SiLUGrad(dx, dy, x []float32) {
	inPieces(len(dx), func(from, to int, s, _ []float32) {
		Sigmoid(s, x[from:to])
		for i, v := range x[from:to] {
			dx[from+i] += float32(dy[from+i] * float32(s[i]*(1+float32(v*(1-s[i])))))
		}
	})
}

// Softplus sets dst = log(1 + eˣ), computed as max(x, 0) + log(1 + u) with u = e⁻ˡˣˡ. For small
// u, the sum w = 1 + u has a rounding error. Therefore log(1 + u) is computed as u log w / (w-1):
// the rounding error is in log w and in w - 1, and it cancels.
func Softplus(dst, x []float32) {
	inPieces(len(dst), func(from, to int, u, logs []float32) {
		for i, v := range x[from:to] {
			u[i] = -abs(v)
		}
		Exp(u, u)
		Affine(logs, 1, u, 1)
		Log(logs, logs)
		for i, v := range x[from:to] {
			y := u[i]
			if w := 1 + u[i]; w != 1 {
				y = logs[i] * u[i] / (w - 1)
			}
			dst[from+i] = max(v, 0) + y
		}
	})
}

// SoftplusGrad adds Softplus's gradient to dx, where dy is the gradient of the result.
func SoftplusGrad(dx, dy, x []float32) {
	inPieces(len(dx), func(from, to int, s, _ []float32) {
		Sigmoid(s, x[from:to])
		MulAdd(dx[from:to], dy[from:to], s)
	})
}

// GELU sets dst = x Φ(x), where Φ is the cumulative distribution function of the standard
// normal distribution. Hendrycks and Gimpel 2016, arXiv:1606.08415, section 2.
func GELU(dst, x []float32) {
	for i, v := range x[:len(dst)] {
		dst[i] = float32(float64(v) * normalCDF(float64(v)))
	}
}

// GELUGrad adds GELU's gradient to dx, where dy is the gradient of the result.
func GELUGrad(dx, dy, x []float32) {
	dy = dy[:len(dx)]
	for i, v := range x[:len(dx)] {
		z := float64(v)
		density := math.Exp(-0.5*z*z) / math.Sqrt(2*math.Pi)
		dx[i] += float32(dy[i] * float32(normalCDF(z)+float64(z*density)))
	}
}

// normalCDF returns Φ(z), the cumulative distribution function of the standard normal
// distribution.
func normalCDF(z float64) float64 { return 0.5 * math.Erfc(-z/math.Sqrt2) }

// inPieces divides n elements into pieces and calls f for each piece, which has the elements
// [from, to). s and t are scratch slices with the length of the piece.
func inPieces(n int, f func(from, to int, s, t []float32)) {
	const pieceSize = 2048
	s := getScratch()
	defer s.put()
	for from := 0; from < n; from += pieceSize {
		to := min(from+pieceSize, n)
		f(from, to, s[:to-from], s[pieceSize:][:to-from])
	}
}
