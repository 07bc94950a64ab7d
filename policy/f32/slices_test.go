package f32_test

import (
	"math"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/policy/f32"
)

// TestRow checks that Row returns a part of the matrix, or nil for nil. It also checks that Grow
// uses the memory of a slice whose capacity is large enough.
func TestRow(t *testing.T) {
	x := []float32{1, 2, 3, 4, 5, 6}
	if got := f32.Row(x, 1, 2); !slices.Equal(got, []float32{3, 4}) || &got[0] != &x[2] {
		t.Errorf("Row 1 of 3×2 = %v, want [3 4] in x's memory", got)
	}
	if got := f32.Row([]bool(nil), 1, 2); got != nil {
		t.Errorf("Row 1 of nil = %v, want nil", got)
	}
	if got := f32.Grow(x[:1], 6); len(got) != 6 || &got[0] != &x[0] {
		t.Errorf("Grow to 6 of capacity 6 has %d elements, perhaps in new memory; want 6 in x's memory", len(got))
	}
	if got := f32.Grow(x, 7); len(got) != 7 {
		t.Errorf("Grow to 7 has %d elements", len(got))
	}
}

// TestArgMax checks the index of the largest element, including cases with equal and infinite
// elements.
func TestArgMax(t *testing.T) {
	inf := float32(math.Inf(1))
	for _, tc := range []struct {
		x    []float32
		want int
	}{
		{[]float32{7}, 0}, {[]float32{1, 3, 2}, 1}, {[]float32{1, 2, 2}, 1}, {[]float32{0, 0, 0}, 0},
		{[]float32{-3, -1, -2}, 1}, {[]float32{-inf, -inf}, 0}, {[]float32{1, inf, inf}, 1},
	} {
		if got := f32.ArgMax(tc.x); got != tc.want {
			t.Errorf("f32.ArgMax(%v) = %d, want %d", tc.x, got, tc.want)
		}
	}
}
