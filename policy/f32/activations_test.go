package f32

import (
	"math"
	"testing"
)

// TestActivations compares activations and their gradients with float64 formulas, for inputs from
// 10⁻³⁰ to 90 and from -90 to -10⁻³⁰. It also checks that dst and x may be the same slice, that
// gradients are added to dx, that NaN gives NaN, and that nothing is allocated.
func TestActivations(t *testing.T) {
	logistic := func(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
	density := func(x float64) float64 { return math.Exp(-x*x/2) / math.Sqrt(2*math.Pi) }
	var points []float32
	for x := float32(1e-30); x < 90; x *= 1.05 {
		points = append(points, x, -x)
	}
	points = append(points, 0)
	for name, tc := range map[string]struct {
		f            func(dst, x []float32)
		grad         func(dx, dy, x []float32)
		value, slope func(x float64) float64
	}{
		"leaky_relu": {
			func(dst, x []float32) { LeakyReLU(dst, x, 0.25) }, func(dx, dy, x []float32) { LeakyReLUGrad(dx, dy, x, 0.25) },
			func(x float64) float64 { return max(x, x/4) }, func(x float64) float64 { return above(x, 1, 0.25) },
		},
		"elu": {
			ELU, ELUGrad,
			func(x float64) float64 { return above(x, x, math.Expm1(x)) }, func(x float64) float64 { return above(x, 1, math.Exp(x)) },
		},
		"silu": {
			SiLU, SiLUGrad, func(x float64) float64 { return x * logistic(x) },
			func(x float64) float64 { return logistic(x) * (1 + x*logistic(-x)) },
		},
		"softplus": {
			Softplus, SoftplusGrad,
			func(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }, logistic,
		},
		"gelu": {
			GELU, GELUGrad, func(x float64) float64 { return x * math.Erfc(-x/math.Sqrt2) / 2 },
			func(x float64) float64 { return math.Erfc(-x/math.Sqrt2)/2 + x*density(x) },
		},
	} {
		y, dx, dy := append([]float32(nil), points...), make([]float32, len(points)), make([]float32, len(points))
		for i := range dy {
			dx[i], dy[i] = 3, 2
		}
		tc.f(y, y)
		tc.grad(dx, dy, points)
		for i, x := range points {
			want, slope := tc.value(float64(x)), tc.slope(float64(x))
			if e := math.Abs(float64(y[i]) - want); !(e <= 1e-6*math.Abs(want)+1e-38) {
				t.Errorf("%s(%v) = %v, want %v", name, x, y[i], want)
			}
			if e := math.Abs(float64(dx[i]) - 3 - 2*slope); !(e <= 2e-6) {
				t.Errorf("gradient of %s at %v, added to 3: %v, want %v", name, x, dx[i], 3+2*slope)
			}
		}
		nan := []float32{float32(math.NaN())}
		if tc.f(nan, nan); nan[0] == nan[0] {
			t.Errorf("%s(NaN) = %v, want NaN", name, nan[0])
		}
		if n := testing.AllocsPerRun(10, func() { tc.f(y, points); tc.grad(dx, dy, points) }); n != 0 {
			t.Errorf("%s allocates %v times, want 0", name, n)
		}
	}
}

// above returns a if x is above 0, otherwise b.
func above(x, a, b float64) float64 {
	if x > 0 {
		return a
	}
	return b
}
