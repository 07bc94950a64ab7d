package f32

import "math"

// LayerNorm sets each row of y, as wide as w, to w (x - μ) / √(σ² + eps) + b, where μ
// and σ² are the mean and the variance of that row of x. Ba et al. 2016,
// arXiv:1607.06450, eq. 4.
func LayerNorm(y, x, w, b []float32, eps float32) {
	for n := len(w); len(y) > 0; y, x = y[n:], x[n:] {
		mean, scale := spread(x[:n], 1, n, eps)
		for i, v := range x[:n] {
			y[i] = float32(float32((v-mean)*scale)*w[i]) + b[i]
		}
	}
}

// LayerNormGrad adds LayerNorm's gradients, given that of its result, dy.
func LayerNormGrad(dx, dw, db, dy, x, w []float32, eps float32) {
	for n := len(w); len(dx) > 0; dx, dy, x = dx[n:], dy[n:], x[n:] {
		mean, scale := spread(x[:n], 1, n, eps)
		var sum, along float64 // of the gradient of what w multiplies, and of its products with that
		for i, v := range x[:n] {
			z, g := float32((v-mean)*scale), float32(dy[i]*w[i])
			sum += float64(g)
			along += float64(g) * float64(z)
			dw[i] += float32(dy[i] * z)
			db[i] += dy[i]
		}
		sum, along = sum/float64(n), along/float64(n)
		for i, v := range x[:n] {
			z, g := float32((v-mean)*scale), float32(dy[i]*w[i])
			dx[i] += float32(scale * (g - float32(sum) - float32(z*float32(along))))
		}
	}
}

// BatchNorm sets each column j of y [n, len(w)] to w (x - mean) / √(variance + eps) + b.
// Ioffe and Szegedy 2015, arXiv:1502.03167, algorithm 1.
func BatchNorm(y, x, mean, variance, w, b []float32, eps float32) {
	n := len(w)
	for j := range w {
		k := w[j] * inverseRoot(float64(variance[j]), eps)
		for i := j; i < len(y); i += n {
			y[i] = float32((x[i]-mean[j])*k) + b[j]
		}
	}
}

// BatchNormGrad adds the gradients of BatchNorm by the mean and variance of x
// itself, given that of its result, dy.
func BatchNormGrad(dx, dw, db, dy, x, w []float32, eps float32) {
	n := len(w)
	for j := range w {
		mean, scale := spread(x[j:], n, len(x)/n, eps)
		var sum, along float64
		for i := j; i < len(x); i += n {
			z := float32((x[i] - mean) * scale)
			sum += float64(dy[i])
			along += float64(dy[i]) * float64(z)
		}
		dw[j] += float32(along)
		db[j] += float32(sum)
		rows := float64(len(x) / n)
		sum, along = sum/rows, along/rows
		for i := j; i < len(x); i += n {
			z := float32((x[i] - mean) * scale)
			dx[i] += float32(w[j] * scale * (dy[i] - float32(sum) - float32(z*float32(along))))
		}
	}
}

// Moments sets mean and variance to those of x's columns. The variance is that of
// the rows themselves, which divides by their number.
func Moments(mean, variance, x []float32) {
	for j, n := 0, len(mean); j < n; j++ {
		mu, v := moments(x[j:], n, len(x)/n)
		mean[j], variance[j] = float32(mu), float32(v)
	}
}

// moments returns the mean and variance of n elements, x[0], x[step], ….
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

// spread returns their mean, and 1 / √(variance + eps).
func spread(x []float32, step, n int, eps float32) (mean, scale float32) {
	mu, variance := moments(x, step, n)
	return float32(mu), inverseRoot(variance, eps)
}

func inverseRoot(variance float64, eps float32) float32 {
	return float32(1 / math.Sqrt(variance+float64(eps)))
}
