package policy

import (
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/tape"
)

// Table is the value of every action in every state. Observations and actions are
// choices, or several choices, which it numbers: see numbering. It acts greedily; of
// equal values the first counts.
type Table struct {
	Q        *tape.Param // [states, actions]
	obs, act numbering
}

// NewTable returns a Table for spec, every value of which is q.
func NewTable(spec env.Spec, q float32) (*Table, error) {
	obs, err := newNumbering(spec.Obs, "observations", "discretize_observation")
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	act, err := newNumbering(spec.Act, "actions", "discretize_action")
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	if obs.count > maxWeights/act.count {
		return nil, fmt.Errorf("policy: a table of %d states and %d actions, want %d values at most", obs.count, act.count, maxWeights)
	}
	t := &Table{tape.NewParam("q", obs.count, act.count), obs, act}
	fill(t.Q.Value, q)
	return t, nil
}

// State returns the number of an observation's state.
func (t *Table) State(obs []float32) int { return t.obs.of(obs) }

// Action writes the row [A] of action k.
func (t *Table) Action(k int, act []float32) { t.act.write(act, k) }

// Row is the values of the actions in a state, part of the table.
func (t *Table) Row(state int) []float32 {
	i := state * t.Q.Cols
	return t.Q.Value[i : i+t.Q.Cols]
}

// each calls f with every row of obs, and the values of the actions there.
func (t *Table) each(obs []float32, f func(i int, q []float32)) {
	o := t.obs.size()
	for i := range len(obs) / o {
		f(i, t.Row(t.State(obs[i*o:(i+1)*o])))
	}
}

// Act writes the best actions.
func (t *Table) Act(obs, act []float32) {
	a := t.act.size()
	t.each(obs, func(i int, q []float32) { t.Action(ArgMax(q), act[i*a:(i+1)*a]) })
}

// Sample is Act: exploring is the agent's.
func (t *Table) Sample(_ *rand.Rand, obs, act []float32) { t.Act(obs, act) }

// Scores writes the values of all actions.
func (t *Table) Scores(obs, score []float32) {
	t.each(obs, func(i int, q []float32) { copy(score[i*len(q):], q) })
}

// Values writes the values of the best actions.
func (t *Table) Values(obs, v []float32) {
	t.each(obs, func(i int, q []float32) { v[i] = q[ArgMax(q)] })
}

// Tensors are the table.
func (t *Table) Tensors() []*tape.Param { return []*tape.Param{t.Q} }

// Clone returns a copy.
func (t *Table) Clone() Policy { return &Table{t.Q.Clone(), t.obs, t.act} }

var (
	_ Saver  = (*Table)(nil)
	_ Scorer = (*Table)(nil)
	_ Valuer = (*Table)(nil)
)
