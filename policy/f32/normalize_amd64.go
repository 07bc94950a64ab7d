package f32

// A normalTable has the means and scales of some equal rows, one after the other. The number of
// elements is a multiple of 8, so a vector at the same place has the same columns again.
type normalTable struct {
	mean, scale [192]float64
	n           int // number of elements in use
}

// set repeats mean and 1 / √(variance + 10⁻⁸) in the table, for x elements that are normalised.
// The result is false if the table is too small, or if the elements are too few.
func (t *normalTable) set(mean, variance []float32, x int) bool {
	w := len(mean)
	t.n = w
	for t.n%8 != 0 {
		t.n += w
	}
	if t.n > len(t.mean) || x < max(t.n, 128) {
		return false
	}
	for j, m := range mean {
		scale := normalScale(variance[j])
		for i := j; i < t.n; i += w {
			t.mean[i], t.scale[i] = float64(m), scale
		}
	}
	return true
}

// rest normalises the elements from element n on.
func (t *normalTable) rest(dst, x []float32, n int, limit float32) {
	for i := n; i < len(x); i++ {
		dst[i] = normalized(x[i], t.mean[i%t.n], t.scale[i%t.n], limit)
	}
}

// normalizeAVX2 is normalizeBlocksAVX2 for rows of any number and width.
func normalizeAVX2(dst, x, mean, variance []float32, limit float32) {
	var t normalTable
	if !t.set(mean, variance, len(x)) {
		normalizeGeneric(dst, x, mean, variance, limit)
		return
	}
	n := len(x) &^ 7
	normalizeBlocksAVX2(dst, x[:n], t.mean[:t.n], t.scale[:t.n], limit)
	t.rest(dst, x, n, limit)
}

// normalizeAVX512 is normalizeBlocksAVX512 for rows of any number and width. It repeats normalizeAVX2,
// because a call through a function argument would move the table to the heap.
func normalizeAVX512(dst, x, mean, variance []float32, limit float32) {
	var t normalTable
	if !t.set(mean, variance, len(x)) {
		normalizeGeneric(dst, x, mean, variance, limit)
		return
	}
	n := len(x) &^ 7
	normalizeBlocksAVX512(dst, x[:n], t.mean[:t.n], t.scale[:t.n], limit)
	t.rest(dst, x, n, limit)
}
