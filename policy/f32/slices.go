package f32

// Grow returns a slice of n elements with arbitrary values. It uses the memory of x if the
// capacity of x is at least n; otherwise it allocates memory.
func Grow[T any](x []T, n int) []T {
	if cap(x) < n {
		return make([]T, n)
	}
	return x[:n]
}

// Row returns row i of the matrix x with n columns, as a subslice of x. If x is nil, it returns
// nil.
func Row[T any](x []T, i, n int) []T {
	if x == nil {
		return nil
	}
	return x[i*n : (i+1)*n]
}

// Fill sets every element of x to v.
func Fill(x []float32, v float32) {
	for i := range x {
		x[i] = v
	}
}

// ArgMax returns the index of the largest element, and the first of these indices if several
// elements are equal.
func ArgMax(x []float32) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}
