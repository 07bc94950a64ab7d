package run

import (
	"context"
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/policy"
)

// regret is what p, acting greedily, leaves of the optimal value of the start, at
// the agent's discount: the exact figure. It is nil where the environment is not
// tabular. It is NaN where p has no value, because from the start it need not come to
// an end, and where the states are too many to look at. The end of ctx is an error.
func (r *Run) regret(ctx context.Context, p policy.Policy) (*Number, error) {
	tab := r.Scenario.Tabular
	if tab == nil {
		return nil, nil
	}
	unknown := new(Number(math.NaN()))
	if int64(tab.Model().States) > maxObserved/int64(width(p, tab)) {
		return unknown, nil
	}
	act, err := greedy(ctx, p, tab)
	if err != nil {
		return nil, err
	}
	x, err := tab.Model().Regret(ctx, act, r.Scenario.Discount())
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return unknown, nil
	}
	return new(Number(x)), nil
}

const (
	// maxObserved bounds the floats of all states' observations, as a network sees
	// them, that a regret is worth: a network of 64-64 takes half a minute for them.
	maxObserved = 1 << 33
	// maxBatch bounds those that are in memory at once, where a single observation
	// has no more.
	maxBatch = 1 << 23
)

// width is the length of a row that p makes of an observation: for a network choices
// are one-hot.
func width(p policy.Policy, tab grid.Tabular) int {
	space := tab.Spec().Obs
	if _, ok := p.(*policy.Table); ok {
		return space.Size()
	}
	return max(space.Size(), env.FlatSize(space))
}

// greedy is what p does in each state of a model.
func greedy(ctx context.Context, p policy.Policy, tab grid.Tabular) ([]int, error) {
	actions, act := make([]int, tab.Model().States), []float32(nil)
	err := everyState(ctx, p, tab, func(from int, obs []float32, n int) {
		if act == nil {
			act = make([]float32, n)
		}
		p.Act(obs, act[:n])
		for i, a := range act[:n] {
			actions[from+i] = int(a)
		}
	})
	return actions, err
}

// everyState calls f with what is observed in the states of a model, [n, O], from
// state from on, a batch after the other. The first is the largest.
func everyState(ctx context.Context, p policy.Policy, tab grid.Tabular, f func(from int, obs []float32, n int)) error {
	states, o := tab.Model().States, tab.Spec().Obs.Size()
	batch := min(states, max(1, maxBatch/width(p, tab)))
	obs := make([]float32, batch*o)
	for from := 0; from < states; from += batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(batch, states-from)
		for i := range n {
			tab.ObserveState(from+i, obs[i*o:(i+1)*o])
		}
		f(from, obs[:n*o], n)
	}
	return nil
}
