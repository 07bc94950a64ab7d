package policy

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// stateNoise is generalised state-dependent exploration: Raffin et al. 2021,
// arXiv:2005.05719, section 4. What is added to the mean action is a function of
// the features z(s) of the actor's last hidden layer,
//
//	ε(s; θ) = θᵀ z(s),  θ ~ N(0, σ²)
//
// whose θ stays for some steps, so that in one state one acts in one way. Over
// all θ the action is Gaussian, with the variance (eq. 9) of which logDeviation
// is half the logarithm. As in Stable-Baselines3 no gradient goes through z.
type stateNoise struct {
	logStd *tape.Param // log σ, [L, A], kept as [A, L]
	theta  []float32   // [N, A, L] of each environment
	std    []float32   // scratch: σ, [A, L]
	tiny   []float32   // [A] what keeps variances above 0
	none   []float32   // [A] zeros
}

// logStdOf is log σ at the start.
func logStdOf(actions, features int, start float32) *tape.Param {
	p := tape.NewTransposed("log_std", actions, features)
	fill(p.Value, start)
	return p
}

func newStateNoise(logStd *tape.Param) *stateNoise {
	s := &stateNoise{logStd: logStd, tiny: make([]float32, logStd.Rows), none: make([]float32, logStd.Rows)}
	fill(s.tiny, 1e-6)
	return s
}

// draw draws θ for each of n environments.
func (s *stateNoise) draw(rng *rand.Rand, n int) {
	s.theta = grow(s.theta, n*len(s.logStd.Value))
	s.std = grow(s.std, len(s.logStd.Value))
	f32.Exp(s.std, s.logStd.Value)
	for i := range s.theta {
		s.theta[i] = s.std[i%len(s.std)] * float32(rng.NormFloat64())
	}
}

// add adds ε(s; θ) to actions [N, A], for features [N, L].
func (s *stateNoise) add(act, features []float32) {
	a, l := s.logStd.Rows, s.logStd.Cols
	for i := range act {
		theta, z := s.theta[i*l:(i+1)*l], features[i/a*l:(i/a+1)*l]
		for k, x := range z {
			act[i] += float32(theta[k] * x)
		}
	}
}

// logDeviation is log √(Σ σ² z² + ε) of the actions, [B, A]. No gradient goes through
// z.
func (s *stateNoise) logDeviation(z *tape.Var) *tape.Var { return s.logVariance(z.Detach()).Scale(0.5) }

// logVariance is log(Σ σ² z² + ε) of the actions, [B, A].
func (s *stateNoise) logVariance(z *tape.Var) *tape.Var {
	t := z.Tape()
	variance := t.Param(s.logStd).Scale(2).Exp()
	return z.Square().Linear(variance, t.Const(s.tiny, 1), f32.Identity).Log()
}

// gaussian is u = μ + θᵀ z for one θ = σ ε of all rows, with -log N(u; μ, v) for the
// variances v over all θ, element by element, to learn from: gradients go to σ, and
// through z.
func (s *stateNoise) gaussian(mean, z *tape.Var, epsilon []float32) (u, normal *tape.Var) {
	t := z.Tape()
	theta := t.Param(s.logStd).Exp().Mul(t.Const(epsilon, s.logStd.Rows))
	noise, logVariance := z.Linear(theta, t.Const(s.none, 1), f32.Identity), s.logVariance(z)
	normal = noise.Square().Mul(logVariance.Neg().Exp()).Add(logVariance).Scale(0.5).AddK(halfLog2Pi)
	return mean.Add(noise), normal
}

// params is log σ, where there is a stateNoise.
func (s *stateNoise) params() []*tape.Param {
	if s == nil {
		return nil
	}
	return []*tape.Param{s.logStd}
}
