package policy

import (
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
	Trunk         nn.Network // shared hidden layers; nil if the actor and the critic share nothing
	Features      nn.Network // hidden layers of an actor with state-dependent noise; otherwise nil
	Actor, Critic nn.Network // input: output of Features (only Actor) or of Trunk; if these are nil, the encoded observations
	Tape          *tape.Tape // tape of Pi
	ValueTape     *tape.Tape // tape of V; a second tape allows training of the actor and the critic at the same time
	actTape       *tape.Tape // tape of the distributions in Act
	base
	encoder         // encoder of observations
	featureSize int // floats of an input row of Actor: outputs of Trunk or Features; if both are nil, floats of an encoded observation

	// Scratch: outputs of Actor [N, Head.Size], outputs of Trunk and Features [N, featureSize],
	// and raw actions [N, A].
	actorOut, trunkOut, featuresOut, raw []float32
}

var _ Policy = (*ActorCritic)(nil)

// NewActorCritic returns an ActorCritic for spec with new networks, which config c describes and
// engine e builds. normal normalises the observations; nil: no normalisation.
func NewActorCritic(rng *rand.Rand, spec env.Spec, c NetworkConfig, normal *Normalizer, e nn.Engine) (*ActorCritic, error) {
	b := newBuilder(actorCriticKind, rng, &c, e, "pi", "vf")
	if c.ShareTrunk {
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
	in, err := newEncoder(spec.Obs, normal)
	if err != nil {
		return nil, err
	}
	m := &ActorCritic{Head: head, encoder: in}
	criticIn, actorIn, pi, vf := in.size, in.size, piHidden, vfHidden
	if b.shareTrunk {
		m.Trunk, criticIn = b.hidden("trunk", criticIn, piHidden)
		actorIn, pi, vf = criticIn, noHidden, noHidden
	} else if b.sde {
		m.Features, actorIn = b.hidden("features", criticIn, piHidden)
		pi = noHidden
	}
	m.featureSize = actorIn
	if b.sde && b.fits(head.Size, actorIn) {
		b.keepError(head.ExploreByState(actorIn, b.expln))
	}
	m.Actor = b.network("actor", actorIn, pi, head.Size, 0.01)
	m.Critic = b.network("critic", criticIn, vf, 1, 1)
	b.head = head.String()
	m.base = b.base(Spec{Obs: spec.Obs, Act: spec.Act, Scores: head.Choices, Probabilities: true, Values: true})
	if head.Noise != nil {
		m.spec.Noise = head.Noise.Size()
	}
	m.newTapes()
	return m, b.err
}

func (m *ActorCritic) newTapes() { m.Tape, m.ValueTape, m.actTape = tape.New(), tape.New(), tape.New() }

// Pi returns π(·|obs) on Tape for training: one distribution for each row of obs [B, O], over the
// actions that mask [B, M] allows. A nil mask allows all actions.
func (m *ActorCritic) Pi(obs []float32, mask []bool) dist.Dist {
	return m.pi(m.input(m.Tape, obs), mask)
}

// pi returns π on Tape for the actor's input x.
func (m *ActorCritic) pi(x *tape.Var, mask []bool) dist.Dist {
	if m.Features != nil {
		x = m.Features.Forward(m.Tape, x, nn.Training)
	}
	return m.Head.Dist(m.Actor.Forward(m.Tape, x, nn.Training), x, mask)
}

// V returns V(obs) [B, 1] on ValueTape for training.
func (m *ActorCritic) V(obs []float32) *tape.Var {
	return m.Critic.Forward(m.ValueTape, m.input(m.ValueTape, obs), nn.Training)
}

// PiV returns the results of Pi and V, both on Tape, from one forward pass of the trunk.
func (m *ActorCritic) PiV(obs []float32, mask []bool) (dist.Dist, *tape.Var) {
	x := m.input(m.Tape, obs)
	return m.pi(x, mask), m.Critic.Forward(m.Tape, x, nn.Training)
}

// input returns the input of the actor and the critic on t: the trunk's output, or the encoded
// observations.
func (m *ActorCritic) input(t *tape.Tape, obs []float32) *tape.Var {
	x := m.encode(t, obs)
	if m.Trunk == nil {
		return x
	}
	return m.Trunk.Forward(t, x, nn.Training)
}

// Act samples actions if in has random generators or noise. Otherwise it takes the most probable
// actions. out.LogProb is equal to Pi's LogProb, bit for bit.
func (m *ActorCritic) Act(in In, out Out) {
	x := m.inferInput(in.Obs)
	if out.Value != nil {
		m.Critic.Infer(out.Value, x)
	}
	if out.Act == nil && out.Raw == nil && out.LogProb == nil && out.Scores == nil {
		return
	}
	pi, features := m.infer(x, m.rows(in.Obs), in.Mask)
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
// computed. x has n rows from inferInput. Both results are valid until the next call.
func (m *ActorCritic) infer(x []float32, n int, mask []bool) (dist.Dist, []float32) {
	if m.Features != nil {
		m.featuresOut = f32.Grow(m.featuresOut, n*m.featureSize)
		m.Features.Infer(m.featuresOut, x)
		x = m.featuresOut
	}
	m.actorOut = f32.Grow(m.actorOut, n*m.Head.Size)
	m.Actor.Infer(m.actorOut, x)
	m.actTape.Reset()
	return m.Head.Dist(m.actTape.Const(m.actorOut, n), m.actTape.Const(x, n), mask), x
}

// inferInput returns the input of the actor and the critic, computed without a tape. The result
// is valid until the next call.
func (m *ActorCritic) inferInput(obs []float32) []float32 {
	x := m.flat(obs)
	if m.Trunk == nil {
		return x
	}
	m.trunkOut = f32.Grow(m.trunkOut, m.rows(obs)*m.featureSize)
	m.Trunk.Infer(m.trunkOut, x)
	return m.trunkOut
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
		base: m.base, encoder: m.encoder.clone(normal), featureSize: m.featureSize,
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
