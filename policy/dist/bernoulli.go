package dist

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy/tape"
)

// bernoulli is a Dist of independent bits. A bit is 1 with probability sigmoid(z), for logits z
// [B, N].
type bernoulli struct{ z *tape.Var }

// LogProb returns Σ a z - softplus(z) for each row.
func (d bernoulli) LogProb(act []float32) *tape.Var {
	return d.z.Tape().Const(act, d.z.Rows).Mul(d.z).Sub(d.z.Softplus()).SumCols()
}

// Entropy returns Σ softplus(z) - sigmoid(z) z for each row.
func (d bernoulli) Entropy() *tape.Var {
	return d.z.Softplus().Sub(d.z.Sigmoid().Mul(d.z)).SumCols()
}

func (d bernoulli) Sample(rng []rand.PCG, act []float32) {
	p, n := d.z.Sigmoid().Value, d.z.Cols
	for r := range rng {
		row := rand.New(&rng[r])
		for i := r * n; i < (r+1)*n; i++ {
			act[i] = bit(row.Float32() < p[i])
		}
	}
}

func (d bernoulli) Mode(act []float32) {
	for i, z := range d.z.Value {
		act[i] = bit(z > 0)
	}
}

// probabilities returns two probabilities for each bit, of the values 0 and 1, [B, 2 N].
func (d bernoulli) probabilities() []float32 {
	p := d.z.Tape().Blank(d.z.Rows, 2*d.z.Cols)
	for i, one := range d.z.Sigmoid().Value {
		p.Value[2*i], p.Value[2*i+1] = 1-one, one
	}
	return p.Value
}

// bit returns 1 for true and 0 for false.
func bit(b bool) float32 {
	if b {
		return 1
	}
	return 0
}
