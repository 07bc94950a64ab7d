package run

import (
	"context"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/scenario"
)

// EpisodeSeed is the seed of the i-th episode, from 0, that Evaluate plays from a
// seed: 256 side by side, the first of each environment.
func EpisodeSeed(seed uint64, i int) uint64 {
	const sideBySide = 256
	group := env.Split(env.Split(seed, evalBranch), uint64(i/sideBySide))
	return env.Split(env.Split(group, uint64(i%sideBySide)), 1)
}

// maxShown bounds the states whose values are worth drawing.
const maxShown = 1 << 14

// Knowledge is what p makes of every state of s, where these can be counted: its
// value, if p knows values, and the action that it takes.
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
