package dist

import (
	"math"
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// StateNoise is generalised state-dependent exploration (gSDE): Raffin et al. 2021,
// arXiv:2005.05719, section 4. The noise that is added to the mean action is a function of the
// features z(s), the outputs of the actor's last hidden layer:
//
//	ε(s; θ) = θᵀ z(s),  θ ~ N(0, σ²)
//
// θ stays the same for several steps. During these steps, the noise in a state is always the
// same. For random θ the action is Gaussian, with the variance of eq. 9. LogDeviation returns
// half the logarithm of this variance. As in Stable-Baselines3, no gradient goes through z.
type StateNoise struct {
	logStd      *tape.Param // log σ, [L, A] in a file and [A, L] in memory
	expln       bool        // whether σ grows only logarithmically above 1
	std         []float32   // scratch: σ, [A, L]
	minVariance []float32   // [A] 10⁻⁶ in each element, added to variances to keep them above 0
	zeros       []float32   // [A] zeros
}

// newStateLogStd returns the parameter log σ. Each of its elements is start.
func newStateLogStd(actions, features int, start float32) *tape.Param {
	p := tape.NewTransposed("log_std", actions, features)
	f32.Fill(p.Value, start)
	return p
}

// NewStateNoise returns the StateNoise with parameter log σ. Without expln, σ is e^x for x = log
// σ. With expln, like use_expln of Stable-Baselines3, σ is e^x for x ≤ 0 and log(1+x) + 1 for x >
// 0, and grows more slowly.
func NewStateNoise(logStd *tape.Param, expln bool) *StateNoise {
	n := &StateNoise{logStd: logStd, expln: expln, minVariance: make([]float32, logStd.Rows), zeros: make([]float32, logStd.Rows)}
	f32.Fill(n.minVariance, 1e-6)
	return n
}

// Size returns the number of floats of θ for one row: A·L.
func (n *StateNoise) Size() int { return len(n.logStd.Value) }

// Draw samples θ for each row with the row's own generator, and writes it to theta [N, Size].
func (n *StateNoise) Draw(rng []rand.PCG, theta []float32) {
	n.std = f32.Grow(n.std, n.Size())
	n.writeStd(n.std)
	for i := range rng {
		r, row := rand.New(&rng[i]), theta[i*n.Size():(i+1)*n.Size()]
		for k, sigma := range n.std {
			row[k] = sigma * float32(r.NormFloat64())
		}
	}
}

// writeStd writes σ [Size] to the slice std.
func (n *StateNoise) writeStd(std []float32) {
	f32.Exp(std, n.logStd.Value)
	if !n.expln {
		return
	}
	for i, x := range n.logStd.Value {
		if x > 0 {
			std[i] = float32(math.Log1p(float64(x)) + 1)
		}
	}
}

// Add adds the noise ε(s; θ) to the actions act [N, A], for features z(s) [N, L] and θ in theta
// [N, Size].
func (n *StateNoise) Add(act, features, theta []float32) {
	a, l := n.logStd.Rows, n.logStd.Cols
	for i := range act {
		row, z := theta[i*l:(i+1)*l], features[i/a*l:(i/a+1)*l]
		for k, x := range z {
			act[i] += float32(row[k] * x)
		}
	}
}

// LogDeviation returns log √(Σ σ² z² + 10⁻⁶) [B, A], the log standard deviation of the actions
// for random θ. No gradient goes through z.
func (n *StateNoise) LogDeviation(z *tape.Var) *tape.Var { return n.logVariance(z.Detach()).Scale(0.5) }

// logVariance returns log(Σ σ² z² + 10⁻⁶) [B, A], the log variance of the actions for random θ.
func (n *StateNoise) logVariance(z *tape.Var) *tape.Var {
	t := z.Tape()
	return z.Square().Linear(n.variance(t.Param(n.logStd)), t.Const(n.minVariance, 1), f32.Identity).Log()
}

// variance returns σ² from log σ.
func (n *StateNoise) variance(logStd *tape.Var) *tape.Var {
	if n.expln {
		return expln(logStd).Square()
	}
	return logStd.Scale(2).Exp()
}

// sigma returns σ from log σ.
func (n *StateNoise) sigma(logStd *tape.Var) *tape.Var {
	if n.expln {
		return expln(logStd)
	}
	return logStd.Exp()
}

// expln returns e^x for x ≤ 0 and log(1+x) + 1 for x > 0, element by element.
func expln(x *tape.Var) *tape.Var {
	return x.Clip(-math.MaxFloat32, 0).Exp().Add(x.Clip(0, math.MaxFloat32).AddK(1).Log())
}

// Gaussian returns u = μ + θᵀ z, with one θ = σ ε for all rows. It also returns the negative
// log-density of u under N(μ, v), element by element, where v is the variance of the actions for
// random θ. Both results are for training: gradients go to σ and through z.
func (n *StateNoise) Gaussian(mean, z *tape.Var, epsilon []float32) (u, normal *tape.Var) {
	t := z.Tape()
	theta := n.sigma(t.Param(n.logStd)).Mul(t.Const(epsilon, n.logStd.Rows))
	noise, logVariance := z.Linear(theta, t.Const(n.zeros, 1), f32.Identity), n.logVariance(z)
	normal = noise.Square().Mul(logVariance.Neg().Exp()).Add(logVariance).Scale(0.5).AddK(halfLog2Pi)
	return mean.Add(noise), normal
}
