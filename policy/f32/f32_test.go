package f32_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/rlrun/rlrun/policy/f32"
)

// random returns n normally distributed random numbers.
func random(rng *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.NormFloat64())
	}
	return x
}

// TestLinear compares a linear layer and its three gradients with sums in float64. The shapes
// include every possible remainder after whole vectors.
func TestLinear(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, 3, 4, 5, 8, 9} {
		for _, in := range []int{1, 2, 3, 4, 5, 17} {
			for _, out := range []int{1, 2, 3, 4, 5, 9} {
				x, w, b := random(rng, n*in), random(rng, out*in), random(rng, out)
				y, dy := make([]float32, n*out), random(rng, n*out)
				dx, dw, db := random(rng, n*in), random(rng, out*in), random(rng, out)
				want := map[string][]float64{
					"y": make([]float64, n*out), "dx": wide(dx), "dw": wide(dw), "db": wide(db),
				}
				for r := range n {
					for j := range out {
						g := float64(dy[r*out+j])
						want["y"][r*out+j] += float64(b[j])
						want["db"][j] += g
						for k := range in {
							xk, wk := float64(x[r*in+k]), float64(w[j*in+k])
							want["y"][r*out+j] += xk * wk
							want["dx"][r*in+k] += g * wk
							want["dw"][j*in+k] += g * xk
						}
					}
				}
				f32.Linear(y, x, w, b, n, in, out, f32.Identity)
				f32.LinearInput(dx, dy, w, n, in, out, true)
				set, added := random(rng, n*in), make([]float32, n*in)
				f32.LinearInput(set, dy, w, n, in, out, false)
				if f32.LinearInput(added, dy, w, n, in, out, true); !slices.Equal(set, added) {
					t.Errorf("the gradient that LinearInput sets for %d×%d by %d differs from the gradient that it adds to zeros", n, in, out)
				}
				f32.LinearWeight(dw, x, dy, n, in, out, 0, out)
				f32.SumRows(db, dy, n)
				for name, got := range map[string][]float32{"y": y, "dx": dx, "dw": dw, "db": db} {
					near(t, fmt.Sprintf("%s of %d×%d by %d", name, n, in, out), got, want[name], 1e-5)
				}
			}
		}
	}
}

// TestLogSoftmax checks two rows by hand. One of them has large numbers.
func TestLogSoftmax(t *testing.T) {
	x := []float32{1, 2, 3, 1000, 1000, -1000}
	y := make([]float32, 6)
	f32.LogSoftmax(y, x, 3)
	// log(1 + e⁻¹ + e⁻²) = 0.40760596, and log 2.
	near(t, "LogSoftmax", y, []float64{-2.40760596, -1.40760596, -0.40760596, -math.Ln2, -math.Ln2, -2000 - math.Ln2}, 1e-6)
}

// TestElementwise compares each elementwise function with three results computed by hand.
func TestElementwise(t *testing.T) {
	x, y := []float32{1, -2, 3}, []float32{4, 5, -6}
	for _, tc := range []struct {
		name string
		f    func(dst []float32)
		want []float64
	}{
		{"Add", func(d []float32) { f32.Add(d, x, y) }, []float64{5, 3, -3}},
		{"AddTo", func(d []float32) { f32.AddTo(d, x) }, []float64{2, -1, 4}},
		{"Sub", func(d []float32) { f32.Sub(d, x, y) }, []float64{-3, -7, 9}},
		{"SubFrom", func(d []float32) { f32.SubFrom(d, x) }, []float64{0, 3, -2}},
		{"Mul", func(d []float32) { f32.Mul(d, x, y) }, []float64{4, -10, -18}},
		{"MulAdd", func(d []float32) { f32.MulAdd(d, x, y) }, []float64{5, -9, -17}},
		{"Affine", func(d []float32) { f32.Affine(d, 2, x, 1) }, []float64{3, -3, 7}},
		{"Axpy", func(d []float32) { f32.Axpy(d, 2, x) }, []float64{3, -3, 7}},
		{"Blend", func(d []float32) { f32.Blend(d, x, 0.5) }, []float64{1, -0.5, 2}},
		{"Min", func(d []float32) { f32.Min(d, x, y) }, []float64{1, -2, -6}},
		{"Clip", func(d []float32) { f32.Clip(d, x, -1, 2) }, []float64{1, -1, 2}},
		{"ReLU", func(d []float32) { f32.Activate(d, x, f32.ReLUAct) }, []float64{1, 0, 3}},
		{"Gather", func(d []float32) { f32.Gather(d[:2], x, 1, []int{2, 0}) }, []float64{3, 1, 1}},
	} {
		d := []float32{1, 1, 1}
		tc.f(d)
		near(t, tc.name, d, tc.want, 0)
	}
	if got := f32.Sum(x); got != 2 {
		t.Errorf("Sum(%v) = %v, want 2", x, got)
	}
	if got := f32.SumSquares(x); got != 14 {
		t.Errorf("SumSquares(%v) = %v, want 14", x, got)
	}
}

// near checks that got differs from want by at most tol, or by tol · |want| if |want| is above 1.
func near(t *testing.T, name string, got []float32, want []float64, tol float64) {
	t.Helper()
	for i := range want {
		if d := math.Abs(float64(got[i]) - want[i]); !(d <= tol*max(1, math.Abs(want[i]))) {
			t.Errorf("%s[%d] = %v, want %v", name, i, got[i], want[i])
			return
		}
	}
}

// wide returns x as float64s.
func wide(x []float32) []float64 {
	w := make([]float64, len(x))
	for i, v := range x {
		w[i] = float64(v)
	}
	return w
}

// BenchmarkLinear measures the linear layer of a 64×64 matrix for 64 rows.
func BenchmarkLinear(b *testing.B) {
	const n, in, out = 64, 64, 64
	rng := rand.New(rand.NewPCG(1, 2))
	x, w, bias, y := random(rng, n*in), random(rng, out*in), random(rng, out), make([]float32, n*out)
	b.ReportAllocs()
	for b.Loop() {
		f32.Linear(y, x, w, bias, n, in, out, f32.Identity)
	}
	b.ReportMetric(2*n*in*out*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

// BenchmarkLinearGrad measures the three gradients of the layer in BenchmarkLinear.
func BenchmarkLinearGrad(b *testing.B) {
	const n, in, out = 64, 64, 64
	rng := rand.New(rand.NewPCG(1, 2))
	x, w, bias, dy, dx := random(rng, n*in), random(rng, out*in), random(rng, out), random(rng, n*out), random(rng, n*in)
	b.ReportAllocs()
	for b.Loop() {
		f32.LinearInput(dx, dy, w, n, in, out, true)
		f32.LinearWeight(w, x, dy, n, in, out, 0, out)
		f32.SumRows(bias, dy, n)
	}
	b.ReportMetric(4*n*in*out*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
}

// BenchmarkTanh measures tanh of 4096 numbers.
func BenchmarkTanh(b *testing.B) {
	x := random(rand.New(rand.NewPCG(1, 2)), 4096)
	y := make([]float32, len(x))
	b.ReportAllocs()
	for b.Loop() {
		f32.Activate(y, x, f32.TanhAct)
	}
	b.ReportMetric(float64(len(x)*b.N)/b.Elapsed().Seconds()/1e9, "Gelement/s")
}

func Example() {
	x, w, b := []float32{1, 2}, []float32{10, 20, 30, 40}, []float32{1, -1}
	y := make([]float32, 2)
	f32.Linear(y, x, w, b, 1, 2, 2, f32.Identity)
	fmt.Println(y)
	// Output: [51 109]
}
