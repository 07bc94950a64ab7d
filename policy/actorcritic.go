package policy

import (
	"fmt"
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
	Actor, Critic Network    // of observations, or of what the trunk makes of them
	Tape          *tape.Tape // that Pi is put on
	ValueTape     *tape.Tape // that V is put on: another, so that both can be learned at once
	acting        *tape.Tape // for the distributions that actions are drawn from
	encoder                  // of observations
	features      int        // floats in a row of what the trunk makes of them

	out, hidden []float32 // scratch: the actor's output [N, Head.Size], the trunk's [N, features]
}

// NewActorCritic returns an ActorCritic for spec, of networks from e.
func NewActorCritic(rng *rand.Rand, spec env.Spec, k Kwargs, e Engine) (*ActorCritic, error) {
	head, err := NewHead(spec.Act, k.LogStdInit)
	if err != nil {
		return nil, err
	}
	m := &ActorCritic{Head: head, encoder: newEncoder(spec.Obs)}
	m.tapes()
	c := k.mlp()
	c.In = m.size
	if k.ShareTrunk {
		if len(c.Hidden) == 0 {
			return nil, fmt.Errorf("policy: net_arch is %v, want a layer for a share_trunk", c.Hidden)
		}
		if m.Trunk, err = e.MLP(rng, "trunk", c); err != nil {
			return nil, err
		}
		c.In, c.Hidden = c.Hidden[len(c.Hidden)-1], nil
		m.features = c.In
	}
	c.Out, c.Gain = head.Size, 0.01
	if m.Actor, err = e.MLP(rng, "actor", c); err != nil {
		return nil, err
	}
	c.Out, c.Gain = 1, 1
	m.Critic, err = e.MLP(rng, "critic", c)
	return m, err
}

func (m *ActorCritic) tapes() { m.Tape, m.ValueTape, m.acting = tape.New(), tape.New(), tape.New() }

// Pi is π(·|obs) for the rows of obs, to learn from.
func (m *ActorCritic) Pi(obs []float32) Dist {
	return m.Head.Dist(m.Actor.Forward(m.Tape, m.input(m.Tape, obs)))
}

// V is V(obs) for the rows of obs, [B, 1], to learn from.
func (m *ActorCritic) V(obs []float32) *tape.Var {
	return m.Critic.Forward(m.ValueTape, m.input(m.ValueTape, obs))
}

// PiV is Pi and V, both on Tape, by one pass through the trunk.
func (m *ActorCritic) PiV(obs []float32) (Dist, *tape.Var) {
	x := m.input(m.Tape, obs)
	return m.Head.Dist(m.Actor.Forward(m.Tape, x)), m.Critic.Forward(m.Tape, x)
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
	if m.Trunk == nil {
		return []Network{m.Actor, m.Critic}
	}
	return []Network{m.Trunk, m.Actor, m.Critic}
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
	c := &ActorCritic{Head: m.Head.Clone(), Actor: m.Actor.Clone(), Critic: m.Critic.Clone(), encoder: m.encoder.clone(), features: m.features}
	if m.Trunk != nil {
		c.Trunk = m.Trunk.Clone()
	}
	c.tapes()
	return c
}

// Policy returns m as a Policy that is a Scorer too if actions are discrete.
func (m *ActorCritic) Policy() Policy {
	if m.Head.LogStd == nil {
		return discrete{m}
	}
	return m
}

// Explore draws actions [N, A], unbounded ones where they are Gaussian, and
// writes their log-probabilities [N]: the same bits as Pi's.
func (m *ActorCritic) Explore(rng *rand.Rand, obs, act, logp []float32) {
	pi := m.infer(obs)
	pi.Sample(rng, act)
	copy(logp, pi.LogProb(act).Value)
}

// Act writes the likeliest actions.
func (m *ActorCritic) Act(obs, act []float32) {
	m.infer(obs).Mode(act)
	m.Head.Bound(act)
}

// Sample draws actions.
func (m *ActorCritic) Sample(rng *rand.Rand, obs, act []float32) {
	m.infer(obs).Sample(rng, act)
	m.Head.Bound(act)
}

// Values writes V(obs).
func (m *ActorCritic) Values(obs, v []float32) { m.Critic.Infer(v, m.inferInput(obs)) }

// Clone returns the Policy of a Copy.
func (m *ActorCritic) Clone() Policy { return m.Copy().Policy() }

// infer is Pi without a gradient, until it is called again.
func (m *ActorCritic) infer(obs []float32) Dist {
	n := m.rows(obs)
	m.out = grow(m.out, n*m.Head.Size)
	m.Actor.Infer(m.out, m.inferInput(obs))
	m.acting.Reset()
	return m.Head.Dist(m.acting.Const(m.out, n))
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

type discrete struct{ *ActorCritic }

// Scores writes the actions' probabilities.
func (p discrete) Scores(obs, score []float32) {
	pi := p.infer(obs).(categorical)
	copy(score, pi.logp.Exp().Value)
}

var (
	_ Policy = (*ActorCritic)(nil)
	_ Valuer = (*ActorCritic)(nil)
	_ Scorer = discrete{}
)
