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

// QNetwork estimates Q(s, ·) of actions that are one choice. It acts greedily; of equal
// values the first counts.
type QNetwork struct {
	Net nn.Network // its outputs are Q, or V and A where it duels
	base
	encoder
	actions  int
	ones     []float32 // [actions] of a QNetwork that duels; otherwise nil
	none     []float32 // [actions] zeros
	q, parts []float32 // scratch: [N, actions], [N, 1+actions]
}

var _ Policy = (*QNetwork)(nil)

// NewQNetwork returns a QNetwork for spec, of a network from e. A Normalizer, if it is not
// nil, normalises the observations. A QNetwork that duels has outputs V and A, which make
//
//	Q(s, a) = V(s) + A(s, a) - Σ A(s, a') / actions
//
// Wang et al. 2016, arXiv:1511.06581, eq. 9.
func NewQNetwork(rng *rand.Rand, spec env.Spec, k NetworkConfig, normal *Normalizer, e nn.Engine, duels bool) (*QNetwork, error) {
	b := newBuilder(qKind, rng, &k, e)
	b.duels = duels
	return built(newQNetwork(b, spec, normal))
}

// newQNetwork returns the QNetwork that b builds.
func newQNetwork(b *builder, spec env.Spec, normal *Normalizer) (*QNetwork, error) {
	actions, ok := oneChoice(spec.Act)
	if !ok {
		return nil, fmt.Errorf("actions are %s, want a choice (Discrete), to have a value each", env.Describe(spec.Act))
	}
	in, err := newEncoder(spec.Obs, normal)
	if err != nil {
		return nil, err
	}
	q := &QNetwork{encoder: in, actions: actions}
	outputs := actions
	if b.duels {
		outputs++
	}
	q.Net = b.network("q", in.size, piHidden, outputs, 1)
	q.base = b.base(Spec{Obs: spec.Obs, Act: spec.Act, Scores: actions, Values: true})
	if b.err == nil && b.duels {
		q.ones, q.none = make([]float32, actions), make([]float32, actions)
		f32.Fill(q.ones, 1)
	}
	return q, b.err
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

// Values returns Q(obs, ·), [B, actions], to learn from.
func (q *QNetwork) Values(t *tape.Tape, obs []float32) *tape.Var {
	x := q.Net.Forward(t, q.encode(t, obs), nn.Training)
	if q.ones == nil {
		return x
	}
	v, a := x.Columns(0, 1), x.Columns(1, 1+q.actions)
	level := v.Sub(a.SumCols().Scale(1 / float32(q.actions)))
	return level.Linear(t.Const(q.ones, q.actions), t.Const(q.none, 1), f32.Identity).Add(a)
}

// infer writes Q(obs, ·) [N, actions] to score, the bits of Of.
func (q *QNetwork) infer(obs, score []float32) {
	x := q.flat(obs)
	if q.ones == nil {
		q.Net.Infer(score, x)
		return
	}
	n := q.rows(obs)
	q.parts = f32.Grow(q.parts, n*(q.actions+1))
	q.Net.Infer(q.parts, x)
	for i := range n {
		a, row := q.parts[i*(1+q.actions):(i+1)*(1+q.actions)], score[i*q.actions:(i+1)*q.actions]
		level := a[0] - float32(float32(f32.Sum(a[1:]))*(1/float32(q.actions)))
		f32.Affine(row, 1, a[1:], level)
	}
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
		k := best(row, f32.Row(in.Mask, i, actions))
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
	return &QNetwork{Net: q.Net.Clone(), base: q.base, encoder: q.encoder.clone(normal), actions: q.actions, ones: q.ones, none: q.none}
}
