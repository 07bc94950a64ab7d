package f32_test

import (
	"math"
	"testing"

	"github.com/rlrun/rlrun/policy/f32"
)

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
