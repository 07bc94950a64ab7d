package run

import (
	"context"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/grid"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/scenario"
)

// maxShown is the maximum number of states whose values are shown in a window.
const maxShown = 1 << 14

// Knowledge returns the value and the greedy action of policy p in each state of a tabular
// environment. Both are nil if the environment is not tabular or has too many states to show, or if
// p has memory.
// values is also nil if p has no values.
func Knowledge(s *scenario.Scenario, p policy.Policy) (values []float32, best []int) {
	tab := s.Tabular
	if tab == nil || tab.Model().States > maxShown || p.Spec().Memory > 0 {
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
	// maxObserved is the maximum number of floats in the network inputs of all states. For two
	// layers of 64 hidden units, the computation then takes half a minute.
	maxObserved = 1 << 33

	// maxBatch is the maximum number of floats in a batch of observations. A single observation
	// may have more.
	maxBatch = 1 << 23
)

// width returns the number of floats of an observation as the input of p. For a network this is
// the larger of the observation and its one-hot encoding.
func width(p policy.Policy, tab grid.Tabular) int {
	l, _ := env.LayoutOf(tab.Spec().Obs) // cannot fail: the spaces were checked when the environment was made
	if _, ok := p.(*policy.Table); ok {
		return l.Size
	}
	return max(l.Size, l.Flat)
}

// greedy returns the greedy action of p in each state of a tabular environment.
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

// everyState calls f for batches that together have all states of a tabular environment. A batch
// has the states [from, from+n), and in has their observations [n, O] and masks [n, M]. The first
// batch is the largest.
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
