package policy

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
)

// Table has the value of every action in every state. Observations and actions are one
// choice or several, and each combination has a number: see numbering. A Table acts
// greedily; of equal values it takes the first.
type Table struct {
	Q *tape.Param // [states, actions]
	base
	obs, act numbering
}

var _ Policy = (*Table)(nil)

// NewTable returns a Table for spec with every value q.
func NewTable(spec env.Spec, q float32) (*Table, error) {
	t, err := newTable(&builder{design: &design{kind: tableKind}, numbers: nn.MaxWeights}, spec)
	if err == nil {
		f32.Fill(t.Q.Value, q)
	}
	return built(t, err)
}

// newTable returns the Table that b is for, with every value 0.
func newTable(b *builder, spec env.Spec) (*Table, error) {
	obs, err := newNumbering(spec.Obs, "observations", "discretize_observation")
	if err != nil {
		return nil, err
	}
	act, err := newNumbering(spec.Act, "actions", "discretize_action")
	if err != nil {
		return nil, err
	}
	if obs.count > b.numbers/act.count {
		return nil, fmt.Errorf("a table of %d states and %d actions, want %d values at most", obs.count, act.count, b.numbers)
	}
	t := &Table{Q: tape.NewParam("q", obs.count, act.count), obs: obs, act: act}
	t.base = b.base(Spec{Obs: spec.Obs, Act: spec.Act, Scores: act.count, Values: true})
	return t, b.err
}

// State returns the number of an observation's state.
func (t *Table) State(obs []float32) int { return t.obs.of(obs) }

// Action writes the row [A] of action k.
func (t *Table) Action(k int, act []float32) { t.act.write(act, k) }

// Row returns the values of the actions in a state. It is a part of the table.
func (t *Table) Row(state int) []float32 {
	i := state * t.Q.Cols
	return t.Q.Value[i : i+t.Q.Cols]
}

// Allows reports whether a mask's row allows action k. A nil mask allows all.
func (t *Table) Allows(k int, mask []bool) bool { return mask == nil || t.act.allows(k, mask) }

// Best returns the best action of those scores that a mask's row allows; a nil mask
// allows all.
func (t *Table) Best(q []float32, mask []bool) int { return t.act.best(q, mask) }

// Act takes the best actions that are allowed: the agent explores, and not the policy. The
// value is theirs. Scores are the values of all actions, allowed or not.
func (t *Table) Act(in In, out Out) {
	o, a, m := t.obs.size(), t.act.size(), t.act.choices()
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

// Tensors returns the table.
func (t *Table) Tensors() []*tape.Param { return []*tape.Param{t.Q} }

// Clone returns a copy.
func (t *Table) Clone() Policy {
	c := *t
	c.Q = t.Q.Clone()
	return &c
}
