package f32

import "math"

// Normalize sets dst = (x - mean) / √(variance + 10⁻⁸), clipped to [-limit, limit], for rows of
// len(mean) elements. It computes in float64, and rounds to float32 before it clips. All kernels
// give the same bits. NaN stays NaN.
func Normalize(dst, x, mean, variance []float32, limit float32) {
	active.normalize(dst[:len(x)], x, mean, variance[:len(mean)], limit)
}

func normalizeGeneric(dst, x, mean, variance []float32, limit float32) {
	w := len(mean)
	for j, m := range mean {
		scale := normalScale(variance[j])
		for i := j; i < len(x); i += w {
			dst[i] = normalized(x[i], float64(m), scale, limit)
		}
	}
}

// normalScale returns 1 / √(variance + 10⁻⁸).
func normalScale(variance float32) float64 { return 1 / math.Sqrt(float64(variance)+1e-8) }

// normalized returns (x - mean) scale, clipped to [-limit, limit]. It does not call min and max,
// which take longer because they treat NaN and -0 as special cases.
func normalized(x float32, mean, scale float64, limit float32) float32 {
	y := float32((float64(x) - mean) * scale)
	if y > limit {
		return limit
	}
	if y < -limit {
		return -limit
	}
	return y
}
