package policy

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// Table is a table of Q-values, one for each action in each state. Observations and actions are
// discrete, with one or several variables. Each combination of their values has an index: for two
// variables with 4 and 3 values, (1, 2) has the index 1·3 + 2. A Table acts greedily: it takes
// the action with the largest Q-value, and the first of these actions if several are equal.
type Table struct {
	Q *tape.Param // [states, actions] Q-values
	base
	obs, act indexer
}

var _ Policy = (*Table)(nil)

// NewTable returns a Table for spec. Every Q-value is q at the start.
func NewTable(spec env.Spec, q float32) (*Table, error) {
	t, err := newTable(&builder{design: &design{kind: tableKind}, maxValues: nn.MaxWeights}, spec)
	if err == nil {
		f32.Fill(t.Q.Value, q)
	}
	return withPrefix(t, err)
}

// newTable returns a Table with all Q-values 0. It is an error if the table has more than
// b.maxValues values.
func newTable(b *builder, spec env.Spec) (*Table, error) {
	obs, err := newIndexer(spec.Obs, "observations", "discretize_observation")
	if err != nil {
		return nil, err
	}
	act, err := newIndexer(spec.Act, "actions", "discretize_action")
	if err != nil {
		return nil, err
	}
	if obs.count > b.maxValues/act.count {
		return nil, fmt.Errorf("a table of %d states and %d actions, want %d values at most", obs.count, act.count, b.maxValues)
	}
	t := &Table{Q: tape.NewParam("q", obs.count, act.count), obs: obs, act: act}
	t.base = b.base(Spec{Obs: spec.Obs, Act: spec.Act, Scores: act.count, Values: true})
	return t, b.err
}

// State returns the index of the state with observation obs [O].
func (t *Table) State(obs []float32) int { return t.obs.index(obs) }

// Action writes the action of index k to act [A].
func (t *Table) Action(k int, act []float32) { t.act.writeRow(act, k) }

// Row returns the Q-values of all actions in the state with the given index. A change to the
// slice changes the table.
func (t *Table) Row(state int) []float32 {
	i := state * t.Q.Cols
	return t.Q.Value[i : i+t.Q.Cols]
}

// Allows reports whether mask [M] allows the action of index k. A nil mask allows all actions.
func (t *Table) Allows(k int, mask []bool) bool { return mask == nil || t.act.allows(k, mask) }

// Best returns the index of the largest Q-value in q [actions] among the actions that mask [M]
// allows. A nil mask allows all actions.
func (t *Table) Best(q []float32, mask []bool) int { return t.act.best(q, mask) }

// Act takes the allowed action with the largest Q-value. It does not explore; the agent does.
// out.Value is the Q-value of the action. out.Scores has the Q-values of all actions, allowed or
// not.
func (t *Table) Act(in In, out Out) {
	o, a, m := t.obs.rowSize(), t.act.rowSize(), t.act.maskSize()
	for i := range len(in.Obs) / o {
		state := t.State(in.Obs[i*o : (i+1)*o])
		k := t.Best(t.Row(state), f32.Row(in.Mask, i, m))
		for _, act := range [][]float32{out.Act, out.Raw} {
			if act != nil {
				t.Action(k, act[i*a:(i+1)*a])
			}
		}
		if out.Value != nil {
			out.Value[i] = t.Row(state)[k]
		}
		if out.Scores != nil {
			copy(out.Scores[i*t.Q.Cols:], t.Row(state))
		}
		if out.LogProb != nil {
			out.LogProb[i] = 0
		}
	}
}

// Tensors returns the table as one tensor.
func (t *Table) Tensors() []*tape.Param { return []*tape.Param{t.Q} }

// Clone returns a copy.
func (t *Table) Clone() Policy {
	c := *t
	c.Q = t.Q.Clone()
	return &c
}
