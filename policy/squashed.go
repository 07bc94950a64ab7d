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

// Squashed is a stochastic policy for continuous actions a = tanh(u). u is Gaussian. A network
// computes the mean and the standard deviation of u from the observation. See dist.Squashed.
type Squashed struct {
	Head        *dist.Squashed
	Features    nn.Network // hidden layers of a policy with state-dependent noise; otherwise nil
	Net         nn.Network // network with Head.Outputs outputs; input: output of Features or, without Features, the encoded observations
	Tape        *tape.Tape // tape of Draw
	actTape     *tape.Tape // tape of Act and Infer
	featureSize int        // outputs of Features; 0 without Features
	base
	encoder
	dist.Bounds
	counted                           tape.Rows // rows of a Batch that count, in Draw
	netOut, featuresOut, epsilon, raw []float32 // scratch: [N, Head.Outputs] outputs of Net; [N, featureSize] outputs of Features; ε; [N, A] raw actions
}

var _ Policy = (*Squashed)(nil)

// NewSquashed returns a Squashed for spec with new networks, which config c describes and engine
// e builds. normal normalises the observations; nil: no normalisation.
func NewSquashed(rng *rand.Rand, spec env.Spec, c NetworkConfig, normal *Normalizer, e nn.Engine) (*Squashed, error) {
	return withPrefix(newSquashed(newBuilder(squashedKind, rng, &c, e, "pi", "qf"), spec, normal))
}

// newSquashed returns a Squashed with networks from b.
func newSquashed(b *builder, spec env.Spec, normal *Normalizer) (*Squashed, error) {
	bounds, err := dist.BoundsOf(spec.Act)
	if err != nil {
		return nil, err
	}
	in, err := b.encoder(spec.Obs, normal)
	if err != nil {
		return nil, err
	}
	p := &Squashed{Tape: tape.New(), actTape: tape.New(), encoder: in, Bounds: bounds}
	x, pi, a := in.input(), piHidden, spec.Act.Size()
	if b.sde {
		p.Features, x = b.hidden("features", x, piHidden)
		p.featureSize, pi = x.size, noHidden
	}
	if !b.fits(a, p.featureSize) {
		return nil, b.err
	}
	p.Head = dist.NewSquashed(a, p.featureSize, b.logStd(), b.expln)
	p.Net = b.network("actor", x, pi, p.Head.Outputs(), 1)
	b.head = p.Head.String()
	p.base = b.base(Spec{Obs: spec.Obs, Act: spec.Act})
	if p.Head.Noise != nil {
		p.spec.Noise = p.Head.Noise.Size()
	}
	if b.err == nil {
		p.spec.Memory = memorySize(p.networks())
	}
	return p, b.err
}

// Draw returns actions [K, A] in [-1, 1] and their log-densities [K, 1] on Tape for training, for
// each row of the batch that counts. They are functions of the standard normal numbers epsilon
// [Head.EpsilonLen]. Draw keeps the slice epsilon until the tape's Reset.
func (p *Squashed) Draw(b Batch, epsilon []float32) (act, logp *tape.Var) {
	x := p.encode(p.Tape, b.Obs)
	pass := p.pass(&b, x.Rows)
	if p.Features != nil {
		x = p.Features.Forward(p.Tape, x, pass)
		pass.Memory = pass.Memory.After(p.Features.MemorySize())
	}
	out := p.Net.Forward(p.Tape, x, pass)
	if b.Rows != nil {
		p.counted.Index = b.Rows
		x, out = p.counted.Of(x), p.counted.Of(out)
	}
	return p.Head.Act(out, x, epsilon)
}

// Infer writes the same actions and log-densities as Draw, without recording gradients. A policy
// with memory has an empty memory in each row.
func (p *Squashed) Infer(obs, epsilon, act, logp []float32) {
	n, x := p.rows(obs), p.infer(obs, nn.Memory{})
	p.actTape.Reset()
	a, l := p.Head.Act(p.actTape.Const(p.netOut, n), p.actTape.Const(x, n), epsilon)
	copy(act, a.Value)
	copy(logp, l.Value)
}

// Act samples actions if in has random generators or noise. Otherwise it takes tanh μ. out.Raw is
// in [-1, 1].
func (p *Squashed) Act(in In, out Out) {
	n := p.rows(in.Obs)
	var past nn.Memory
	if p.spec.Memory > 0 {
		past = p.begin(&in, n)
	}
	x := p.infer(in.Obs, past)
	raw := out.Raw
	if raw == nil {
		p.raw = f32.Grow(p.raw, n*p.Head.Actions)
		raw = p.raw
	}
	switch {
	case in.Noise != nil:
		p.Head.Means(raw, p.netOut)
		p.Head.Noise.Add(raw, x, in.Noise)
		p.logProb(out.LogProb, x, raw)
		f32.Activate(raw, raw, f32.TanhAct)
	case in.Rand == nil && out.LogProb == nil:
		p.Head.Means(raw, p.netOut)
		f32.Activate(raw, raw, f32.TanhAct)
	default:
		p.actTape.Reset()
		a, l := p.Head.ActPerRow(p.actTape.Const(p.netOut, n), p.actTape.Const(x, n), p.standardNormal(in.Rand, len(raw)))
		copy(raw, a.Value)
		copy(out.LogProb, l.Value)
	}
	if out.Act != nil {
		p.Stretch(out.Act, raw)
	}
}

// logProb writes the log-density of tanh u for each row of u [N, A] to logp. It uses netOut from
// the latest call of infer. x is the result of that call.
func (p *Squashed) logProb(logp, x, u []float32) {
	if logp == nil {
		return
	}
	n := len(logp)
	p.actTape.Reset()
	copy(logp, p.Head.LogProb(p.actTape.Const(p.netOut, n), p.actTape.Const(x, n), u).Value)
}

// DrawNoise samples new state-dependent noise [N, Spec.Noise], each row with its own generator.
// Without such noise it does nothing.
func (p *Squashed) DrawNoise(rng []rand.PCG, noise []float32) {
	if p.Head.Noise != nil {
		p.Head.Noise.Draw(rng, noise)
	}
}

// infer writes the outputs of Net for obs to netOut, and updates the memory past. It returns the
// input of Net, from which state-dependent noise is computed.
func (p *Squashed) infer(obs []float32, past nn.Memory) (x []float32) {
	n := p.rows(obs)
	if x = p.flat(obs); p.Features != nil {
		p.featuresOut = f32.Grow(p.featuresOut, n*p.featureSize)
		p.Features.Infer(p.featuresOut, x, past)
		x, past = p.featuresOut, past.After(p.Features.MemorySize())
	}
	p.netOut = f32.Grow(p.netOut, n*p.Head.Outputs())
	p.Net.Infer(p.netOut, x, past)
	return x
}

// standardNormal returns n standard normal numbers, sampled with the generators of the rows. If
// rng is empty, it returns zeros.
func (p *Squashed) standardNormal(rng []rand.PCG, n int) []float32 {
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

// Share sets the pool of cores that train and act in parallel.
func (p *Squashed) Share(cores *parallel.Pool) {
	p.Tape.Share(cores)
	nn.Share(cores, p.networks()...)
}

// networks returns the networks that are not nil.
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

// Tensors returns the parameters, the buffers of the networks, and the normaliser's tensors.
func (p *Squashed) Tensors() []*tape.Param {
	return append(append(nn.Tensors(p.networks()...), p.Head.Params()...), p.normal.tensors()...)
}

// State saves or loads the networks and the head.
func (p *Squashed) State(s *state.State) {
	nn.Visit(s, p.networks()...)
	nn.VisitParams(s, p.Head.Params())
}

// Clone returns a copy with its own parameters, tapes and normaliser.
func (p *Squashed) Clone() Policy {
	c := &Squashed{
		Head: p.Head.Clone(), Net: p.Net.Clone(), Tape: tape.New(), actTape: tape.New(), featureSize: p.featureSize,
		base: p.base, encoder: p.encoder.clone(p.normal.Clone()), Bounds: p.Bounds,
	}
	if p.Features != nil {
		c.Features = p.Features.Clone()
	}
	return c
}
