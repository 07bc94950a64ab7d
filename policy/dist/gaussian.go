package dist

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy/tape"
)

// halfLog2Pi is log(2π)/2.
const halfLog2Pi = 0.9189385332046727

// gaussian is the diagonal Gaussian N(μ, diag(σ)²), with parameters x = [μ | log σ], [B, 2A].
type gaussian struct{ x *tape.Var }

func (d gaussian) mean() *tape.Var   { return d.x.Columns(0, d.x.Cols/2) }
func (d gaussian) logStd() *tape.Var { return d.x.Columns(d.x.Cols/2, d.x.Cols) }

// LogProb returns -Σ (z²/2 + log σ + log(2π)/2) for each row, with z = (a-μ)/σ.
func (d gaussian) LogProb(act []float32) *tape.Var {
	logStd := d.logStd()
	z := d.mean().Sub(d.x.Tape().Const(act, d.x.Rows)).Mul(logStd.Neg().Exp())
	return z.Square().Scale(0.5).Add(logStd).AddK(halfLog2Pi).SumCols().Neg()
}

// Entropy returns Σ (log σ + log(2πe)/2) for each row.
func (d gaussian) Entropy() *tape.Var {
	return d.logStd().AddK(halfLog2Pi + 0.5).SumCols()
}

func (d gaussian) Sample(rng []rand.PCG, act []float32) {
	mean, std, n := d.mean().Value, d.logStd().Exp().Value, d.x.Cols/2
	for r := range rng {
		row := rand.New(&rng[r])
		for i := r * n; i < (r+1)*n; i++ {
			act[i] = mean[i] + float32(std[i]*float32(row.NormFloat64()))
		}
	}
}

func (d gaussian) Mode(act []float32) { copy(act, d.mean().Value) }
