package f32

import "math"

// Softmax replaces each row of x by eᶻ / Σ eᶻ for z = scale · x + mask. x has the given number of rows
// of w elements, ld apart; the rows of mask [rows, w] are maskld apart. A nil mask is a mask of zeros.
// Where z is more than 87 below the largest number of its row, as with a mask of -1e9 or -Inf, the
// result is exactly 0. If a whole row has the mask -Inf, its results are NaN.
func Softmax(x []float32, rows, w, ld int, mask []float32, maskld int, scale float32) {
	if rows > 0 && w > 0 {
		active.softmax(x[:(rows-1)*ld+w], rows, w, ld, mask, maskld, scale)
	}
}

// SoftmaxGrad replaces ds, the gradient of Softmax's result p, by the gradient of Softmax's x. The rows
// of ds and p are ld apart.
func SoftmaxGrad(ds, p []float32, rows, w, ld int, scale float32) {
	if rows > 0 && w > 0 {
		n := (rows-1)*ld + w
		active.softmaxGrad(ds[:n], p[:n], rows, w, ld, scale)
	}
}

// Attention computes one head of attention over one sequence: y = softmax(q kᵀ / √dh + mask) v. It is
// scaled dot-product attention, Vaswani et al. 2017, arXiv:1706.03762, eq. 1.
//
// q has tq queries of dh elements, ldq apart. k and v have tk keys and values of dh elements, ldk and
// ldv apart. The rows of y are ldy apart. So heads may lie beside each other in a row. p [tq, tk] gets
// the weights of the values, for AttentionGrad. mask [tq, tk] is added to the scores. A mask of -1e9 or
// -Inf gives weights of exactly 0, unless it forbids a whole row. A nil mask forbids nothing. A row of
// y and p depends only on its query, and not on keys with weight 0, bit for bit.
func Attention(y []float32, ldy int, p, q []float32, ldq int, k, v []float32, ldk, ldv, tq, tk, dh int, mask []float32) {
	active.attention(y, ldy, p[:tq*tk], q, ldq, k, v, ldk, ldv, tq, tk, dh, mask)
}

// AttentionGrad adds Attention's gradients to dq, dk and dv, whose rows are as far apart as in q, k and
// v. dy is the gradient of y, with rows ldy apart, and p has the weights from Attention. If dk or dv is
// nil, it is not computed.
func AttentionGrad(dq, dk, dv, dy []float32, ldy int, p, q []float32, ldq int, k, v []float32, ldk, ldv, tq, tk, dh int) {
	active.attentionGrad(dq, dk, dv, dy, ldy, p[:tq*tk], q, ldq, k, v, ldk, ldv, tq, tk, dh)
}

// attentionScale returns 1/√dh.
func attentionScale(dh int) float32 { return float32(1 / math.Sqrt(float64(dh))) }

func (s *kernels) attention(y []float32, ldy int, p, q []float32, ldq int, k, v []float32, ldk, ldv, tq, tk, dh int, mask []float32) {
	if tq == 0 || tk == 0 {
		return
	}
	s.stridedProduct(stridedProduct{m: tq, n: tk, k: dh, a: q, ra: ldq, ca: 1, b: k, ldb: ldk, transposed: true, c: p, ldc: tk, zero: true})
	s.softmax(p, tq, tk, tk, mask, tk, attentionScale(dh))
	s.stridedProduct(stridedProduct{m: tq, n: dh, k: tk, a: p, ra: tk, ca: 1, b: v, ldb: ldv, c: y, ldc: ldy, zero: true})
}

// attentionGrad computes AttentionGrad, as many queries at a time as fit into a scratch.
func (s *kernels) attentionGrad(dq, dk, dv, dy []float32, ldy int, p, q []float32, ldq int, k, v []float32, ldk, ldv, tq, tk, dh int) {
	ds := getScratch()
	defer ds.put()
	n := 0
	for i := 0; i < tq; i += n {
		n = min(tq-i, max(1, scratchSize/tk))
		g, weights, queries, scores := dy[i*ldy:], p[i*tk:(i+n)*tk], q[i*ldq:], ds.floats[:n*tk]
		if dv != nil {
			s.stridedProduct(stridedProduct{m: tk, n: dh, k: n, a: weights, ra: 1, ca: tk, b: g, ldb: ldy, c: dv, ldc: ldv})
		}
		s.stridedProduct(stridedProduct{m: n, n: tk, k: dh, a: g, ra: ldy, ca: 1, b: v, ldb: ldv, transposed: true, c: scores, ldc: tk, zero: true})
		s.softmaxGrad(scores, weights, n, tk, tk, attentionScale(dh))
		s.stridedProduct(stridedProduct{m: n, n: dh, k: tk, a: scores, ra: tk, ca: 1, b: k, ldb: ldk, c: dq[i*ldq:], ldc: ldq})
		if dk != nil {
			s.stridedProduct(stridedProduct{m: tk, n: dh, k: n, a: scores, ra: 1, ca: tk, b: queries, ldb: ldq, c: dk, ldc: ldk})
		}
	}
}

func softmaxGeneric(x []float32, rows, w, ld int, mask []float32, maskld int, scale float32) {
	for r := range rows {
		row := x[r*ld:][:w]
		top := float32(math.Inf(-1))
		for j := range row {
			row[j] *= scale
			if mask != nil {
				row[j] += mask[r*maskld+j]
			}
			top = max(top, row[j])
		}
		var sum float32
		for j, v := range row {
			row[j] = 0
			if !(v-top < -87) {
				row[j] = exp(v - top)
			}
			sum += row[j]
		}
		for j := range row {
			row[j] *= 1 / sum
		}
	}
}

func softmaxGradGeneric(ds, p []float32, rows, w, ld int, scale float32) {
	for r := range rows {
		d, weight := ds[r*ld:][:w], p[r*ld:][:w]
		var sum float32
		for j := range d {
			sum += float32(d[j] * weight[j])
		}
		for j := range d {
			d[j] = (d[j] - sum) * float32(weight[j]*scale)
		}
	}
}
