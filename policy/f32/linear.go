package f32

// Linear sets y [n, out] = x [n, in] wᵀ + b for w [out, in] and b [out], which
// is PyTorch's layout. Every element is summed in the order of the inputs, so a
// row's result does not depend on the rows beside it.
func Linear(y, x, w, b []float32, n, in, out int) {
	r := 0
	for ; r+2 <= n; r += 2 {
		linear2(y[r*out:(r+2)*out], x[r*in:(r+2)*in], w, b, in, out)
	}
	if r < n {
		linear1(y[r*out:(r+1)*out], x[r*in:(r+1)*in], w, b, in, out)
	}
}

// linear2 is Linear of two rows, in blocks of 2×4 sums that stay in registers.
func linear2(y, x, w, b []float32, in, out int) {
	x0, x1 := x[:in], x[in:][:in]
	y0, y1 := y[:out], y[out:][:out]
	j := 0
	for ; j+4 <= out; j += 4 {
		w0, w1, w2, w3 := w[j*in:][:in], w[(j+1)*in:][:in], w[(j+2)*in:][:in], w[(j+3)*in:][:in]
		s0, s1, s2, s3 := b[j], b[j+1], b[j+2], b[j+3]
		t0, t1, t2, t3 := s0, s1, s2, s3
		for k, u := range x0 {
			v := x1[k]
			s0 += float32(u * w0[k])
			t0 += float32(v * w0[k])
			s1 += float32(u * w1[k])
			t1 += float32(v * w1[k])
			s2 += float32(u * w2[k])
			t2 += float32(v * w2[k])
			s3 += float32(u * w3[k])
			t3 += float32(v * w3[k])
		}
		y0[j], y0[j+1], y0[j+2], y0[j+3] = s0, s1, s2, s3
		y1[j], y1[j+1], y1[j+2], y1[j+3] = t0, t1, t2, t3
	}
	for ; j < out; j++ {
		w0 := w[j*in:][:in]
		s, t := b[j], b[j]
		for k, u := range x0 {
			s += float32(u * w0[k])
			t += float32(x1[k] * w0[k])
		}
		y0[j], y1[j] = s, t
	}
}

// linear1 is Linear of one row.
func linear1(y, x, w, b []float32, in, out int) {
	x = x[:in]
	j := 0
	for ; j+4 <= out; j += 4 {
		w0, w1, w2, w3 := w[j*in:][:in], w[(j+1)*in:][:in], w[(j+2)*in:][:in], w[(j+3)*in:][:in]
		s0, s1, s2, s3 := b[j], b[j+1], b[j+2], b[j+3]
		for k, u := range x {
			s0 += float32(u * w0[k])
			s1 += float32(u * w1[k])
			s2 += float32(u * w2[k])
			s3 += float32(u * w3[k])
		}
		y[j], y[j+1], y[j+2], y[j+3] = s0, s1, s2, s3
	}
	for ; j < out; j++ {
		w0, s := w[j*in:][:in], b[j]
		for k, u := range x {
			s += float32(u * w0[k])
		}
		y[j] = s
	}
}

// LinearInput adds Linear's gradient for x to dx: dx [n, in] += dy [n, out] w.
func LinearInput(dx, dy, w []float32, n, in, out int) {
	for r := range n {
		accumulate(dx[r*in:(r+1)*in], dy[r*out:(r+1)*out], 1, w, in, out)
	}
}

// LinearWeight adds Linear's gradient for w to dw: dw [out, in] += dyᵀ x, over
// the n rows in their order.
func LinearWeight(dw, dy, x []float32, n, in, out int) {
	if n == 0 {
		return
	}
	for j := range out {
		accumulate(dw[j*in:(j+1)*in], dy[j:], out, x, in, n)
	}
}

// LinearBias adds Linear's gradient for b to db: db [out] += Σ dy, over the n
// rows in their order.
func LinearBias(db, dy []float32, n int) {
	out := len(db)
	for r := range n {
		AddTo(db, dy[r*out:(r+1)*out])
	}
}

// accumulate adds Σ k_i x_i to y, for the n rows x_i of width w and the factors
// k_i = k[i·stride].
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
