package dist

import (
	"math"
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// StateNoise is generalised state-dependent exploration: Raffin et al. 2021,
// arXiv:2005.05719, section 4. What is added to the mean action is a function of
// the features z(s) of the actor's last hidden layer,
//
//	ε(s; θ) = θᵀ z(s),  θ ~ N(0, σ²)
//
// whose θ stays for some steps, so that in one state one acts in one way. Over
// all θ the action is Gaussian, with the variance of eq. 9; LogDeviation is half its
// logarithm. As in Stable-Baselines3 no gradient goes through z.
type StateNoise struct {
	logStd *tape.Param // log σ, [L, A], kept as [A, L]
	expln  bool        // σ grows as a logarithm above 1
	std    []float32   // scratch: σ, [A, L]
	tiny   []float32   // [A] what keeps variances above 0
	none   []float32   // [A] zeros
}

// newStateLogStd returns log σ at the start.
func newStateLogStd(actions, features int, start float32) *tape.Param {
	p := tape.NewTransposed("log_std", actions, features)
	f32.Fill(p.Value, start)
	return p
}

// NewStateNoise returns the StateNoise of log σ. With expln σ is e^x for x ≤ 0 and
// log(1+x) + 1 above, Stable-Baselines3's use_expln, which keeps it from growing fast.
func NewStateNoise(logStd *tape.Param, expln bool) *StateNoise {
	n := &StateNoise{logStd: logStd, expln: expln, tiny: make([]float32, logStd.Rows), none: make([]float32, logStd.Rows)}
	f32.Fill(n.tiny, 1e-6)
	return n
}

// Size returns the floats of θ for one row: A·L.
func (n *StateNoise) Size() int { return len(n.logStd.Value) }

// Draw writes θ [N, Size], each row with its own generator.
func (n *StateNoise) Draw(rng []rand.PCG, theta []float32) {
	n.std = f32.Grow(n.std, n.Size())
	n.deviations(n.std)
	for i := range rng {
		r, row := rand.New(&rng[i]), theta[i*n.Size():(i+1)*n.Size()]
		for k, sigma := range n.std {
			row[k] = sigma * float32(r.NormFloat64())
		}
	}
}

// deviations writes σ [Size] to std.
func (n *StateNoise) deviations(std []float32) {
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

// Add adds ε(s; θ) to actions [N, A], for features [N, L] and θ [N, Size].
func (n *StateNoise) Add(act, features, theta []float32) {
	a, l := n.logStd.Rows, n.logStd.Cols
	for i := range act {
		row, z := theta[i*l:(i+1)*l], features[i/a*l:(i/a+1)*l]
		for k, x := range z {
			act[i] += float32(row[k] * x)
		}
	}
}

// LogDeviation returns log √(Σ σ² z² + ε) of the actions, [B, A]. No gradient goes
// through z.
func (n *StateNoise) LogDeviation(z *tape.Var) *tape.Var { return n.logVariance(z.Detach()).Scale(0.5) }

// logVariance returns log(Σ σ² z² + ε) of the actions, [B, A].
func (n *StateNoise) logVariance(z *tape.Var) *tape.Var {
	t := z.Tape()
	return z.Square().Linear(n.variance(t.Param(n.logStd)), t.Const(n.tiny, 1), f32.Identity).Log()
}

// variance returns σ² of log σ.
func (n *StateNoise) variance(logStd *tape.Var) *tape.Var {
	if n.expln {
		return expln(logStd).Square()
	}
	return logStd.Scale(2).Exp()
}

// sigma returns σ of log σ.
func (n *StateNoise) sigma(logStd *tape.Var) *tape.Var {
	if n.expln {
		return expln(logStd)
	}
	return logStd.Exp()
}

// expln returns e^x where x ≤ 0 and log(1+x) + 1 above, element by element.
func expln(x *tape.Var) *tape.Var {
	return x.Clip(-math.MaxFloat32, 0).Exp().Add(x.Clip(0, math.MaxFloat32).AddK(1).Log())
}

// Gaussian returns u = μ + θᵀ z for one θ = σ ε of all rows, with -log N(u; μ, v) for the
// variances v over all θ, element by element, to learn from: gradients go to σ, and
// through z.
func (n *StateNoise) Gaussian(mean, z *tape.Var, epsilon []float32) (u, normal *tape.Var) {
	t := z.Tape()
	theta := n.sigma(t.Param(n.logStd)).Mul(t.Const(epsilon, n.logStd.Rows))
	noise, logVariance := z.Linear(theta, t.Const(n.none, 1), f32.Identity), n.logVariance(z)
	normal = noise.Square().Mul(logVariance.Neg().Exp()).Add(logVariance).Scale(0.5).AddK(halfLog2Pi)
	return mean.Add(noise), normal
}
