package f32

import "fmt"

// Add sets dst = x + y.
func Add(dst, x, y []float32) { active.add(dst, x[:len(dst)], y[:len(dst)]) }

// AddTo sets dst += x.
func AddTo(dst, x []float32) { Add(dst, dst, x) }

// Sub sets dst = x - y.
func Sub(dst, x, y []float32) { active.sub(dst, x[:len(dst)], y[:len(dst)]) }

// SubFrom sets dst -= x.
func SubFrom(dst, x []float32) { Sub(dst, dst, x) }

// Mul sets dst = x ∘ y, element by element.
func Mul(dst, x, y []float32) { active.mul(dst, x[:len(dst)], y[:len(dst)]) }

// MulAdd sets dst += x ∘ y, element by element.
func MulAdd(dst, x, y []float32) { active.mulAdd(dst, x[:len(dst)], y[:len(dst)]) }

// Affine sets dst = k x + l.
func Affine(dst []float32, k float32, x []float32, l float32) {
	active.affine(dst, x[:len(dst)], k, l)
}

// Axpy sets dst += k x.
func Axpy(dst []float32, k float32, x []float32) { active.axpy(dst, x[:len(dst)], k) }

// Blend makes a soft (Polyak) update: dst = (1-tau) dst + tau x. With tau = 1 it copies x to dst.
func Blend(dst, x []float32, tau float32) {
	if tau == 1 {
		copy(dst, x[:len(dst)])
		return
	}
	active.blend(dst, x[:len(dst)], tau, 1-tau)
}

// Min sets dst = min(x, y), element by element.
func Min(dst, x, y []float32) { active.min(dst, x[:len(dst)], y[:len(dst)]) }

// MinGrad adds Min's gradient for x to dx: dy where x < y, and dy/2 where x = y.
func MinGrad(dx, dy, x, y []float32) {
	n := len(dx)
	active.minGrad(dx, dy[:n], x[:n], y[:n])
}

// Clip sets dst = min(max(x, low), high).
func Clip(dst, x []float32, low, high float32) { active.clip(dst, x[:len(dst)], low, high) }

// ClipGrad adds Clip's gradient to dx: dy where low ≤ x ≤ high.
func ClipGrad(dx, dy, x []float32, low, high float32) {
	active.clipGrad(dx, dy[:len(dx)], x[:len(dx)], low, high)
}

// Gather copies row index[i] of src to row i of dst, for each i. Rows have w elements.
func Gather(dst, src []float32, w int, index []int) {
	if w == 1 { // in plain Go with all kernels, because it needs no vectors and checks a row as it copies it
		gatherElements(dst[:len(index)], src, index)
		return
	}
	rows := uint(len(src) / w)
	for _, j := range index {
		if uint(j) >= rows {
			panicGather(j, int(rows))
		}
	}
	if n := len(index) * w; n > 0 {
		active.gather(dst[:n], src, w, index)
	}
}

// gatherElements is Gather for rows of one element.
func gatherElements(dst, src []float32, index []int) {
	for i, j := range index {
		if uint(j) >= uint(len(src)) {
			panicGather(j, len(src))
		}
		dst[i] = src[j]
	}
}

func panicGather(row, rows int) { panic(fmt.Sprintf("f32: Gather of row %d of %d", row, rows)) }

// Sum returns Σ x, computed in float64.
func Sum(x []float32) float64 { return active.sum(x) }

// SumSquares returns Σ x², computed in float64.
func SumSquares(x []float32) float64 { return active.sumSquares(x) }

// SumRows adds the n rows of x [n, len(dst)] to dst.
func SumRows(dst, x []float32, n int) {
	w := len(dst)
	if n > 0 {
		active.sumRows(dst, x[:n*w], n)
	}
}
