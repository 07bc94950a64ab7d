package policy

import (
	"errors"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/dist"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// ActorCritic is a stochastic policy π(a|s) and its value function V(s). The actor and the
// critic are two separate networks, or two output layers on a shared trunk of hidden layers.
type ActorCritic struct {
	Head          *dist.Head
	Trunk         nn.Network // shared hidden layers, or shared feature extractor; nil if the actor and the critic share nothing
	Features      nn.Network // hidden layers of an actor with state-dependent noise; otherwise nil
	Actor, Critic nn.Network // input: output of Features (only Actor) or of Trunk; if these are nil, the encoded observations
	Tape          *tape.Tape // tape of Pi
	ValueTape     *tape.Tape // tape of V; a second tape allows training of the actor and the critic at the same time
	actTape       *tape.Tape // tape of the distributions in Act
	base
	encoder                 // encoder of observations
	trunkSize     int       // outputs of Trunk; without Trunk, floats of an encoded observation
	featureSize   int       // floats of an input row of Actor: outputs of Features, or trunkSize
	detachCritic  bool      // whether the critic's gradient stops at the trunk's outputs
	piRows, vRows tape.Rows // rows of a Batch that count, in Pi and in V

	// Scratch: outputs of Actor [N, Head.Size], of Trunk [N, trunkSize], of Features [N, featureSize], of
	// Critic [N], and raw actions [N, A].
	actorOut, trunkOut, featuresOut, valueOut, raw []float32
}

var _ Policy = (*ActorCritic)(nil)

// NewActorCritic returns an ActorCritic for spec with new networks, which config c describes and
// engine e builds. normal normalises the observations; nil: no normalisation.
func NewActorCritic(rng *rand.Rand, spec env.Spec, c NetworkConfig, normal *Normalizer, e nn.Engine) (*ActorCritic, error) {
	b := newBuilder(actorCriticKind, rng, &c, e, "pi", "vf")
	if c.ShareTrunk && c.Layers.trunk.empty() {
		b.keepError(c.NetArch.CheckTrunk())
	}
	return withPrefix(newActorCritic(b, spec, normal))
}

// newActorCritic returns an ActorCritic with networks from b.
func newActorCritic(b *builder, spec env.Spec, normal *Normalizer) (*ActorCritic, error) {
	head, err := dist.NewHead(spec.Act, b.logStd())
	if err != nil {
		return nil, err
	}
	in, err := b.encoder(spec.Obs, normal)
	if err != nil {
		return nil, err
	}
	m := &ActorCritic{Head: head, encoder: in, detachCritic: b.config != nil && b.config.DetachCritic}
	trunk, criticIn, pi, vf := b.trunk(m.encoder.input())
	if m.Trunk = trunk; m.detachCritic && trunk == nil {
		b.keepError(errors.New("detach_critic is true, but the actor and the critic share no layers, want share_trunk or layers with a trunk"))
	}
	actorIn := criticIn
	if b.hasFeatures(pi) {
		m.Features, actorIn = b.hidden("features", criticIn, piHidden)
		pi = noHidden
	}
	m.trunkSize, m.featureSize = criticIn.size, actorIn.size
	if b.sde && b.fits(head.Size, actorIn.size) {
		b.keepError(head.ExploreByState(actorIn.size, b.expln))
	}
	m.Actor = b.network("actor", actorIn, pi, head.Size, 0.01)
	m.Critic = b.network("critic", criticIn, vf, 1, 1)
	b.head = head.String()
	m.base = b.base(Spec{Obs: spec.Obs, Act: spec.Act, Scores: head.Choices, Probabilities: true, Values: true})
	if head.Noise != nil {
		m.spec.Noise = head.Noise.Size()
	}
	if b.err == nil {
		m.spec.Memory = memorySize(m.networks())
	}
	m.newTapes()
	return m, b.err
}

func (m *ActorCritic) newTapes() { m.Tape, m.ValueTape, m.actTape = tape.New(), tape.New(), tape.New() }

// Pi returns π on Tape for training: one distribution for each row of the batch that counts.
func (m *ActorCritic) Pi(b Batch) dist.Dist {
	x, p := m.input(m.Tape, &b)
	return m.pi(x, &b, p)
}

// pi returns π on Tape for the actor's input x. The memory of p is the memory after the trunk's.
func (m *ActorCritic) pi(x *tape.Var, b *Batch, p nn.Pass) dist.Dist {
	if m.Features != nil {
		x = m.Features.Forward(m.Tape, x, p)
		p.Memory = p.Memory.After(m.Features.MemorySize())
	}
	out := m.Actor.Forward(m.Tape, x, p)
	if b.Rows != nil {
		m.piRows.Index = b.Rows
		x, out = m.piRows.Of(x), m.piRows.Of(out)
	}
	return m.Head.Dist(out, x, b.Mask)
}

// V returns V [K, 1] on ValueTape for training: one value for each row of the batch that counts.
func (m *ActorCritic) V(b Batch) *tape.Var {
	x, p := m.input(m.ValueTape, &b)
	return m.v(x, &b, p)
}

// v returns V for the critic's input x, on the tape of x. The memory of p is the memory after the
// trunk's.
func (m *ActorCritic) v(x *tape.Var, b *Batch, p nn.Pass) *tape.Var {
	if m.detachCritic {
		x = x.Detach()
	}
	p.Memory = m.criticMemory(p.Memory)
	out := m.Critic.Forward(x.Tape(), x, p)
	if b.Rows != nil {
		m.vRows.Index = b.Rows
		out = m.vRows.Of(out)
	}
	return out
}

// PiV returns the results of Pi and V, both on Tape, from one forward pass of the trunk.
func (m *ActorCritic) PiV(b Batch) (dist.Dist, *tape.Var) {
	x, p := m.input(m.Tape, &b)
	return m.pi(x, &b, p), m.v(x, &b, p)
}

// input returns the input of the actor and the critic on t: the trunk's output, or the encoded
// observations. The memory of the returned Pass is the memory after the trunk's.
func (m *ActorCritic) input(t *tape.Tape, b *Batch) (*tape.Var, nn.Pass) {
	x := m.encode(t, b.Obs)
	p := m.pass(b, x.Rows)
	if m.Trunk == nil {
		return x, p
	}
	x = m.Trunk.Forward(t, x, p)
	p.Memory = p.Memory.After(m.Trunk.MemorySize())
	return x, p
}

// criticMemory returns the critic's part of a memory: the part after the memory of Features and
// Actor. The argument is the memory after the trunk's.
func (m *ActorCritic) criticMemory(past nn.Memory) nn.Memory {
	if m.spec.Memory == 0 {
		return past
	}
	if m.Features != nil {
		past = past.After(m.Features.MemorySize())
	}
	return past.After(m.Actor.MemorySize())
}

// Act samples actions if in has random generators or noise. Otherwise it takes the most probable
// actions. out.LogProb is equal to Pi's LogProb, bit for bit.
//
// A policy with memory computes all its networks in every call, whatever out asks for. So the
// memory after a call never depends on out: an Act with an empty Out only remembers.
func (m *ActorCritic) Act(in In, out Out) {
	x, past := m.inferInput(&in)
	remembers := m.spec.Memory > 0
	if out.Value != nil {
		m.Critic.Infer(out.Value, x, m.criticMemory(past))
	} else if remembers {
		m.valueOut = f32.Grow(m.valueOut, m.rows(in.Obs))
		m.Critic.Infer(m.valueOut, x, m.criticMemory(past))
	}
	silent := out.Act == nil && out.Raw == nil && out.LogProb == nil && out.Scores == nil
	if silent && !remembers {
		return
	}
	pi, features := m.infer(x, m.rows(in.Obs), in.Mask, past)
	if silent {
		return
	}
	raw := out.Raw
	if raw == nil {
		m.raw = f32.Grow(m.raw, m.rows(in.Obs)*m.spec.Act.Size())
		raw = m.raw
	}
	switch {
	case in.Noise != nil:
		pi.Mode(raw)
		m.Head.Noise.Add(raw, features, in.Noise)
	case in.Rand != nil:
		pi.Sample(in.Rand, raw)
	default:
		pi.Mode(raw)
	}
	if out.LogProb != nil {
		copy(out.LogProb, pi.LogProb(raw).Value)
	}
	if out.Scores != nil {
		copy(out.Scores, dist.Probabilities(pi))
	}
	if out.Act != nil {
		m.Bound(out.Act, raw)
	}
}

// Bound writes raw actions [N, A] to act, clipped to the bounds of the action space.
func (m *ActorCritic) Bound(act, raw []float32) {
	copy(act, raw)
	m.Head.Bound(act)
}

// DrawNoise samples new state-dependent noise [N, Spec.Noise], each row with its own generator.
// Without such noise it does nothing.
func (m *ActorCritic) DrawNoise(rng []rand.PCG, noise []float32) {
	if m.Head.Noise != nil {
		m.Head.Noise.Draw(rng, noise)
	}
}

// infer returns π without gradients, and the actor's input, from which state-dependent noise is
// computed. x has n rows from inferInput, and past is the memory after the trunk's. Both results
// are valid until the next call.
func (m *ActorCritic) infer(x []float32, n int, mask []bool, past nn.Memory) (dist.Dist, []float32) {
	if m.Features != nil {
		m.featuresOut = f32.Grow(m.featuresOut, n*m.featureSize)
		m.Features.Infer(m.featuresOut, x, past)
		x, past = m.featuresOut, past.After(m.Features.MemorySize())
	}
	m.actorOut = f32.Grow(m.actorOut, n*m.Head.Size)
	m.Actor.Infer(m.actorOut, x, past)
	m.actTape.Reset()
	return m.Head.Dist(m.actTape.Const(m.actorOut, n), m.actTape.Const(x, n), mask), x
}

// inferInput returns the input of the actor and the critic, computed without a tape, and the
// memory after the trunk's. The result is valid until the next call.
func (m *ActorCritic) inferInput(in *In) ([]float32, nn.Memory) {
	var past nn.Memory
	if m.spec.Memory > 0 {
		past = m.begin(in, m.rows(in.Obs))
	}
	x := m.flat(in.Obs)
	if m.Trunk == nil {
		return x, past
	}
	m.trunkOut = f32.Grow(m.trunkOut, m.rows(in.Obs)*m.trunkSize)
	m.Trunk.Infer(m.trunkOut, x, past)
	return m.trunkOut, past.After(m.Trunk.MemorySize())
}

// networks returns the networks that are not nil.
func (m *ActorCritic) networks() []nn.Network {
	var all []nn.Network
	for _, n := range []nn.Network{m.Trunk, m.Features, m.Actor, m.Critic} {
		if n != nil {
			all = append(all, n)
		}
	}
	return all
}

// Params returns the parameters of the networks and of the head.
func (m *ActorCritic) Params() []*tape.Param {
	return append(nn.Params(m.networks()...), m.Head.Params()...)
}

// Tensors returns the parameters, the buffers of the networks, and the normaliser's tensors.
func (m *ActorCritic) Tensors() []*tape.Param {
	return append(append(nn.Tensors(m.networks()...), m.Head.Params()...), m.normal.tensors()...)
}

// State saves or loads the networks and the head. The owner of the normaliser saves the normaliser.
func (m *ActorCritic) State(s *state.State) {
	nn.Visit(s, m.networks()...)
	nn.VisitParams(s, m.Head.Params())
}

// Clone returns a copy with its own normaliser.
func (m *ActorCritic) Clone() Policy { return m.Copy(m.normal.Clone()) }

// Copy returns an ActorCritic with its own parameters and tapes, and with the given normaliser.
func (m *ActorCritic) Copy(normal *Normalizer) *ActorCritic {
	c := &ActorCritic{
		Head: m.Head.Clone(), Actor: m.Actor.Clone(), Critic: m.Critic.Clone(),
		base: m.base, encoder: m.encoder.clone(normal), trunkSize: m.trunkSize, featureSize: m.featureSize, detachCritic: m.detachCritic,
	}
	if m.Trunk != nil {
		c.Trunk = m.Trunk.Clone()
	}
	if m.Features != nil {
		c.Features = m.Features.Clone()
	}
	c.newTapes()
	return c
}

// Replica returns an ActorCritic with the same parameters as m: their values share memory, but
// their gradients do not. So several goroutines can act with replicas, or compute gradients for
// parts of a minibatch, at the same time. The result is nil if a layer of the networks mixes rows
// or has a state, for example batch norm and dropout, or if it is not from package nn. A replica's
// Tape and ValueTape are the same tape, because then both networks use the same memory. So the tape
// must be Reset between the gradients of the actor and of the critic.
func (m *ActorCritic) Replica() *ActorCritic {
	if !nn.RowWise(m.networks()...) {
		return nil
	}
	c, own := m.Copy(m.normal), m.Params()
	for i, p := range c.Params() {
		p.Value = own[i].Value
	}
	c.ValueTape = c.Tape
	return c
}
