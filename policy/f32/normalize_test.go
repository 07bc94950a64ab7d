package f32

import (
	"math"
	"testing"
)

// TestNormalize compares all kernels with the formula, bit for bit, for many widths and numbers of
// rows. NaN must stay NaN, and an infinity is clipped.
func TestNormalize(t *testing.T) {
	for _, k := range available() {
		for w := 1; w < 40; w++ {
			for _, n := range []int{0, 1, 3, 50, 131} {
				task := newTask(uint64(n * w))
				x, mean, variance, got := task.in(n*w), task.in(w), positive(task.in(w)), task.out(n*w)
				if n > 2 {
					x[0], x[n*w/2], x[n*w-1] = float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))
				}
				k.normalize(got, x, mean, variance, 1.5)
				for i, v := range x {
					m, s := float64(mean[i%w]), float64(variance[i%w])
					want := min(max(float32((float64(v)-m)*(1/math.Sqrt(s+1e-8))), -1.5), 1.5)
					if math.Float32bits(got[i]) != math.Float32bits(want) && got[i] == got[i] {
						t.Fatalf("%s: element %d of %d×%d = %v, want %v", k.name, i, n, w, got[i], want)
					} else if (got[i] != got[i]) != (v != v) {
						t.Fatalf("%s: element %d of %d×%d = %v for %v", k.name, i, n, w, got[i], v)
					}
				}
				for _, b := range task.buffers {
					if b[guards-1] != guard || b[len(b)-guards] != guard {
						t.Fatalf("%s: %d×%d: an element outside the slices has changed", k.name, n, w)
					}
				}
			}
		}
	}
}
