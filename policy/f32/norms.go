package f32

import "math"

// BatchNorm sets y [n, len(w)] to w (x - mean) / √(variance + eps) + b, column by column. mean,
// variance, w and b have one element per column of x. Ioffe and Szegedy 2015, arXiv:1502.03167,
// algorithm 1.
func BatchNorm(y, x, mean, variance, w, b []float32, eps float32) {
	n := len(w)
	for j := range w {
		k := w[j] * inverseRoot(float64(variance[j]), eps)
		for i := j; i < len(y); i += n {
			y[i] = float32((x[i]-mean[j])*k) + b[j]
		}
	}
}

// BatchNormGrad adds BatchNorm's gradients to dx, dw and db, where dy is the gradient of the
// result. It assumes that BatchNorm used the mean and variance of x, as in training. With the
// normalised inputs z = (x - mean) / √(variance + eps):
//
//	dx += w (dy - mean dy - z mean(dy z)) / √(variance + eps)
//	dw += Σ dy z
//	db += Σ dy
//
// The means and sums are taken over each column.
func BatchNormGrad(dx, dw, db, dy, x, w []float32, eps float32) {
	n := len(w)
	for j := range w {
		mean, scale := meanAndScale(x[j:], n, len(x)/n, eps)
		var sum, sumZ float64 // Σ dy, Σ dy z
		for i := j; i < len(x); i += n {
			z := float32((x[i] - mean) * scale)
			sum += float64(dy[i])
			sumZ += float64(dy[i]) * float64(z)
		}
		dw[j] += float32(sumZ)
		db[j] += float32(sum)
		rows := float64(len(x) / n)
		meanDy, meanDyZ := float32(sum/rows), float32(sumZ/rows)
		for i := j; i < len(x); i += n {
			z := float32((x[i] - mean) * scale)
			dx[i] += float32(w[j] * scale * (dy[i] - meanDy - float32(z*meanDyZ)))
		}
	}
}

// Moments writes the mean and the variance of each column of x. The sum of squares is divided by
// the number of rows n, not by n - 1.
func Moments(mean, variance, x []float32) {
	for j, n := 0, len(mean); j < n; j++ {
		mu, v := moments(x[j:], n, len(x)/n)
		mean[j], variance[j] = float32(mu), float32(v)
	}
}

// moments returns the mean and variance of the n elements x[0], x[step], x[2 step], ….
func moments(x []float32, step, n int) (mean, variance float64) {
	for i := range n {
		mean += float64(x[i*step])
	}
	mean /= float64(n)
	for i := range n {
		d := float64(x[i*step]) - mean
		variance += float64(d * d)
	}
	return mean, variance / float64(n)
}

// meanAndScale returns the mean of the n elements x[0], x[step], …, and 1 / √(variance + eps) for
// their variance.
func meanAndScale(x []float32, step, n int, eps float32) (mean, scale float32) {
	mu, variance := moments(x, step, n)
	return float32(mu), inverseRoot(variance, eps)
}

func inverseRoot(variance float64, eps float32) float32 {
	return float32(1 / math.Sqrt(variance+float64(eps)))
}
