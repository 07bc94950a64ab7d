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

// QNetwork estimates Q(s, a) for all actions of a space with one discrete variable. It acts
// greedily: it takes the action with the largest Q-value, and the first of these actions if
// several are equal.
type QNetwork struct {
	Net nn.Network // outputs Q [actions], or V and A [1+actions] of a dueling network
	base
	encoder
	actions         int       // number of actions
	ones            []float32 // [actions] ones; nil if the network is not dueling
	zeros           []float32 // [actions] zeros; nil if the network is not dueling
	counted         tape.Rows // rows of a Batch that count, in Values
	scores, outputs []float32 // scratch: [N, actions] Q-values; [N, 1+actions] outputs of a dueling network
}

var _ Policy = (*QNetwork)(nil)

// NewQNetwork returns a QNetwork for spec with a new network, which config c describes and engine
// e builds. normal normalises the observations; nil: no normalisation. A dueling network has
// outputs V and A, and
//
//	Q(s, a) = V(s) + A(s, a) - Σ A(s, a') / actions
//
// Wang et al. 2016, arXiv:1511.06581, eq. 9.
func NewQNetwork(rng *rand.Rand, spec env.Spec, c NetworkConfig, normal *Normalizer, e nn.Engine, dueling bool) (*QNetwork, error) {
	b := newBuilder(qKind, rng, &c, e)
	b.dueling = dueling
	return withPrefix(newQNetwork(b, spec, normal))
}

// newQNetwork returns a QNetwork with a network from b.
func newQNetwork(b *builder, spec env.Spec, normal *Normalizer) (*QNetwork, error) {
	actions, ok := discreteActions(spec.Act)
	if !ok {
		return nil, fmt.Errorf("actions are %s, want a choice (Discrete), since each action has a Q-value; the wrapper discretize_action turns numbers into choices", env.Describe(spec.Act))
	}
	in, err := b.encoder(spec.Obs, normal)
	if err != nil {
		return nil, err
	}
	q := &QNetwork{encoder: in, actions: actions}
	outputs := actions
	if b.dueling {
		outputs++
	}
	q.Net = b.network("q", in.input(), piHidden, outputs, 1)
	q.base = b.base(Spec{Obs: spec.Obs, Act: spec.Act, Scores: actions, Values: true})
	if b.err == nil {
		q.spec.Memory = q.Net.MemorySize()
	}
	if b.err == nil && b.dueling {
		q.ones, q.zeros = make([]float32, actions), make([]float32, actions)
		f32.Fill(q.ones, 1)
	}
	return q, b.err
}

// discreteActions returns the number of actions of a space with one discrete variable. For any
// other space, ok is false.
func discreteActions(act env.Space) (n int, ok bool) {
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

// Values returns Q [K, actions] on t for training: the Q-values of each row of the batch that
// counts.
func (q *QNetwork) Values(t *tape.Tape, b Batch) *tape.Var {
	x := q.encode(t, b.Obs)
	x = q.Net.Forward(t, x, q.pass(&b, x.Rows))
	if b.Rows != nil {
		q.counted.Index = b.Rows
		x = q.counted.Of(x)
	}
	if q.ones == nil {
		return x
	}
	v, a := x.Columns(0, 1), x.Columns(1, 1+q.actions)
	offset := v.Sub(a.SumCols().Scale(1 / float32(q.actions)))
	return offset.Linear(t.Const(q.ones, q.actions), t.Const(q.zeros, 1), f32.Identity).Add(a)
}

// infer writes Q(obs, ·) to score [N, actions], without a tape, and updates the memory past. The
// results are equal to Values, bit for bit.
func (q *QNetwork) infer(obs, score []float32, past nn.Memory) {
	x := q.flat(obs)
	if q.ones == nil {
		q.Net.Infer(score, x, past)
		return
	}
	n := q.rows(obs)
	q.outputs = f32.Grow(q.outputs, n*(q.actions+1))
	q.Net.Infer(q.outputs, x, past)
	for i := range n {
		a, row := q.outputs[i*(1+q.actions):(i+1)*(1+q.actions)], score[i*q.actions:(i+1)*q.actions]
		offset := a[0] - float32(float32(f32.Sum(a[1:]))*(1/float32(q.actions)))
		f32.Affine(row, 1, a[1:], offset)
	}
}

// Act takes the allowed action with the largest Q-value. It does not explore; the agent does.
// out.Value is the Q-value of the action. out.Scores has the Q-values of all actions, allowed or
// not.
func (q *QNetwork) Act(in In, out Out) {
	n := q.rows(in.Obs)
	var past nn.Memory
	if q.spec.Memory > 0 {
		past = q.begin(&in, n)
	}
	score := out.Scores
	if score == nil {
		q.scores = f32.Grow(q.scores, n*q.actions)
		score = q.scores
	}
	q.infer(in.Obs, score, past)
	writeGreedy(in, out, n, q.actions, score)
}

// writeGreedy writes the allowed action with the largest score for each of n rows. The score is
// also written as the row's value.
func writeGreedy(in In, out Out, n, actions int, score []float32) {
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

// best returns the index of the largest allowed score, and the first of these indices if several
// scores are equal. A nil mask allows all indices.
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

// Share sets the pool of cores that compute Q-values in parallel.
func (q *QNetwork) Share(cores *parallel.Pool) { nn.Share(cores, q.Net) }

// Params returns the parameters of the network.
func (q *QNetwork) Params() []*tape.Param { return nn.Params(q.Net) }

// Tensors returns the parameters, the buffers of the network, and the normaliser's tensors.
func (q *QNetwork) Tensors() []*tape.Param { return append(nn.Tensors(q.Net), q.normal.tensors()...) }

// State saves or loads the network.
func (q *QNetwork) State(s *state.State) { nn.Visit(s, q.Net) }

// Clone returns a copy with its own normaliser.
func (q *QNetwork) Clone() Policy { return q.Copy(q.normal.Clone()) }

// Copy returns a QNetwork with its own parameters and the given normaliser.
func (q *QNetwork) Copy(normal *Normalizer) *QNetwork {
	return &QNetwork{Net: q.Net.Clone(), base: q.base, encoder: q.encoder.clone(normal), actions: q.actions, ones: q.ones, zeros: q.zeros}
}
