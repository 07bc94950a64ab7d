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
	logStd   *tape.Param // log σ, [L, A], kept as [A, L]
	theta    []float32   // [N, A, L] of each environment
	variance []float32   // scratch: σ², [A, L]
	square   []float32   // scratch: z², [B, L]
	total    []float32   // scratch: variances, [B, A]
	sum      []float32   // scratch: a gradient, [A, L]
	tiny     []float32   // [A] what keeps variances above 0
	none     []float32   // [A] zeros
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
	s.deviations(1)
	for i := range s.theta {
		s.theta[i] = s.variance[i%len(s.variance)] * float32(rng.NormFloat64())
	}
}

// deviations sets variance to σ to a power.
func (s *stateNoise) deviations(power float32) {
	s.variance = grow(s.variance, len(s.logStd.Value))
	f32.Affine(s.variance, power, s.logStd.Value, 0)
	f32.Exp(s.variance, s.variance)
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

// logDeviation is log √(Σ σ² z² + ε) of the actions, [B, A].
func (s *stateNoise) logDeviation(features *tape.Var) *tape.Var {
	return features.Tape().Apply(s, features.Detach(), s.logStd.Rows)
}

// variances sets total to Σ σ² z² + ε.
func (s *stateNoise) variances(total, features []float32, rows int) {
	s.deviations(2)
	s.square = grow(s.square, len(features))
	f32.Mul(s.square, features, features)
	f32.Linear(total, s.square, s.variance, s.tiny, rows, s.logStd.Cols, s.logStd.Rows, f32.Identity)
}

// Forward is the tape's, as is Backward.
func (s *stateNoise) Forward(out, features []float32, rows int) error {
	s.variances(out, features, rows)
	f32.Log(out, out)
	f32.Affine(out, 0.5, out, 0)
	return nil
}

// Backward adds the sum of σ² z² / v over the rows, for variances v.
func (s *stateNoise) Backward(_, features, dout []float32, rows int) error {
	s.total = grow(s.total, len(dout))
	s.variances(s.total, features, rows)
	for i, d := range dout {
		s.total[i] = d / s.total[i]
	}
	s.sum = grow(s.sum, len(s.variance))
	clear(s.sum)
	f32.LinearWeight(s.sum, s.square, s.total, rows, s.logStd.Cols, s.logStd.Rows, 0, s.logStd.Rows)
	f32.MulAdd(s.logStd.Grad, s.variance, s.sum)
	return nil
}

var _ tape.Function = (*stateNoise)(nil)

// gaussian is u = μ + θᵀ z for one θ = σ ε of all rows, with -log N(u; μ, v) for the
// variances v over all θ, element by element, to learn from: gradients go to σ, and
// through z.
func (s *stateNoise) gaussian(mean, z *tape.Var, epsilon []float32) (u, normal *tape.Var) {
	t := z.Tape()
	std := t.Param(s.logStd).Exp()
	noise := z.Linear(std.Mul(t.Const(epsilon, s.logStd.Rows)), t.Const(s.none, 1), f32.Identity)
	logVariance := z.Square().Linear(std.Square(), t.Const(s.tiny, 1), f32.Identity).Log()
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
