// Package f32 has the loops over float32s that training spends its time in.
//
// Destinations come first and may be an operand too, element for element.
// Matrices are row-major and unpadded. Sums run in a fixed order, and products
// are rounded before they are added: the same Kernels give the same bits.
// Nothing allocates. Lengths that do not fit are bugs and panic.
package f32

// Kernels names the implementation of this package's loops.
func Kernels() string { return "generic" }

// Add sets dst = x + y.
func Add(dst, x, y []float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] + y[i]
	}
}

// AddTo sets dst += x.
func AddTo(dst, x []float32) { Add(dst, dst, x) }

// Sub sets dst = x - y.
func Sub(dst, x, y []float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] - y[i]
	}
}

// SubFrom sets dst -= x.
func SubFrom(dst, x []float32) { Sub(dst, dst, x) }

// Mul sets dst = x ∘ y, element by element.
func Mul(dst, x, y []float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = x[i] * y[i]
	}
}

// MulAdd sets dst += x ∘ y, element by element.
func MulAdd(dst, x, y []float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] += float32(x[i] * y[i])
	}
}

// Affine sets dst = k x + l.
func Affine(dst []float32, k float32, x []float32, l float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = float32(k*x[i]) + l
	}
}

// Axpy sets dst += k x.
func Axpy(dst []float32, k float32, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] += float32(k * x[i])
	}
}

// Blend sets dst = (1-tau) dst + tau x: a soft update, and a copy for tau = 1.
func Blend(dst, x []float32, tau float32) {
	x = x[:len(dst)]
	if tau == 1 {
		copy(dst, x)
		return
	}
	for i := range dst {
		dst[i] = float32((1-tau)*dst[i]) + float32(tau*x[i])
	}
}

// Min sets dst = min(x, y), element by element.
func Min(dst, x, y []float32) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i := range dst {
		dst[i] = min(x[i], y[i])
	}
}

// Clip sets dst = min(max(x, low), high).
func Clip(dst, x []float32, low, high float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = min(max(x[i], low), high)
	}
}

// ReLU sets dst = max(x, 0).
func ReLU(dst, x []float32) {
	x = x[:len(dst)]
	for i := range dst {
		dst[i] = max(x[i], 0)
	}
}

// Gather copies row index[i] of src into row i of dst; rows have w floats.
func Gather(dst, src []float32, w int, index []int) {
	for i, j := range index {
		copy(dst[i*w:(i+1)*w], src[j*w:(j+1)*w])
	}
}

// Sum returns Σ x, added up in float64.
func Sum(x []float32) float64 {
	var sum float64
	for _, v := range x {
		sum += float64(v)
	}
	return sum
}

// SumSquares returns Σ x², added up in float64.
func SumSquares(x []float32) float64 {
	var sum float64
	for _, v := range x {
		sum += float64(v) * float64(v) // the product is exact: fused or not, the same bits
	}
	return sum
}
