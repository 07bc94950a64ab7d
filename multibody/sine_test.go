package multibody

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
)

// sinePrecision is the number of bits of the exact sines below: the largest float64 has 1024 before
// the point.
const sinePrecision = 1400

// exactPi returns π by Machin's formula 16·atan(1/5) - 4·atan(1/239).
func exactPi() *big.Float {
	one := new(big.Int).Lsh(big.NewInt(1), sinePrecision+64)
	arctan := func(n int64) *big.Int { // of 1/n, in units of 1/one
		sum, power := new(big.Int), new(big.Int).Div(one, big.NewInt(n))
		for k := int64(1); power.Sign() > 0; k += 2 {
			term := new(big.Int).Div(power, big.NewInt(k))
			if k%4 == 1 {
				sum.Add(sum, term)
			} else {
				sum.Sub(sum, term)
			}
			power.Div(power, big.NewInt(n*n))
		}
		return sum
	}
	a, b := arctan(5), arctan(239)
	pi := new(big.Int).Sub(a.Mul(a, big.NewInt(16)), b.Mul(b, big.NewInt(4)))
	f := new(big.Float).SetPrec(sinePrecision).SetInt(pi)
	return f.SetMantExp(f, -(sinePrecision + 64))
}

// exactSincos returns the sine and the cosine of x, from their series about the nearest multiple of 2π.
func exactSincos(x float64, pi *big.Float) (sin, cos float64) {
	f := func(x float64) *big.Float { return new(big.Float).SetPrec(sinePrecision).SetFloat64(x) }
	turn := f(2)
	turn.Mul(turn, pi)
	n, _ := new(big.Float).SetPrec(sinePrecision).Quo(f(x), turn).Int(nil)
	r := f(x)
	r.Sub(r, turn.Mul(turn, new(big.Float).SetPrec(sinePrecision).SetInt(n)))
	r.SetPrec(200)
	sums, term := [2]*big.Float{new(big.Float).SetPrec(200), new(big.Float).SetPrec(200)}, big.NewFloat(1).SetPrec(200)
	for k := range 60 {
		if k%4 < 2 {
			sums[k%2].Add(sums[k%2], term)
		} else {
			sums[k%2].Sub(sums[k%2], term)
		}
		term.Mul(term, r).Quo(term, big.NewFloat(float64(k+1)))
	}
	cos, _ = sums[0].Float64()
	sin, _ = sums[1].Float64()
	return sin, cos
}

// TestSincos compares the sine and the cosine with their exact values, for angles of every size.
func TestSincos(t *testing.T) {
	pi := exactPi()
	r := rand.New(rand.NewPCG(1, 2))
	angles := []float64{0, math.Copysign(0, -1), math.Pi / 4, math.Pi / 2, math.Pi, 1e-300, math.SmallestNonzeroFloat64,
		largeAngle, -largeAngle, math.Nextafter(largeAngle, 0), 1e10, 1e22, 1e300, math.MaxFloat64, -math.MaxFloat64,
		6381956970095103 * 0x1p797, // of all float64 the nearest to a multiple of π/2: Kahan 1983, "Minimizing q·m - n"
	}
	for range 2000 {
		angles = append(angles, 4*r.NormFloat64(), math.Ldexp(r.NormFloat64(), r.IntN(1020)))
	}
	for k := range 200 { // beside the limits between quadrants
		x := float64(k-100) * (math.Pi / 4)
		angles = append(angles, x, math.Nextafter(x, 1e9), math.Nextafter(x, -1e9))
	}
	for _, x := range angles {
		sin, cos := sincos(x)
		wantSin, wantCos := exactSincos(x, pi)
		if e := max(math.Abs(sin-wantSin), math.Abs(cos-wantCos)); !(e <= 0x1p-52) {
			t.Errorf("sincos(%v) = %v, %v, want %v, %v", x, sin, cos, wantSin, wantCos)
		}
		if s := float64(sin*sin) + float64(cos*cos); math.Abs(s-1) > 1e-15 {
			t.Errorf("sincos(%v): sin² + cos² = %v", x, s)
		}
	}
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if sin, cos := sincos(x); !math.IsNaN(sin) || !math.IsNaN(cos) {
			t.Errorf("sincos(%v) = %v, %v, want NaN", x, sin, cos)
		}
	}
	if sin, _ := sincos(1e22); math.Abs(sin+0.8522008497671888) > 1e-15 { // Ng 1992, "Argument Reduction for Huge Arguments"
		t.Errorf("sin(1e22) = %v, want -0.8522008497671888", sin)
	}
}

// BenchmarkSincos measures angles as hinges have them, all quadrants in random order.
func BenchmarkSincos(b *testing.B) {
	var angles [1024]float64
	r := rand.New(rand.NewPCG(1, 2))
	for i := range angles {
		angles[i] = 2 * r.NormFloat64()
	}
	for _, f := range []struct {
		name   string
		sincos func(float64) (float64, float64)
	}{{"multibody", sincos}, {"math", math.Sincos}} {
		b.Run(f.name, func(b *testing.B) {
			var sum float64
			for b.Loop() {
				for _, x := range angles {
					s, c := f.sincos(x)
					sum += s + c
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(angles)), "ns/angle")
		})
	}
}
