package dist_test

import (
	"math"
	"testing"

	"github.com/rlrun/rlrun/internal/golden"
	"github.com/rlrun/rlrun/policy/dist"
	"github.com/rlrun/rlrun/policy/tape"
)

// TestActPerRow checks actions a = tanh(μ + σ ε) and densities N(u; μ, σ) / (1 - a²), with
// independent noise for each row. The test computes the density from finite differences of the
// cumulative distribution function, with erf.
func TestActPerRow(t *testing.T) {
	for _, byState := range []bool{false, true} {
		features, z := 0, []float32{0.5, -1, 2, 1, 0.25, -0.5}
		if byState {
			features = 3
		}
		s := dist.NewSquashed(2, features, -0.5, false)
		out, epsilon := make([]float32, 2*s.Outputs()), []float32{0.3, -1.2, 0.9, 0.1}
		for i := range out {
			out[i] = 0.2*float32(i) - 0.5
		}
		tp := tape.New()
		x, zs := tp.Const(out, 2), tp.Const(z, 2)
		act, logp := s.ActPerRow(x, zs, epsilon)
		for r := range 2 {
			want := 0.0
			for j := range 2 {
				mean := float64(out[r*s.Outputs()+j])
				var sigma float64
				if byState { // √(Σ σ² z² + 10⁻⁶), σ = e^-0.5
					for _, v := range z[3*r : 3*r+3] {
						sigma += math.Exp(-1) * float64(v) * float64(v)
					}
					sigma = math.Sqrt(sigma + 1e-6)
				} else {
					sigma = math.Exp(float64(out[r*4+2+j]))
				}
				a := math.Tanh(mean + sigma*float64(epsilon[2*r+j]))
				golden.Near(t, "action", act.Value[2*r+j:2*r+j+1], a)
				const h = 1e-6
				below := func(a float64) float64 { return 0.5 * math.Erf((math.Atanh(a)-mean)/sigma/math.Sqrt2) }
				want += math.Log((below(a+h) - below(a-h)) / (2 * h))
			}
			if got := float64(logp.Value[r]); math.Abs(got-want) > 1e-4 {
				t.Errorf("by state %v: log density of row %d = %v, want %v", byState, r, got, want)
			}
		}
	}
}
