package policy

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/dist"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// Squashed is a policy of tanh(u), u Gaussian with mean and deviation that a network
// has outputs for: see dist.Squashed.
type Squashed struct {
	Head     *dist.Squashed
	Features nn.Network // the hidden layers, where the noise depends on them; otherwise nil
	Net      nn.Network // of the Head's outputs
	Tape     *tape.Tape // that Draw puts them on
	acting   *tape.Tape
	features int // outputs of Features
	base
	encoder
	dist.Bounds
	out, hidden, epsilon, raw []float32 // scratch: [N, outputs], [N, features], ε, [N, A]
}

var _ Policy = (*Squashed)(nil)

// NewSquashed returns a Squashed for spec, of a network from e. A Normalizer, if it is
// not nil, normalises the observations.
func NewSquashed(rng *rand.Rand, spec env.Spec, k NetworkConfig, normal *Normalizer, e nn.Engine) (*Squashed, error) {
	return built(newSquashed(newBuilder(squashedKind, rng, &k, e, "pi", "qf"), spec, normal))
}

// newSquashed returns the Squashed that b builds.
func newSquashed(b *builder, spec env.Spec, normal *Normalizer) (*Squashed, error) {
	bounds, err := dist.BoundsOf(spec.Act)
	if err != nil {
		return nil, err
	}
	in, err := newEncoder(spec.Obs, normal)
	if err != nil {
		return nil, err
	}
	p := &Squashed{Tape: tape.New(), acting: tape.New(), encoder: in, Bounds: bounds}
	x, pi, a := in.size, piHidden, spec.Act.Size()
	if b.sde {
		p.Features, p.features = b.hidden("features", x, piHidden)
		x, pi = p.features, noHidden
	}
	if !b.room(a, p.features) {
		return nil, b.err
	}
	p.Head = dist.NewSquashed(a, p.features, b.logStd(), b.expln)
	p.Net = b.network("actor", x, pi, p.Head.Outputs(), 1)
	b.head = p.Head.String()
	p.base = b.base(Spec{Obs: spec.Obs, Act: spec.Act})
	if p.Head.Noise != nil {
		p.spec.Noise = p.Head.Noise.Size()
	}
	return p, b.err
}

// Draw returns actions [B, A] in [-1, 1] with the log of their densities [B, 1], to learn
// from. They are functions of standard normal ε, Head.Numbers of them, which are kept
// until the tape's Reset.
func (p *Squashed) Draw(obs, epsilon []float32) (act, logp *tape.Var) {
	x := p.encode(p.Tape, obs)
	if p.Features != nil {
		x = p.Features.Forward(p.Tape, x, nn.Training)
	}
	return p.Head.Act(p.Net.Forward(p.Tape, x, nn.Training), x, epsilon)
}

// Infer writes Draw's actions and log-densities without a gradient.
func (p *Squashed) Infer(obs, epsilon, act, logp []float32) {
	n, x := p.rows(obs), p.infer(obs)
	p.acting.Reset()
	a, l := p.Head.Act(p.acting.Const(p.out, n), p.acting.Const(x, n), epsilon)
	copy(act, a.Value)
	copy(logp, l.Value)
}

// Act draws actions, or takes tanh μ. Raw is in [-1, 1].
func (p *Squashed) Act(in In, out Out) {
	n, x := p.rows(in.Obs), p.infer(in.Obs)
	raw := out.Raw
	if raw == nil {
		p.raw = f32.Grow(p.raw, n*p.Head.Actions)
		raw = p.raw
	}
	switch {
	case in.Noise != nil:
		p.Head.Means(raw, p.out)
		p.Head.Noise.Add(raw, x, in.Noise)
		p.logProb(out.LogProb, x, raw)
		f32.Tanh(raw, raw)
	case in.Rand == nil && out.LogProb == nil:
		p.Head.Means(raw, p.out)
		f32.Tanh(raw, raw)
	default:
		p.acting.Reset()
		a, l := p.Head.Fresh(p.acting.Const(p.out, n), p.acting.Const(x, n), p.normal01(in.Rand, len(raw)))
		copy(raw, a.Value)
		copy(out.LogProb, l.Value)
	}
	if out.Act != nil {
		p.Stretch(out.Act, raw)
	}
}

// logProb writes the log of the densities of tanh u, for u [N, A] that was drawn for what
// infer returned.
func (p *Squashed) logProb(logp, x, u []float32) {
	if logp == nil {
		return
	}
	n := len(logp)
	p.acting.Reset()
	copy(logp, p.Head.LogProb(p.acting.Const(p.out, n), p.acting.Const(x, n), u).Value)
}

// DrawNoise draws exploration that depends on the state [N, Spec.Noise], each row with
// its own generator.
func (p *Squashed) DrawNoise(rng []rand.PCG, noise []float32) {
	if p.Head.Noise != nil {
		p.Head.Noise.Draw(rng, noise)
	}
}

// infer writes what the network makes of observations to out, and returns what it is
// given.
func (p *Squashed) infer(obs []float32) (x []float32) {
	n := p.rows(obs)
	if x = p.flat(obs); p.Features != nil {
		p.hidden = f32.Grow(p.hidden, n*p.features)
		p.Features.Infer(p.hidden, x)
		x = p.hidden
	}
	p.out = f32.Grow(p.out, n*p.Head.Outputs())
	p.Net.Infer(p.out, x)
	return x
}

// normal01 returns n standard normal numbers, each row's of its own generator; zeros
// without generators.
func (p *Squashed) normal01(rng []rand.PCG, n int) []float32 {
	p.epsilon = f32.Grow(p.epsilon, n)
	if rng == nil {
		clear(p.epsilon)
	}
	a := p.Head.Actions
	for i := range rng {
		row := rand.New(&rng[i])
		for j := i * a; j < (i+1)*a; j++ {
			p.epsilon[j] = float32(row.NormFloat64())
		}
	}
	return p.epsilon
}

// Share has several cores learn and act.
func (p *Squashed) Share(cores *parallel.Pool) {
	p.Tape.Share(cores)
	nn.Share(cores, p.networks()...)
}

// networks returns those that there are.
func (p *Squashed) networks() []nn.Network {
	if p.Features != nil {
		return []nn.Network{p.Features, p.Net}
	}
	return []nn.Network{p.Net}
}

// Params returns the parameters of the networks and of the head.
func (p *Squashed) Params() []*tape.Param {
	return append(nn.Params(p.networks()...), p.Head.Params()...)
}

// Tensors returns all that is saved.
func (p *Squashed) Tensors() []*tape.Param {
	return append(append(nn.Tensors(p.networks()...), p.Head.Params()...), p.normal.tensors()...)
}

// State visits the networks and the head.
func (p *Squashed) State(s *state.State) {
	nn.Visit(s, p.networks()...)
	nn.VisitParams(s, p.Head.Params())
}

// Clone returns a Squashed with parameters, tapes and a normaliser of its own.
func (p *Squashed) Clone() Policy {
	c := &Squashed{
		Head: p.Head.Clone(), Net: p.Net.Clone(), Tape: tape.New(), acting: tape.New(), features: p.features,
		base: p.base, encoder: p.encoder.clone(p.normal.Clone()), Bounds: p.Bounds,
	}
	if p.Features != nil {
		c.Features = p.Features.Clone()
	}
	return c
}
