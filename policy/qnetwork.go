package policy

import (
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// QNetwork estimates Q(s, ·) of Discrete actions. It acts greedily; of equal values
// the first counts.
type QNetwork struct {
	Net nn.Network // of Q, or of what makes it where it duels
	encoder
	actions  int
	duel     []float32 // [actions, 1+actions] of a QNetwork that duels; otherwise nil
	none     []float32 // [actions] zeros
	spec     Spec
	q, parts []float32 // scratch: [N, actions], [N, 1+actions]
}

var _ Policy = (*QNetwork)(nil)

// NewQNetwork returns a QNetwork for spec, of a network from e. A Normalizer, if it is not
// nil, normalises the observations. A QNetwork that duels has outputs V and A, which make
//
//	Q(s, a) = V(s) + A(s, a) - Σ A(s, a') / actions
//
// Wang et al. 2016, arXiv:1511.06581, eq. 9.
func NewQNetwork(rng *rand.Rand, spec env.Spec, k Kwargs, normal *Normalizer, e nn.Engine, duels bool) (*QNetwork, error) {
	actions, ok := oneChoice(spec.Act)
	if !ok {
		return nil, fmt.Errorf("policy: actions are %s, want a choice (Discrete), to have a value each", env.Describe(spec.Act))
	}
	in, err := newEncoder(spec.Obs, normal)
	if err != nil {
		return nil, err
	}
	q := &QNetwork{
		encoder: in, actions: actions, none: make([]float32, actions),
		spec: Spec{Obs: spec.Obs, Act: spec.Act, Scores: actions, Values: true},
	}
	out := actions
	if duels {
		out++
		q.duel = make([]float32, actions*out)
		for i := range actions {
			row := q.duel[i*out : (i+1)*out]
			f32.Fill(row[1:], -1/float32(actions))
			row[0], row[1+i] = 1, row[1+i]+1
		}
	}
	q.Net, err = k.network(rng, "q", q.size, out, 1, e)
	return q, err
}

// oneChoice returns the number of actions of a space that is a single choice.
func oneChoice(act env.Space) (n int, ok bool) {
	l, err := env.LayoutOf(act)
	if err != nil || l.Size != 1 {
		return 0, false
	}
	all, ok := l.Choices()
	if !ok {
		return 0, false
	}
	return all[0], true
}

// Spec describes the policy.
func (q *QNetwork) Spec() Spec { return q.spec }

// Of returns Q(obs, ·), [B, actions], to learn from.
func (q *QNetwork) Of(t *tape.Tape, obs []float32) *tape.Var {
	x := q.Net.Forward(t, q.encode(t, obs), nn.Training)
	if q.duel == nil {
		return x
	}
	return x.Linear(t.Const(q.duel, q.actions), t.Const(q.none, 1), f32.Identity)
}

// infer writes Q(obs, ·) [N, actions] to score.
func (q *QNetwork) infer(obs, score []float32) {
	x := q.flat(obs)
	if q.duel == nil {
		q.Net.Infer(score, x)
		return
	}
	n := q.rows(obs)
	q.parts = f32.Grow(q.parts, n*(q.actions+1))
	q.Net.Infer(q.parts, x)
	f32.Linear(score, q.parts, q.duel, q.none, n, q.actions+1, q.actions, f32.Identity)
}

// Act takes the best actions that are allowed: the agent explores, and not the policy. The
// value is theirs. Scores are of all actions, allowed or not.
func (q *QNetwork) Act(in In, out Out) {
	n := q.rows(in.Obs)
	score := out.Scores
	if score == nil {
		q.q = f32.Grow(q.q, n*q.actions)
		score = q.q
	}
	q.infer(in.Obs, score)
	greedy(in, out, n, q.actions, score)
}

// greedy writes the best actions that are allowed among n rows of scores, with their
// values.
func greedy(in In, out Out, n, actions int, score []float32) {
	for i := range n {
		row := score[i*actions : (i+1)*actions]
		k := best(row, maskRow(in.Mask, i, actions))
		if out.Act != nil {
			out.Act[i] = float32(k)
		}
		if out.Raw != nil {
			out.Raw[i] = float32(k)
		}
		if out.Value != nil {
			out.Value[i] = row[k]
		}
		if out.LogProb != nil {
			out.LogProb[i] = 0
		}
	}
}

// maskRow returns row i of a mask with m choices; nil of a nil mask.
func maskRow(mask []bool, i, m int) []bool {
	if mask == nil {
		return nil
	}
	return mask[i*m : (i+1)*m]
}

// best returns the index of the greatest score that is allowed, the first of equals. A
// nil mask allows all.
func best(score []float32, mask []bool) int {
	if mask == nil {
		return f32.ArgMax(score)
	}
	k := -1
	for i, v := range score {
		if mask[i] && (k < 0 || v > score[k]) {
			k = i
		}
	}
	return max(k, 0)
}

// Share has several cores infer.
func (q *QNetwork) Share(cores *parallel.Pool) { nn.Share(cores, q.Net) }

// Params returns the parameters of the network.
func (q *QNetwork) Params() []*tape.Param { return nn.Params(q.Net) }

// Tensors returns all that is saved.
func (q *QNetwork) Tensors() []*tape.Param { return append(nn.Tensors(q.Net), q.normal.tensors()...) }

// State visits the network.
func (q *QNetwork) State(s *state.State) { nn.Visit(s, q.Net) }

// Clone returns a copy with a normaliser of its own.
func (q *QNetwork) Clone() Policy { return q.Copy(q.normal.Clone()) }

// Copy returns a QNetwork with parameters of its own, and the given normaliser.
func (q *QNetwork) Copy(normal *Normalizer) *QNetwork {
	return &QNetwork{Net: q.Net.Clone(), encoder: q.encoder.clone(normal), actions: q.actions, duel: q.duel, none: q.none, spec: q.spec}
}
