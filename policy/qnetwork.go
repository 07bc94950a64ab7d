package policy

import (
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// QNetwork estimates Q(s, ·) of Discrete actions. It acts greedily; of equal values
// the first counts.
type QNetwork struct {
	Net Network // of Q, or of what makes it where it duels
	encoder
	actions   int
	duel      []float32 // [actions, 1+actions] of a QNetwork that duels; otherwise nil
	none      []float32 // [actions] zeros
	forbidden []float32 // see ActorCritic.Forbid
	q, parts  []float32 // scratch: [N, actions], [N, 1+actions]
}

// NewQNetwork returns a QNetwork for spec, of a network from e. One that duels has
// outputs V and A, which make
//
//	Q(s, a) = V(s) + A(s, a) - Σ A(s, a') / actions
//
// Wang et al. 2016, arXiv:1511.06581, eq. 9.
func NewQNetwork(rng *rand.Rand, spec env.Spec, k Kwargs, e Engine, duels bool) (*QNetwork, error) {
	act, ok := spec.Act.(env.Discrete)
	if !ok {
		return nil, fmt.Errorf("policy: actions are %s, want a choice (Discrete), to have a value each", env.Describe(spec.Act))
	}
	q := &QNetwork{encoder: newEncoder(spec.Obs), actions: act.N, none: make([]float32, act.N)}
	c, err := k.mlp()
	if err != nil {
		return nil, err
	}
	c.In, c.Out, c.Gain = q.size, act.N, 1
	if duels {
		c.Out++
		q.duel = make([]float32, act.N*c.Out)
		for i := range act.N {
			row := q.duel[i*c.Out : (i+1)*c.Out]
			fill(row[1:], -1/float32(act.N))
			row[0], row[1+i] = 1, row[1+i]+1
		}
	}
	q.Net, err = e.MLP(rng, "q", c)
	return q, err
}

// Of is Q(obs, ·), [B, actions], to learn from.
func (q *QNetwork) Of(t *tape.Tape, obs []float32) *tape.Var {
	x := q.Net.Forward(t, q.encode(t, obs))
	if q.duel == nil {
		return x
	}
	return x.Linear(t.Const(q.duel, q.actions), t.Const(q.none, 1), f32.Identity)
}

// Scores writes Q(obs, ·).
func (q *QNetwork) Scores(obs, score []float32) {
	x := q.flat(obs)
	if q.duel == nil {
		q.Net.Infer(score, x)
		return
	}
	n := q.rows(obs)
	q.parts = grow(q.parts, n*(q.actions+1))
	q.Net.Infer(q.parts, x)
	f32.Linear(score, q.parts, q.duel, q.none, n, q.actions+1, q.actions, f32.Identity)
}

// Forbid is as ActorCritic's.
func (q *QNetwork) Forbid(forbidden []float32) { q.forbidden = forbidden }

// scores returns Q(obs, ·), without what is forbidden, until it is called again.
func (q *QNetwork) scores(obs []float32) []float32 {
	q.q = grow(q.q, q.rows(obs)*q.actions)
	q.Scores(obs, q.q)
	if len(q.forbidden) > 0 {
		f32.Add(q.q, q.q, q.forbidden)
	}
	return q.q
}

// Act writes the best actions.
func (q *QNetwork) Act(obs, act []float32) {
	scores := q.scores(obs)
	for i := range act {
		act[i] = float32(ArgMax(scores[i*q.actions : (i+1)*q.actions]))
	}
}

// Sample is Act: exploring is the agent's.
func (q *QNetwork) Sample(_ *rand.Rand, obs, act []float32) { q.Act(obs, act) }

// Values writes the value of the best action.
func (q *QNetwork) Values(obs, v []float32) {
	scores := q.scores(obs)
	for i := range v {
		row := scores[i*q.actions : (i+1)*q.actions]
		v[i] = row[ArgMax(row)]
	}
}

// Share has several cores infer.
func (q *QNetwork) Share(cores *parallel.Pool) { share(cores, q.Net) }

// Params are those of the network.
func (q *QNetwork) Params() []*tape.Param { return q.Net.Params() }

// Tensors returns all that is saved.
func (q *QNetwork) Tensors() []*tape.Param { return Tensors(q.Net) }

// State visits the network.
func (q *QNetwork) State(s *state.State) { stateOf(q.Net, s) }

// Copy returns a QNetwork with parameters of its own.
func (q *QNetwork) Copy() *QNetwork {
	return &QNetwork{Net: q.Net.Clone(), encoder: q.encoder.clone(), actions: q.actions, duel: q.duel, none: q.none}
}

// Clone returns a Copy.
func (q *QNetwork) Clone() Policy { return q.Copy() }

var (
	_ Saver  = (*QNetwork)(nil)
	_ Scorer = (*QNetwork)(nil)
	_ Valuer = (*QNetwork)(nil)
	_ Masked = (*QNetwork)(nil)
)
