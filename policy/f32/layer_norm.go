package f32

// LayerNorm sets y [R, n] to w (x - μ) / √(σ² + eps) + b, where μ and σ² are the mean and variance of
// each row of x [R, n], and w and b are [n]. stats [R, 2] gets μ and 1 / √(σ² + eps) of each row, for
// LayerNormGrad. If stats is nil, they are not kept. Ba et al. 2016, arXiv:1607.06450, eq. 4.
func LayerNorm(y, x, w, b, stats []float32, eps float32) {
	n := len(w)
	x, b = x[:len(y)], b[:n]
	if len(y) == 0 {
		return
	}
	if stats != nil {
		active.layerNorm(y, x, w, b, stats[:2*(len(y)/n)], eps)
		return
	}
	s := getScratch()
	defer s.put()
	for most := scratchSize / 2 * n; len(y) > 0; {
		size := min(len(y), most)
		active.layerNorm(y[:size], x[:size], w, b, s.floats[:2*(size/n)], eps)
		y, x = y[size:], x[size:]
	}
}

// LayerNormGrad adds LayerNorm's gradients to dx [R, n], dw [n] and db [n], where dy [R, n] is the
// gradient of the result and stats [R, 2] is from LayerNorm. With the normalised inputs
// z = (x - μ) / √(σ² + eps) and g = w dy:
//
//	dx += (g - mean g - z mean(g z)) / √(σ² + eps)
//	dw += Σ dy z
//	db += Σ dy
//
// The means are taken over each row, and the sums over all rows, in their order.
func LayerNormGrad(dx, dw, db, dy, x, w, stats []float32) {
	n := len(w)
	if len(dx) > 0 {
		active.layerNormGrad(dx, dw[:n], db[:n], dy[:len(dx)], x[:len(dx)], w, stats[:2*(len(dx)/n)])
	}
}

func layerNormGeneric(y, x, w, b, stats []float32, eps float32) {
	n := len(w)
	for r := range len(y) / n {
		mean, scale := meanAndScale(x[r*n:], 1, n, eps)
		stats[2*r], stats[2*r+1] = mean, scale
		for j := range n {
			y[r*n+j] = float32(float32((x[r*n+j]-mean)*scale)*w[j]) + b[j]
		}
	}
}

func layerNormGradGeneric(dx, dw, db, dy, x, w, stats []float32) {
	n := len(w)
	for r := range len(dx) / n {
		mean, scale := stats[2*r], stats[2*r+1]
		var sumG, sumGZ float64
		for j := range n {
			z, d := float32((x[r*n+j]-mean)*scale), dy[r*n+j]
			g := float32(d * w[j])
			sumG += float64(g)
			sumGZ += float64(g) * float64(z)
			dw[j] += float32(d * z)
			db[j] += d
		}
		meanG, meanGZ := float32(sumG/float64(n)), float32(sumGZ/float64(n))
		for j := range n {
			z, g := float32((x[r*n+j]-mean)*scale), float32(dy[r*n+j]*w[j])
			dx[r*n+j] += float32(scale * (g - meanG - float32(z*meanGZ)))
		}
	}
}
