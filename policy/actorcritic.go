package policy

import (
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/tape"
)

// ActorCritic is a stochastic policy and its value function, two networks
// that share nothing.
type ActorCritic struct {
	Head          *Head
	Actor, Critic Network
	Tape          *tape.Tape // that Pi is put on
	ValueTape     *tape.Tape // that V is put on: another, so that both can be learned at once
	acting        *tape.Tape // for the distributions that actions are drawn from
	obs           int        // floats in a row
	out           []float32  // scratch: the actor's output, [N, Head.Size]
}

// NewActorCritic returns an ActorCritic for spec, of networks from e.
func NewActorCritic(rng *rand.Rand, spec env.Spec, k Kwargs, e Engine) (*ActorCritic, error) {
	switch spec.Obs.(type) {
	case env.Box, env.MultiBinary:
	default:
		return nil, fmt.Errorf("policy: a network takes observations of a Box or MultiBinary, not of a %T", spec.Obs)
	}
	head, err := NewHead(spec.Act, k.LogStdInit)
	if err != nil {
		return nil, err
	}
	m := &ActorCritic{Head: head, Tape: tape.New(), ValueTape: tape.New(), acting: tape.New(), obs: spec.Obs.Size()}
	c := MLPConfig{In: m.obs, Out: head.Size, Hidden: k.NetArch, Activation: k.ActivationFn, Gain: 0.01}
	if m.Actor, err = e.MLP(rng, "actor", c); err != nil {
		return nil, err
	}
	c.Out, c.Gain = 1, 1
	m.Critic, err = e.MLP(rng, "critic", c)
	return m, err
}

// Pi is π(·|obs) for the rows of obs, to learn from.
func (m *ActorCritic) Pi(obs []float32) Dist {
	return m.Head.Dist(m.Actor.Forward(m.Tape, m.Tape.Const(obs, len(obs)/m.obs)))
}

// V is V(obs) for the rows of obs, [B, 1], to learn from.
func (m *ActorCritic) V(obs []float32) *tape.Var {
	return m.Critic.Forward(m.ValueTape, m.ValueTape.Const(obs, len(obs)/m.obs))
}

// Params returns the parameters of both networks and of the head.
func (m *ActorCritic) Params() []*tape.Param {
	return append(Params(m.Actor, m.Critic), m.Head.Params()...)
}

// State visits the parameters.
func (m *ActorCritic) State(s *state.State) { visit(s, m.Params()) }

// Copy returns an ActorCritic with parameters and a tape of its own.
func (m *ActorCritic) Copy() *ActorCritic {
	return &ActorCritic{Head: m.Head.Clone(), Actor: m.Actor.Clone(), Critic: m.Critic.Clone(), Tape: tape.New(), ValueTape: tape.New(), acting: tape.New(), obs: m.obs}
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
func (m *ActorCritic) Values(obs, v []float32) { m.Critic.Infer(v, obs) }

// Clone returns the Policy of a Copy.
func (m *ActorCritic) Clone() Policy { return m.Copy().Policy() }

// infer is Pi without a gradient, until it is called again.
func (m *ActorCritic) infer(obs []float32) Dist {
	n := len(obs) / m.obs
	m.out = grow(m.out, n*m.Head.Size)
	m.Actor.Infer(m.out, obs)
	m.acting.Reset()
	return m.Head.Dist(m.acting.Const(m.out, n))
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
