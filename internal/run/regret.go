package run

import (
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/policy"
)

// regret is what p, acting greedily, leaves of the optimal value of the start, at
// the agent's discount: the exact figure, and nil where the environment is not
// tabular, or p's value is none because from the start it need not come to an end.
func (r *Run) regret(p policy.Policy) *float64 {
	tab := r.Scenario.Tabular
	if tab == nil {
		return nil
	}
	m, gamma := tab.Model(), r.Scenario.Discount()
	best, err := m.ValueIteration(gamma)
	if err != nil {
		return nil
	}
	value, err := m.StartValue(m.Deterministic(greedy(p, tab)), gamma)
	if err != nil {
		return nil
	}
	return new(max(0, m.Mean(best.V)-value))
}

// greedy is what p does in each state of a model.
func greedy(p policy.Policy, tab grid.Tabular) []int {
	act := make([]float32, tab.Model().States)
	p.Act(everyState(tab), act)
	actions := make([]int, len(act))
	for s, a := range act {
		actions[s] = int(a)
	}
	return actions
}

// everyState is what is observed in the states of a model, [S, O].
func everyState(tab grid.Tabular) []float32 {
	states, o := tab.Model().States, tab.Spec().Obs.Size()
	obs := make([]float32, states*o)
	for s := range states {
		tab.ObserveState(s, obs[s*o:(s+1)*o])
	}
	return obs
}
