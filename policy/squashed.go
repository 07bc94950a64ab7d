package policy

import (
	"math"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// Squashed is a policy of tanh(u), u Gaussian with mean and deviation that a network
// has outputs for. Haarnoja et al. 2018, arXiv:1801.01290, appendix C. With UseSDE the
// deviation is that of noise which depends on the state: see stateNoise.
type Squashed struct {
	Features Network    // the hidden layers, where the noise depends on them; otherwise nil
	Net      Network    // of μ and log σ, 2A outputs; of Features' and of μ, A outputs, where there are such
	Tape     *tape.Tape // that Draw puts them on

	// TanhEpsilon is added to 1 - tanh² u before its logarithm is taken. It is 0 but in
	// tests against Stable-Baselines3, which adds 1e-6: see squash.
	TanhEpsilon float32

	noise    *stateNoise
	acting   *tape.Tape
	a        int // actions
	outputs  int // of Net
	features int // of Features
	bounds
	encoder
	out, hidden, epsilon []float32 // scratch: [N, outputs], [N, features], what Sample draws
}

// NewSquashed returns a Squashed for spec, of a network from e.
func NewSquashed(rng *rand.Rand, spec env.Spec, k Kwargs, e Engine) (*Squashed, error) {
	b, err := boundsOf(spec.Act)
	if err != nil {
		return nil, err
	}
	p := &Squashed{a: spec.Act.Size(), bounds: b, encoder: newEncoder(spec.Obs), Tape: tape.New(), acting: tape.New()}
	c, err := k.mlp()
	if err != nil {
		return nil, err
	}
	c.In, p.outputs = p.size, 2*p.a
	if k.UseSDE {
		if p.Features, err = c.split(rng, "features", e); err != nil {
			return nil, err
		}
		p.outputs, p.features = p.a, c.In
		p.noise = newStateNoise(logStdOf(p.a, p.features, k.LogStdInit))
	}
	c.Out, c.Gain = p.outputs, 1
	p.Net, err = e.MLP(rng, "actor", c)
	return p, err
}

// Numbers is how many standard normal numbers ε Draw and Choose want for so many rows:
// one an action, or [A, features] of noise that depends on the state.
func (p *Squashed) Numbers(rows int) int {
	if p.noise != nil {
		return p.a * p.features
	}
	return rows * p.a
}

// Draw is actions [B, A] in [-1, 1] with the log of their densities [B, 1], to learn
// from. They are functions of ε, which are kept until the tape's Reset.
func (p *Squashed) Draw(obs, epsilon []float32) (act, logp *tape.Var) {
	x := p.encode(p.Tape, obs)
	if p.noise != nil {
		x = p.Features.Forward(p.Tape, x)
	}
	return p.squash(p.Net.Forward(p.Tape, x), x, epsilon)
}

// squash returns, for what Net makes of x,
//
//	a = tanh u,  log π(a|s) = log N(u; μ, σ) - Σ log(1 - tanh² u)
//
// which is eq. 21 there. Stable-Baselines3, and the authors' program, take log(1 - tanh² u + 10⁻⁶):
// beyond |u| = 8 their density is too low (by 45 where u is 30), and its gradient is 0
// where the exact one still leads back.
func (p *Squashed) squash(out, x *tape.Var, epsilon []float32) (act, logp *tape.Var) {
	var u, normal *tape.Var
	if p.noise != nil {
		u, normal = p.noise.gaussian(out.Clip(-mostMean, mostMean), x, epsilon)
	} else {
		u, normal = p.gaussian(out, epsilon)
	}
	act = u.Tanh()
	return act, normal.Add(p.logSlope(u, act)).SumCols().Neg()
}

// logSlope returns log(1 - tanh² u), element by element, as
//
//	2 (log 2 - u - softplus(-2u))
//
// which loses nothing where tanh u rounds to 1 or -1.
func (p *Squashed) logSlope(u, act *tape.Var) *tape.Var {
	if p.TanhEpsilon > 0 {
		return act.Square().Neg().AddK(1 + p.TanhEpsilon).Log()
	}
	return u.Add(u.Scale(-2).Softplus()).Scale(-2).AddK(2 * math.Ln2)
}

// mostMean bounds μ where the noise depends on the state, as in Stable-Baselines3.
const mostMean = 2

// halfLog2Pi is log(2π)/2.
const halfLog2Pi = 0.9189385332046727

// gaussian is u = μ + σ ε with -log N(u; μ, σ), element by element; log σ is in
// [-20, 2].
func (p *Squashed) gaussian(out *tape.Var, epsilon []float32) (u, normal *tape.Var) {
	logStd := out.Columns(p.a, 2*p.a).Clip(-20, 2)
	e := out.Tape().Const(epsilon, out.Rows)
	normal = e.Square().Scale(0.5).Add(logStd).AddK(halfLog2Pi)
	return out.Columns(0, p.a).Add(logStd.Exp().Mul(e)), normal
}

// infer writes what Net makes of observations to out, and returns what it is given.
func (p *Squashed) infer(obs []float32) (x []float32) {
	n := p.rows(obs)
	if x = p.flat(obs); p.noise != nil {
		p.hidden = grow(p.hidden, n*p.features)
		p.Features.Infer(p.hidden, x)
		x = p.hidden
	}
	p.out = grow(p.out, n*p.outputs)
	p.Net.Infer(p.out, x)
	return x
}

// Choose writes Draw's actions and log-densities, if logp is not nil, without a
// gradient.
func (p *Squashed) Choose(obs, epsilon, act, logp []float32) {
	n, x := p.rows(obs), p.infer(obs)
	p.acting.Reset()
	a, l := p.squash(p.acting.Const(p.out, n), p.acting.Const(x, n), epsilon)
	copy(act, a.Value)
	copy(logp, l.Value)
}

// DrawNoise draws the noise by which Explore acts in n environments until it is called
// again, where it depends on the state; otherwise it does nothing.
func (p *Squashed) DrawNoise(rng *rand.Rand, n int) {
	if p.noise != nil {
		p.noise.draw(rng, n)
	}
}

// Explore draws actions [N, A] in [-1, 1], by the noise that was drawn where it depends
// on the state.
func (p *Squashed) Explore(rng *rand.Rand, obs, act []float32) {
	if p.noise == nil {
		p.Choose(obs, p.normal(rng, len(act)), act, nil)
		return
	}
	x := p.infer(obs)
	f32.Clip(act, p.out, -mostMean, mostMean)
	p.noise.add(act, x)
	f32.Tanh(act, act)
}

// normal returns n standard normal numbers.
func (p *Squashed) normal(rng *rand.Rand, n int) []float32 {
	p.epsilon = grow(p.epsilon, n)
	for i := range p.epsilon {
		p.epsilon[i] = float32(rng.NormFloat64())
	}
	return p.epsilon
}

// Act writes tanh μ in the action space.
func (p *Squashed) Act(obs, act []float32) {
	p.infer(obs)
	if p.noise != nil {
		f32.Clip(p.out, p.out, -mostMean, mostMean)
	}
	for i := range p.rows(obs) {
		copy(act[i*p.a:(i+1)*p.a], p.out[i*p.outputs:])
	}
	f32.Tanh(act, act)
	p.Stretch(act)
}

// Sample draws actions of the action space.
func (p *Squashed) Sample(rng *rand.Rand, obs, act []float32) {
	p.Choose(obs, p.normal(rng, p.Numbers(p.rows(obs))), act, nil)
	p.Stretch(act)
}

// Share has several cores learn and choose.
func (p *Squashed) Share(cores *parallel.Pool) {
	p.Tape.Share(cores)
	share(cores, p.networks()...)
}

// networks are those that there are.
func (p *Squashed) networks() []Network {
	if p.noise != nil {
		return []Network{p.Features, p.Net}
	}
	return []Network{p.Net}
}

// Params are those of the networks and log σ of noise that depends on the state.
func (p *Squashed) Params() []*tape.Param {
	return append(Params(p.networks()...), p.noise.params()...)
}

// Tensors returns all that is saved.
func (p *Squashed) Tensors() []*tape.Param {
	return append(Tensors(p.networks()...), p.noise.params()...)
}

// State visits the networks and log σ.
func (p *Squashed) State(s *state.State) {
	for _, n := range p.networks() {
		stateOf(n, s)
	}
	visit(s, p.noise.params())
}

// Clone returns a Squashed with parameters and tapes of its own.
func (p *Squashed) Clone() Policy {
	c := &Squashed{
		Net: p.Net.Clone(), Tape: tape.New(), TanhEpsilon: p.TanhEpsilon, acting: tape.New(), a: p.a, outputs: p.outputs, features: p.features,
		bounds: p.bounds, encoder: p.encoder.clone(),
	}
	if p.noise != nil {
		c.Features, c.noise = p.Features.Clone(), newStateNoise(p.noise.logStd.Clone())
	}
	return c
}

var _ Saver = (*Squashed)(nil)
