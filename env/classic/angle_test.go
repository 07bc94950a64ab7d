package classic

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// taylorSinCos returns the sine and the cosine of x by their Taylor series, with 400 bits.
func taylorSinCos(x float64) (sin, cos float64) {
	wide := func(v float64) *big.Float { return new(big.Float).SetPrec(400).SetFloat64(v) }
	sum, term := [2]*big.Float{wide(0), wide(0)}, wide(1) // cos and sin; xⁿ/n!
	for n := 0; float64(n) < 60+4*math.Abs(x); n++ {
		if n%4 < 2 {
			sum[n%2].Add(sum[n%2], term)
		} else {
			sum[n%2].Sub(sum[n%2], term)
		}
		term.Mul(term, wide(x)).Quo(term, wide(float64(n+1)))
	}
	cos, _ = sum[0].Float64()
	sin, _ = sum[1].Float64()
	return sin, cos
}

// TestSincos compares sincos with the Taylor series, in every quadrant and at the borders between
// quadrants.
func TestSincos(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var angles []float64
	for _, size := range []float64{1e-9, 0.25, 1, 4, 50} {
		for range 400 {
			angles = append(angles, size*(2*rng.Float64()-1))
		}
	}
	for eighth := range 65 {
		x := float64(eighth-32) * math.Pi / 4
		angles = append(angles, x, math.Nextafter(x, -99), math.Nextafter(x, 99))
	}
	for _, x := range angles {
		sin, cos := sincos(x)
		wantSin, wantCos := taylorSinCos(x)
		if math.Abs(sin-wantSin) > 0x1p-52 || math.Abs(cos-wantCos) > 0x1p-52 {
			t.Errorf("sincos(%v) = %v, %v, want %v, %v ± 2⁻⁵²", x, sin, cos, wantSin, wantCos)
		}
	}
}

// TestSmallSincos checks that smallSincos returns the same bits as sincos, on both sides of its
// limit.
func TestSmallSincos(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	angles := []float64{0, math.Copysign(0, -1), 0.75, -0.75, math.Nextafter(0.75, 0), math.Nextafter(-0.75, 0), 5e-324, math.NaN(), math.Inf(1)}
	for range 100_000 {
		angles = append(angles, 2*rng.Float64()-1, 0.3*(2*rng.Float64()-1))
	}
	for _, x := range angles {
		sin, cos := smallSincos(x)
		wantSin, wantCos := sincos(x)
		if math.Float64bits(sin) != math.Float64bits(wantSin) || math.Float64bits(cos) != math.Float64bits(wantCos) {
			t.Fatalf("smallSincos(%v) = %v, %v, want %v, %v", x, sin, cos, wantSin, wantCos)
		}
	}
}

// TestSincosFar compares sincos with math.Sincos for large angles, below and above
// maxReducedAngle.
func TestSincosFar(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for _, size := range []float64{1e3, 1e6, maxReducedAngle, 1e9, 1e300} {
		for range 10_000 {
			x := size * (2*rng.Float64() - 1)
			sin, cos := sincos(x)
			wantSin, wantCos := math.Sincos(x)
			if math.Abs(sin-wantSin) > 0x1p-52 || math.Abs(cos-wantCos) > 0x1p-52 {
				t.Fatalf("sincos(%v) = %v, %v, want %v, %v", x, sin, cos, wantSin, wantCos)
			}
		}
	}
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if sin, cos := sincos(x); sin == sin || cos == cos {
			t.Errorf("sincos(%v) = %v, %v, want NaN", x, sin, cos)
		}
	}
}

// TestWrap checks wrapAngle by hand, and for large angles by their sine.
func TestWrap(t *testing.T) {
	for x, want := range map[float64]float64{
		0: 0, 1: 1, -3: -3, math.Pi: math.Pi, -math.Pi: -math.Pi,
		4: 4 - 2*math.Pi, -4: 2*math.Pi - 4, 10: 10 - 4*math.Pi, 2 * math.Pi: 0,
	} {
		if got := wrapAngle(x); math.Abs(got-want) > 1e-15 {
			t.Errorf("wrap(%v) = %v, want %v", x, got, want)
		}
	}
	for _, x := range []float64{1e5, -1e6, 1e7, 1e300, -1e300} {
		if got := wrapAngle(x); !(math.Abs(got) <= math.Pi) || math.Abs(x) < 1e8 && math.Abs(math.Sin(got)-math.Sin(x)) > 1e-9 {
			t.Errorf("wrap(%v) = %v, want an angle from -π to π with sine %v", x, got, math.Sin(x))
		}
	}
}

func BenchmarkSincos(b *testing.B) {
	x, sum := 0.1, 0.0
	b.ReportAllocs()
	for b.Loop() {
		sin, cos := sincos(x)
		x, sum = -x, sum+sin+cos
	}
	b.ReportMetric(sum/float64(b.N), "mean")
}
