package f32

// This file has the linear layers in plain Go. Sums are computed in the order of the inputs or,
// for weight gradients, of the rows.

func denseGeneric(y, x, w, b []float32, n, in, out int, act Activation) {
	for r := range n {
		row := y[r*out : (r+1)*out]
		copy(row, b)
		accumulate(row, x[r*in:(r+1)*in], 1, w, out, in)
	}
	genericActivate[act](y, y)
}

func denseInputGeneric(dx, dy, w []float32, n, in, out int, add bool) {
	if !add {
		clear(dx)
	}
	for r := range n {
		g := dy[r*out : (r+1)*out]
		for k := range in {
			dx[r*in+k] += dot(g, w[k*out:])
		}
	}
}

func denseWeightGeneric(dw, x, dy []float32, n, in, out, from, to int) {
	for k := from; k < to && n > 0; k++ {
		accumulate(dw[k*out:(k+1)*out], x[k:], in, dy, out, n)
	}
}

func linearGeneric(y, x, w, b []float32, n, in, out int, act Activation) {
	for r := range n {
		row := x[r*in : (r+1)*in]
		for j := range out {
			y[r*out+j] = b[j] + dot(row, w[j*in:])
		}
	}
	genericActivate[act](y, y)
}

func linearInputGeneric(dx, dy, w []float32, n, in, out int, add bool) {
	if !add {
		clear(dx)
	}
	for r := range n {
		accumulate(dx[r*in:(r+1)*in], dy[r*out:(r+1)*out], 1, w, in, out)
	}
}

func linearWeightGeneric(dw, x, dy []float32, n, in, out, from, to int) {
	for j := from; j < to && n > 0; j++ {
		accumulate(dw[j*in:(j+1)*in], dy[j:], out, x, in, n)
	}
}

// dot returns the inner product Σ x_i y_i. It uses four partial sums: partial sum k has the
// products with i mod 4 = k. The order of the additions is fixed.
func dot(x, y []float32) float32 {
	y = y[:len(x)]
	var s0, s1, s2, s3 float32
	for ; len(x) >= 4; x, y = x[4:], y[4:] {
		s0 += float32(x[0] * y[0])
		s1 += float32(x[1] * y[1])
		s2 += float32(x[2] * y[2])
		s3 += float32(x[3] * y[3])
	}
	for i, v := range x {
		s0 += float32(v * y[i])
	}
	return (s0 + s1) + (s2 + s3)
}

// accumulate adds Σ k_i x_i to y [w]. x_i are the n rows of x [n, w], and k_i = k[i·stride] are
// their factors.
func accumulate(y, k []float32, stride int, x []float32, w, n int) {
	y = y[:w]
	i := 0
	for ; i+4 <= n; i += 4 {
		k0, k1, k2, k3 := k[i*stride], k[(i+1)*stride], k[(i+2)*stride], k[(i+3)*stride]
		x0, x1, x2, x3 := x[i*w:][:w], x[(i+1)*w:][:w], x[(i+2)*w:][:w], x[(i+3)*w:][:w]
		for c, v := range y {
			v += float32(k0 * x0[c])
			v += float32(k1 * x1[c])
			v += float32(k2 * x2[c])
			y[c] = v + float32(k3*x3[c])
		}
	}
	for ; i < n; i++ {
		k0, x0 := k[i*stride], x[i*w:][:w]
		for c := range y {
			y[c] += float32(k0 * x0[c])
		}
	}
}
