package policy

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/tape"
)

// ActorCritic is a stochastic policy and its value function: two networks that
// share nothing, or two layers on a trunk that they share.
type ActorCritic struct {
	Head          *Head
	Trunk         Network    // nil if nothing is shared
	Features      Network    // the actor's hidden layers where its noise depends on them; otherwise nil
	Actor, Critic Network    // of observations, or of what the trunk or Features make of them
	Tape          *tape.Tape // that Pi is put on
	ValueTape     *tape.Tape // that V is put on: another, so that both can be learned at once
	acting        *tape.Tape // for the distributions that actions are drawn from
	encoder                  // of observations
	discrete      bool       // actions are
	features      int        // floats in a row of what the trunk or Features make of them
	forbidden     []float32  // [B, Head.Size] of the next rows: see Forbid

	out, hidden, own []float32 // scratch: the actor's output [N, Head.Size], the trunk's and Features' [N, features]
}

// NewActorCritic returns an ActorCritic for spec, of networks from e.
func NewActorCritic(rng *rand.Rand, spec env.Spec, k Kwargs, e Engine) (*ActorCritic, error) {
	head, err := NewHead(spec.Act, k.LogStdInit)
	if err != nil {
		return nil, err
	}
	_, isDiscrete := spec.Act.(env.Discrete)
	m := &ActorCritic{Head: head, encoder: newEncoder(spec.Obs), discrete: isDiscrete}
	m.tapes()
	c, err := k.mlp()
	if err != nil {
		return nil, err
	}
	c.In = m.size
	if k.ShareTrunk {
		if m.Trunk, err = c.split(rng, "trunk", e); err != nil {
			return nil, err
		}
		m.features = c.In
	}
	actor := c
	if k.UseSDE {
		if err = m.exploreByState(rng, &actor, e); err != nil {
			return nil, err
		}
	}
	actor.Out, actor.Gain = head.Size, 0.01
	if m.Actor, err = e.MLP(rng, "actor", actor); err != nil {
		return nil, err
	}
	c.Out, c.Gain = 1, 1
	m.Critic, err = e.MLP(rng, "critic", c)
	return m, err
}

// exploreByState gives the actor, of which c is all but the last layer, noise that
// depends on what its hidden layers make of the state.
func (m *ActorCritic) exploreByState(rng *rand.Rand, c *MLPConfig, e Engine) (err error) {
	if m.Trunk == nil {
		if m.Features, err = c.split(rng, "features", e); err != nil {
			return err
		}
		m.features = c.In
	}
	return m.Head.exploreBy(m.features)
}

func (m *ActorCritic) tapes() { m.Tape, m.ValueTape, m.acting = tape.New(), tape.New(), tape.New() }

// Pi is π(·|obs) for the rows of obs, to learn from.
func (m *ActorCritic) Pi(obs []float32) Dist { return m.pi(m.input(m.Tape, obs)) }

// pi is π for what the actor is given.
func (m *ActorCritic) pi(x *tape.Var) Dist {
	if m.Features != nil {
		x = m.Features.Forward(m.Tape, x)
	}
	return m.dist(m.Actor.Forward(m.Tape, x), x)
}

// dist is the head's, without what is forbidden.
func (m *ActorCritic) dist(out, features *tape.Var) Dist {
	if len(m.forbidden) > 0 {
		out = out.Add(out.Tape().Const(m.forbidden, out.Rows))
	}
	return m.Head.Dist(out, features)
}

// forbid is what is added to the score of an action that cannot be taken: its
// probability is then 0. Huang and Ontañón 2022, arXiv:2006.14171, section 3.
const forbid = -1e8

// Mask writes what Forbid takes of actions of which some are allowed.
func Mask(forbidden []float32, allowed []bool) {
	for i, ok := range allowed {
		forbidden[i] = 0
		if !ok {
			forbidden[i] = forbid
		}
	}
}

// Forbid says, until it is called again, which Discrete actions the rows that
// follow cannot choose: [B, actions] of Mask's, which m reads but does not keep
// beyond that. An empty one forbids nothing.
func (m *ActorCritic) Forbid(forbidden []float32) { m.forbidden = forbidden }

// V is V(obs) for the rows of obs, [B, 1], to learn from.
func (m *ActorCritic) V(obs []float32) *tape.Var {
	return m.Critic.Forward(m.ValueTape, m.input(m.ValueTape, obs))
}

// PiV is Pi and V, both on Tape, by one pass through the trunk.
func (m *ActorCritic) PiV(obs []float32) (Dist, *tape.Var) {
	x := m.input(m.Tape, obs)
	return m.pi(x), m.Critic.Forward(m.Tape, x)
}

// input is what the actor and the critic are given.
func (m *ActorCritic) input(t *tape.Tape, obs []float32) *tape.Var {
	x := m.encode(t, obs)
	if m.Trunk == nil {
		return x
	}
	return m.Trunk.Forward(t, x)
}

// networks are those that there are.
func (m *ActorCritic) networks() []Network {
	var all []Network
	for _, n := range []Network{m.Trunk, m.Features, m.Actor, m.Critic} {
		if n != nil {
			all = append(all, n)
		}
	}
	return all
}

// Params returns the parameters of the networks and of the head.
func (m *ActorCritic) Params() []*tape.Param {
	return append(Params(m.networks()...), m.Head.Params()...)
}

// Tensors returns all that is saved: see Buffered.
func (m *ActorCritic) Tensors() []*tape.Param {
	return append(Tensors(m.networks()...), m.Head.Params()...)
}

// State visits the networks and the head.
func (m *ActorCritic) State(s *state.State) {
	for _, n := range m.networks() {
		stateOf(n, s)
	}
	visit(s, m.Head.Params())
}

// Copy returns an ActorCritic with parameters and tapes of its own.
func (m *ActorCritic) Copy() *ActorCritic {
	c := &ActorCritic{Head: m.Head.Clone(), Actor: m.Actor.Clone(), Critic: m.Critic.Clone(), encoder: m.encoder.clone(), features: m.features, discrete: m.discrete}
	if m.Trunk != nil {
		c.Trunk = m.Trunk.Clone()
	}
	if m.Features != nil {
		c.Features = m.Features.Clone()
	}
	c.tapes()
	return c
}

// Policy returns m as a Policy that is a Scorer and a Masked too if actions are
// Discrete.
func (m *ActorCritic) Policy() Policy {
	if m.discrete {
		return discrete{m}
	}
	return m
}

// Explore draws actions [N, A], unbounded ones where they are Gaussian, and
// writes their log-probabilities [N]: the same bits as Pi's.
func (m *ActorCritic) Explore(rng *rand.Rand, obs, act, logp []float32) {
	pi, features := m.infer(obs)
	if m.Head.noise != nil {
		pi.Mode(act)
		m.Head.noise.add(act, features)
	} else {
		pi.Sample(rng, act)
	}
	copy(logp, pi.LogProb(act).Value)
}

// DrawNoise draws the noise by which n environments are explored until it is
// called again, where the kwargs have UseSDE; otherwise it does nothing.
func (m *ActorCritic) DrawNoise(rng *rand.Rand, n int) {
	if m.Head.noise != nil {
		m.Head.noise.draw(rng, n)
	}
}

// Act writes the likeliest actions.
func (m *ActorCritic) Act(obs, act []float32) {
	pi, _ := m.infer(obs)
	pi.Mode(act)
	m.Head.Bound(act)
}

// Sample draws actions.
func (m *ActorCritic) Sample(rng *rand.Rand, obs, act []float32) {
	pi, _ := m.infer(obs)
	pi.Sample(rng, act)
	m.Head.Bound(act)
}

// Values writes V(obs).
func (m *ActorCritic) Values(obs, v []float32) { m.Critic.Infer(v, m.inferInput(obs)) }

// Clone returns the Policy of a Copy.
func (m *ActorCritic) Clone() Policy { return m.Copy().Policy() }

// infer is Pi without a gradient, until it is called again, with the features
// that it depends on.
func (m *ActorCritic) infer(obs []float32) (Dist, []float32) {
	n, x := m.rows(obs), m.inferInput(obs)
	if m.Features != nil {
		m.own = grow(m.own, n*m.features)
		m.Features.Infer(m.own, x)
		x = m.own
	}
	m.out = grow(m.out, n*m.Head.Size)
	m.Actor.Infer(m.out, x)
	m.acting.Reset()
	return m.dist(m.acting.Const(m.out, n), m.acting.Const(x, n)), x
}

// inferInput is input without a tape.
func (m *ActorCritic) inferInput(obs []float32) []float32 {
	x := m.flat(obs)
	if m.Trunk == nil {
		return x
	}
	m.hidden = grow(m.hidden, m.rows(obs)*m.features)
	m.Trunk.Infer(m.hidden, x)
	return m.hidden
}

// discrete is an ActorCritic over Discrete actions.
type discrete struct{ *ActorCritic }

// Scores writes the actions' probabilities.
func (p discrete) Scores(obs, score []float32) {
	pi, _ := p.infer(obs)
	copy(score, pi.(categorical).logp.Exp().Value)
}

var (
	_ Policy = (*ActorCritic)(nil)
	_ Valuer = (*ActorCritic)(nil)
	_ Scorer = discrete{}
	_ Masked = discrete{}
)
