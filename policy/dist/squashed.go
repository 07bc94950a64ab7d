package dist

import (
	"math"

	"github.com/rlrun/rlrun/policy/tape"
)

// Squashed are actions tanh(u), u Gaussian with mean and deviation that a network has
// outputs for. Haarnoja et al. 2018, arXiv:1801.01290, appendix C. With Noise the
// deviation is of exploration that depends on the state.
type Squashed struct {
	Actions int         // A
	Noise   *StateNoise // nil: the network has outputs for log σ

	// TanhEpsilon is added to 1 - tanh² u before the logarithm. It is 0, and 1e-6 only in
	// tests against Stable-Baselines3: see Act.
	TanhEpsilon float32
}

// NewSquashed returns the Squashed of a number of actions. With state-dependent
// exploration it has parameters of its own, for a number of features, with log σ at
// the start; features 0 is without.
func NewSquashed(actions, features int, logStd float32, expln bool) *Squashed {
	s := &Squashed{Actions: actions}
	if features > 0 {
		s.Noise = NewStateNoise(newStateLogStd(actions, features, logStd), expln)
	}
	return s
}

// Outputs is how many outputs a network has: μ, and log σ where there is no Noise.
func (s *Squashed) Outputs() int {
	if s.Noise != nil {
		return s.Actions
	}
	return 2 * s.Actions
}

// Numbers is how many standard normal numbers ε Act takes for a number of rows: one an
// action, or [A, L] of noise that depends on the state, the same for all rows.
func (s *Squashed) Numbers(rows int) int {
	if s.Noise != nil {
		return s.Noise.Size()
	}
	return rows * s.Actions
}

// Act returns actions [B, A] in [-1, 1] with the log of their densities [B, 1], for the
// network's output, the features that it was made of, and standard normal ε, which are
// kept until the tape's Reset:
//
//	a = tanh u,  log π(a|s) = log N(u; μ, σ) - Σ log(1 - tanh² u)
//
// which is eq. 21 there. Stable-Baselines3, and the authors' program, take log(1 - tanh² u + 10⁻⁶):
// beyond |u| = 8 their density is too low (by 45 where u is 30), and its gradient is 0
// where the exact one still leads back.
func (s *Squashed) Act(out, features *tape.Var, epsilon []float32) (act, logp *tape.Var) {
	if s.Noise != nil {
		return s.squash(s.Noise.Gaussian(s.mean(out), features, epsilon))
	}
	return s.squash(gaussianDraw(s.mean(out), s.logStd(out, features), epsilon))
}

// Fresh is Act with ε [B, A] for every row and action, also where the deviation is of
// state-dependent exploration: as if its noise were drawn anew for each row.
func (s *Squashed) Fresh(out, features *tape.Var, epsilon []float32) (act, logp *tape.Var) {
	return s.squash(gaussianDraw(s.mean(out), s.logStd(out, features), epsilon))
}

// LogProb returns the log of the densities [B, 1] of actions tanh u, for the network's
// output and the features that it was made of. u [B, A] is kept until the tape's Reset.
func (s *Squashed) LogProb(out, features *tape.Var, u []float32) *tape.Var {
	before, logStd := out.Tape().Const(u, out.Rows), s.logStd(out, features)
	e := before.Sub(s.mean(out)).Mul(logStd.Neg().Exp())
	_, logp := s.squash(before, e.Square().Scale(0.5).Add(logStd).AddK(halfLog2Pi))
	return logp
}

// mostMean bounds μ where the noise depends on the state, as in Stable-Baselines3.
const mostMean = 2

// mean returns μ of the network's output.
func (s *Squashed) mean(out *tape.Var) *tape.Var {
	if s.Noise != nil {
		return out.Clip(-mostMean, mostMean)
	}
	return out.Columns(0, s.Actions)
}

// logStd returns log σ, which is in [-20, 2] where the network has outputs for it.
func (s *Squashed) logStd(out, features *tape.Var) *tape.Var {
	if s.Noise != nil {
		return s.Noise.LogDeviation(features)
	}
	return out.Columns(s.Actions, 2*s.Actions).Clip(-20, 2)
}

// gaussianDraw returns u = μ + σ ε with -log N(u; μ, σ), element by element.
func gaussianDraw(mean, logStd *tape.Var, epsilon []float32) (u, normal *tape.Var) {
	e := mean.Tape().Const(epsilon, mean.Rows)
	normal = e.Square().Scale(0.5).Add(logStd).AddK(halfLog2Pi)
	return mean.Add(logStd.Exp().Mul(e)), normal
}

// squash returns tanh u with the log of its density, for -log N(u) element by element.
func (s *Squashed) squash(u, normal *tape.Var) (act, logp *tape.Var) {
	act = u.Tanh()
	return act, normal.Add(s.logSlope(u, act)).SumCols().Neg()
}

// logSlope returns log(1 - tanh² u), element by element, as
//
//	2 (log 2 - u - softplus(-2u))
//
// which is exact even where tanh u rounds to 1 or -1.
func (s *Squashed) logSlope(u, act *tape.Var) *tape.Var {
	if s.TanhEpsilon > 0 {
		return act.Square().Neg().AddK(1 + s.TanhEpsilon).Log()
	}
	return u.Add(u.Scale(-2).Softplus()).Scale(-2).AddK(2 * math.Ln2)
}

// Means writes μ [N, A] of a network's outputs [N, Outputs] to mean.
func (s *Squashed) Means(mean, out []float32) {
	a, o := s.Actions, s.Outputs()
	for i := range len(mean) / a {
		copy(mean[i*a:(i+1)*a], out[i*o:])
	}
	if s.Noise == nil {
		return
	}
	for i, mu := range mean {
		mean[i] = min(max(mu, -mostMean), mostMean)
	}
}

// String names the distribution, as files do.
func (s *Squashed) String() string {
	if s.Noise != nil {
		return "squashed gaussian of state-dependent noise"
	}
	return "squashed gaussian"
}

// Params returns log σ of noise that depends on the state.
func (s *Squashed) Params() []*tape.Param {
	if s.Noise == nil {
		return nil
	}
	return []*tape.Param{s.Noise.logStd}
}

// Clone returns a Squashed with parameters of its own.
func (s *Squashed) Clone() *Squashed {
	c := *s
	if s.Noise != nil {
		c.Noise = NewStateNoise(s.Noise.logStd.Clone(), s.Noise.expln)
	}
	return &c
}
