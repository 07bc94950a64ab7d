package run

import (
	"context"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/scenario"
)

// maxShown bounds the states whose values are worth drawing.
const maxShown = 1 << 14

// Knowledge returns the value that p gives each state of s and the action that it takes
// there. It returns nil for both where states cannot be counted, or are too many to be
// drawn, and for the values if p has none.
func Knowledge(s *scenario.Scenario, p policy.Policy) (values []float32, best []int) {
	tab := s.Tabular
	if tab == nil || tab.Model().States > maxShown {
		return nil, nil
	}
	best, _ = greedy(context.Background(), p, tab)
	if p.Spec().Values {
		values = make([]float32, len(best))
		everyState(context.Background(), p, tab, func(from int, in policy.In, n int) {
			p.Act(in, policy.Out{Value: values[from : from+n]})
		})
	}
	return values, best
}

const (
	// maxObserved bounds the floats of all states' observations, as a network sees
	// them. A network of 64-64 takes half a minute for as many.
	maxObserved = 1 << 33

	// maxBatch bounds the floats of the observations in memory, unless a single
	// observation has more.
	maxBatch = 1 << 23
)

// width returns the length of an observation's row in p: for a network choices are
// one-hot.
func width(p policy.Policy, tab grid.Tabular) int {
	l, _ := env.LayoutOf(tab.Spec().Obs) // which the environment's making has checked
	if _, ok := p.(*policy.Table); ok {
		return l.Size
	}
	return max(l.Size, l.Flat)
}

// greedy returns the action of p in each state of a model.
func greedy(ctx context.Context, p policy.Policy, tab grid.Tabular) ([]int, error) {
	actions, act := make([]int, tab.Model().States), []float32(nil)
	err := everyState(ctx, p, tab, func(from int, in policy.In, n int) {
		if act == nil {
			act = make([]float32, n)
		}
		p.Act(in, policy.Out{Act: act[:n]})
		for i, a := range act[:n] {
			actions[from+i] = int(a)
		}
	})
	return actions, err
}

// everyState calls f with the observations [n, O] and masks [n, M] of the states from, …,
// from+n-1 of a model, batch by batch. The first batch is the largest.
func everyState(ctx context.Context, p policy.Policy, tab grid.Tabular, f func(from int, in policy.In, n int)) error {
	states, o, m := tab.Model().States, tab.Spec().Obs.Size(), tab.Model().Actions
	batch := min(states, max(1, maxBatch/width(p, tab)))
	obs, mask := make([]float32, batch*o), []bool(nil)
	masker, masked := tab.(grid.StateMasker)
	if masked {
		mask = make([]bool, batch*m)
	}
	for from := 0; from < states; from += batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(batch, states-from)
		for i := range n {
			tab.ObserveState(from+i, obs[i*o:(i+1)*o])
			if masked {
				masker.MaskState(from+i, mask[i*m:(i+1)*m])
			}
		}
		in := policy.In{Obs: obs[:n*o]}
		if masked {
			in.Mask = mask[:n*m]
		}
		f(from, in, n)
	}
	return nil
}
