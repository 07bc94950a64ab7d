package dist

import (
	"math"

	"github.com/rlrun/rlrun/policy/tape"
)

// Squashed is the distribution of actions a = tanh(u) with Gaussian u, whose mean μ and log
// standard deviation log σ are outputs of a network. Haarnoja et al. 2018, arXiv:1801.01290,
// appendix C. With state-dependent noise, only μ is an output of the network, and log σ is
// StateNoise.LogDeviation.
type Squashed struct {
	Actions int         // A, the number of actions
	Noise   *StateNoise // state-dependent noise; nil: the network has outputs for log σ

	// TanhEpsilon is added to 1 - tanh² u before the logarithm. It is 0 except in tests against
	// Stable-Baselines3, which use 1e-6: see Act.
	TanhEpsilon float32
}

// NewSquashed returns a Squashed for a number of actions. If features is above 0, it has
// state-dependent noise for that number of features. logStd is then the initial log σ of the
// noise, and expln is the expln of NewStateNoise.
func NewSquashed(actions, features int, logStd float32, expln bool) *Squashed {
	s := &Squashed{Actions: actions}
	if features > 0 {
		s.Noise = NewStateNoise(newStateLogStd(actions, features, logStd), expln)
	}
	return s
}

// Outputs returns the number of outputs that the network must have: 2A for μ and log σ. If Noise
// is not nil, it is A, for μ only.
func (s *Squashed) Outputs() int {
	if s.Noise != nil {
		return s.Actions
	}
	return 2 * s.Actions
}

// EpsilonLen returns the number of standard normal numbers ε that Act needs for a batch of rows:
// rows·A, one for each row and action. If Noise is not nil, it is A·L, where L is the number of
// features, and all rows share these numbers.
func (s *Squashed) EpsilonLen(rows int) int {
	if s.Noise != nil {
		return s.Noise.Size()
	}
	return rows * s.Actions
}

// Act returns actions [B, A] in [-1, 1] and their log-densities [B, 1], for the network's output
// and the network's input, features. epsilon [EpsilonLen] has standard normal numbers ε. Act
// keeps the slice until the tape's Reset. By eq. 21 of the paper:
//
//	a = tanh u,  log π(a|s) = log N(u; μ, σ) - Σ log(1 - tanh² u)
//
// Stable-Baselines3 and the authors' program use log(1 - tanh² u + 10⁻⁶) instead. Their
// log-density is too low for |u| > 8 (by 45 at u = 30), and its gradient is then 0, while the
// exact gradient still moves u back to smaller values.
func (s *Squashed) Act(out, features *tape.Var, epsilon []float32) (act, logp *tape.Var) {
	if s.Noise != nil {
		return s.squash(s.Noise.Gaussian(s.mean(out), features, epsilon))
	}
	return s.squash(reparameterise(s.mean(out), s.logStd(out, features), epsilon))
}

// ActPerRow returns actions and log-densities like Act, but with independent ε [B, A] for each
// row and action. If Noise is not nil, the actions of each row have the same distribution as with
// noise θ that is sampled for this row alone.
func (s *Squashed) ActPerRow(out, features *tape.Var, epsilon []float32) (act, logp *tape.Var) {
	return s.squash(reparameterise(s.mean(out), s.logStd(out, features), epsilon))
}

// LogProb returns the log-densities [B, 1] of the actions tanh u, for the network's output and
// the network's input, features. It keeps the slice u [B, A] until the tape's Reset.
func (s *Squashed) LogProb(out, features *tape.Var, u []float32) *tape.Var {
	uVar, logStd := out.Tape().Const(u, out.Rows), s.logStd(out, features)
	e := uVar.Sub(s.mean(out)).Mul(logStd.Neg().Exp())
	_, logp := s.squash(uVar, e.Square().Scale(0.5).Add(logStd).AddK(halfLog2Pi))
	return logp
}

// maxMean is the largest |μ| with state-dependent noise, as in Stable-Baselines3.
const maxMean = 2

// mean returns μ from the network's output.
func (s *Squashed) mean(out *tape.Var) *tape.Var {
	if s.Noise != nil {
		return out.Clip(-maxMean, maxMean)
	}
	return out.Columns(0, s.Actions)
}

// logStd returns log σ: the network's output clipped to [-20, 2], or Noise.LogDeviation if Noise
// is not nil.
func (s *Squashed) logStd(out, features *tape.Var) *tape.Var {
	if s.Noise != nil {
		return s.Noise.LogDeviation(features)
	}
	return out.Columns(s.Actions, 2*s.Actions).Clip(-20, 2)
}

// reparameterise returns u = μ + σ ε. It also returns the negative log-density of u under N(μ,
// σ²), element by element.
func reparameterise(mean, logStd *tape.Var, epsilon []float32) (u, normal *tape.Var) {
	e := mean.Tape().Const(epsilon, mean.Rows)
	normal = e.Square().Scale(0.5).Add(logStd).AddK(halfLog2Pi)
	return mean.Add(logStd.Exp().Mul(e)), normal
}

// squash returns tanh u and the log-density of tanh u. normal is the negative log-density of u,
// element by element.
func (s *Squashed) squash(u, normal *tape.Var) (act, logp *tape.Var) {
	act = u.Tanh()
	return act, normal.Add(s.logDerivative(u, act)).SumCols().Neg()
}

// logDerivative returns log(1 - tanh² u), the log derivative of tanh, element by element. The
// formula stays accurate where tanh u is rounded to 1 or -1:
//
//	log(1 - tanh² u) = 2 (log 2 - u - softplus(-2u))
func (s *Squashed) logDerivative(u, act *tape.Var) *tape.Var {
	if s.TanhEpsilon > 0 {
		return act.Square().Neg().AddK(1 + s.TanhEpsilon).Log()
	}
	return u.Add(u.Scale(-2).Softplus()).Scale(-2).AddK(2 * math.Ln2)
}

// Means writes μ [N, A] to mean. out [N, Outputs] has the network's outputs.
func (s *Squashed) Means(mean, out []float32) {
	a, o := s.Actions, s.Outputs()
	for i := range len(mean) / a {
		copy(mean[i*a:(i+1)*a], out[i*o:])
	}
	if s.Noise == nil {
		return
	}
	for i, mu := range mean {
		mean[i] = min(max(mu, -maxMean), maxMean)
	}
}

// String returns the name of the distribution in policy files.
func (s *Squashed) String() string {
	if s.Noise != nil {
		return "squashed gaussian of state-dependent noise"
	}
	return "squashed gaussian"
}

// Params returns log σ of the state-dependent noise, or nil if Noise is nil.
func (s *Squashed) Params() []*tape.Param {
	if s.Noise == nil {
		return nil
	}
	return []*tape.Param{s.Noise.logStd}
}

// Clone returns a Squashed with its own parameters.
func (s *Squashed) Clone() *Squashed {
	c := *s
	if s.Noise != nil {
		c.Noise = NewStateNoise(s.Noise.logStd.Clone(), s.Noise.expln)
	}
	return &c
}
