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

// ActorCritic is a stochastic policy and its value function: two networks that
// share nothing, or two layers on a trunk that they share.
type ActorCritic struct {
	Head          *dist.Head
	Trunk         nn.Network // nil if nothing is shared
	Features      nn.Network // the actor's hidden layers where its noise depends on them; otherwise nil
	Actor, Critic nn.Network // of observations, or of the outputs of the trunk or Features
	Tape          *tape.Tape // that Pi is put on
	ValueTape     *tape.Tape // that V is put on: another, so that both can be learned at once
	acting        *tape.Tape // for the distributions that actions are drawn from
	base
	encoder      // of observations
	features int // outputs of the trunk or Features

	out, hidden, own, raw []float32 // scratch: the actor's output [N, Head.Size], the trunk's and Features' [N, features], actions [N, A]
}

var _ Policy = (*ActorCritic)(nil)

// NewActorCritic returns an ActorCritic for spec, of networks from e. A Normalizer, if
// it is not nil, normalises what the networks are given.
func NewActorCritic(rng *rand.Rand, spec env.Spec, k NetworkConfig, normal *Normalizer, e nn.Engine) (*ActorCritic, error) {
	b := newBuilder(actorCriticKind, rng, &k, e, "pi", "vf")
	if k.ShareTrunk {
		b.fail(k.NetArch.CheckTrunk())
	}
	return built(newActorCritic(b, spec, normal))
}

// newActorCritic returns the ActorCritic that b builds.
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
	x, z, pi, vf := in.size, in.size, piHidden, vfHidden // what the critic and the actor are given, and the hidden layers that they have
	if b.shares {
		m.Trunk, x = b.hidden("trunk", x, piHidden)
		z, pi, vf = x, noHidden, noHidden
	} else if b.sde {
		m.Features, z = b.hidden("features", x, piHidden)
		pi = noHidden
	}
	m.features = z
	if b.sde && b.room(head.Size, z) {
		b.fail(head.ExploreByState(z, b.expln))
	}
	m.Actor = b.network("actor", z, pi, head.Size, 0.01)
	m.Critic = b.network("critic", x, vf, 1, 1)
	b.head = head.String()
	m.base = b.base(Spec{Obs: spec.Obs, Act: spec.Act, Scores: head.Scores(), Values: true})
	if head.Noise != nil {
		m.spec.Noise = head.Noise.Size()
	}
	m.tapes()
	return m, b.err
}

func (m *ActorCritic) tapes() { m.Tape, m.ValueTape, m.acting = tape.New(), tape.New(), tape.New() }

// Pi returns π(·|obs) for the rows of obs, among the actions that mask [B, M] allows, to
// learn from. A nil mask allows all.
func (m *ActorCritic) Pi(obs []float32, mask []bool) dist.Dist {
	return m.pi(m.input(m.Tape, obs), mask)
}

// pi returns π for what the actor is given.
func (m *ActorCritic) pi(x *tape.Var, mask []bool) dist.Dist {
	if m.Features != nil {
		x = m.Features.Forward(m.Tape, x, nn.Training)
	}
	return m.Head.Dist(m.Actor.Forward(m.Tape, x, nn.Training), x, mask)
}

// V returns V(obs) for the rows of obs, [B, 1], to learn from.
func (m *ActorCritic) V(obs []float32) *tape.Var {
	return m.Critic.Forward(m.ValueTape, m.input(m.ValueTape, obs), nn.Training)
}

// PiV returns Pi and V, both on Tape, by one pass through the trunk.
func (m *ActorCritic) PiV(obs []float32, mask []bool) (dist.Dist, *tape.Var) {
	x := m.input(m.Tape, obs)
	return m.pi(x, mask), m.Critic.Forward(m.Tape, x, nn.Training)
}

// input returns what the actor and the critic are given.
func (m *ActorCritic) input(t *tape.Tape, obs []float32) *tape.Var {
	x := m.encode(t, obs)
	if m.Trunk == nil {
		return x
	}
	return m.Trunk.Forward(t, x, nn.Training)
}

// Act draws actions, or takes the likeliest. Their log-probabilities have the same bits
// as Pi's.
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

// Bound writes raw actions [N, A] to act, brought into the action space.
func (m *ActorCritic) Bound(act, raw []float32) {
	copy(act, raw)
	m.Head.Bound(act)
}

// DrawNoise draws exploration that depends on the state [N, Spec.Noise], each row with
// its own generator.
func (m *ActorCritic) DrawNoise(rng []rand.PCG, noise []float32) {
	if m.Head.Noise != nil {
		m.Head.Noise.Draw(rng, noise)
	}
}

// infer returns Pi of n rows without a gradient, until it is called again, for what
// inferInput returned, with the features that it depends on.
func (m *ActorCritic) infer(x []float32, n int, mask []bool) (dist.Dist, []float32) {
	if m.Features != nil {
		m.own = f32.Grow(m.own, n*m.features)
		m.Features.Infer(m.own, x)
		x = m.own
	}
	m.out = f32.Grow(m.out, n*m.Head.Size)
	m.Actor.Infer(m.out, x)
	m.acting.Reset()
	return m.Head.Dist(m.acting.Const(m.out, n), m.acting.Const(x, n), mask), x
}

// inferInput is input without a tape.
func (m *ActorCritic) inferInput(obs []float32) []float32 {
	x := m.flat(obs)
	if m.Trunk == nil {
		return x
	}
	m.hidden = f32.Grow(m.hidden, m.rows(obs)*m.features)
	m.Trunk.Infer(m.hidden, x)
	return m.hidden
}

// networks returns those that there are.
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

// Tensors returns all that is saved: parameters, buffers of networks, and the normaliser.
func (m *ActorCritic) Tensors() []*tape.Param {
	return append(append(nn.Tensors(m.networks()...), m.Head.Params()...), m.normal.tensors()...)
}

// State visits the networks and the head. The normaliser is its owner's to save.
func (m *ActorCritic) State(s *state.State) {
	nn.Visit(s, m.networks()...)
	nn.VisitParams(s, m.Head.Params())
}

// Clone returns a copy with a normaliser of its own.
func (m *ActorCritic) Clone() Policy { return m.Copy(m.normal.Clone()) }

// Copy returns an ActorCritic with parameters and tapes of its own, and the given
// normaliser.
func (m *ActorCritic) Copy(normal *Normalizer) *ActorCritic {
	c := &ActorCritic{
		Head: m.Head.Clone(), Actor: m.Actor.Clone(), Critic: m.Critic.Clone(),
		base: m.base, encoder: m.encoder.clone(normal), features: m.features,
	}
	if m.Trunk != nil {
		c.Trunk = m.Trunk.Clone()
	}
	if m.Features != nil {
		c.Features = m.Features.Clone()
	}
	c.tapes()
	return c
}
