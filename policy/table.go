package policy

import (
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/tape"
)

// Table is the value of every action in every state. It acts greedily; of equal
// values the first counts.
type Table struct {
	Q *tape.Param // [states, actions]
}

// NewTable returns a Table for spec, every value of which is q. Both spaces of
// spec are Discrete.
func NewTable(spec env.Spec, q float32) (*Table, error) {
	obs, ok := spec.Obs.(env.Discrete)
	act, ok2 := spec.Act.(env.Discrete)
	if !ok || !ok2 {
		return nil, fmt.Errorf("policy: a table takes observations and actions that are Discrete, not a %T and a %T; discretize_observation makes them so",
			spec.Obs, spec.Act)
	}
	if obs.N > maxWeights/act.N {
		return nil, fmt.Errorf("policy: a table of %d states and %d actions, want %d values at most", obs.N, act.N, maxWeights)
	}
	t := &Table{tape.NewParam("q", obs.N, act.N)}
	fill(t.Q.Value, q)
	return t, nil
}

// Row is the values of the actions in a state, of which an observation has the
// index. It is part of the table.
func (t *Table) Row(obs float32) []float32 {
	i := int(obs) * t.Q.Cols
	return t.Q.Value[i : i+t.Q.Cols]
}

// Act writes the best actions.
func (t *Table) Act(obs, act []float32) {
	for i, s := range obs {
		act[i] = float32(ArgMax(t.Row(s)))
	}
}

// Sample is Act: exploring is the agent's.
func (t *Table) Sample(_ *rand.Rand, obs, act []float32) { t.Act(obs, act) }

// Scores writes the values of all actions.
func (t *Table) Scores(obs, score []float32) {
	for i, s := range obs {
		copy(score[i*t.Q.Cols:], t.Row(s))
	}
}

// Values writes the values of the best actions.
func (t *Table) Values(obs, v []float32) {
	for i, s := range obs {
		row := t.Row(s)
		v[i] = row[ArgMax(row)]
	}
}

// Tensors are the table.
func (t *Table) Tensors() []*tape.Param { return []*tape.Param{t.Q} }

// Clone returns a copy.
func (t *Table) Clone() Policy { return &Table{t.Q.Clone()} }

var (
	_ Saver  = (*Table)(nil)
	_ Scorer = (*Table)(nil)
	_ Valuer = (*Table)(nil)
)
