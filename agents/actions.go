package agents

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
)

// actionBranch is the number of the child seed, env.Split(seed, actionBranch) of a run's seed,
// from which the seeds of all actions are derived.
const actionBranch = 4

// actionRngs has a random generator for the next action of each environment. Action number k = 0,
// 1, … of environment i has its own generator, with the seed
//
//	Split(Split(Split(seed, 4), i), k)
//
// So an action does not depend on how the environments are grouped into Vectors, and a
// checkpoint needs only k, not the state of a generator.
type actionRngs struct {
	seeds []uint64   // [N] seed Split(Split(seed, 4), i) for each environment i
	rngs  []rand.PCG // [N] generators for the current action
}

// newActionRngs returns the random generators for the environments [from, from+n) of a run.
func newActionRngs(seed uint64, from, n int) *actionRngs {
	a := &actionRngs{make([]uint64, n), make([]rand.PCG, n)}
	for i := range a.seeds {
		a.seeds[i] = env.Split(env.Split(seed, actionBranch), uint64(from+i))
	}
	return a
}

// forAction returns the generators [N] for action number k of each environment. The next call
// overwrites them.
func (a *actionRngs) forAction(k int) []rand.PCG {
	policy.SeedRows(a.rngs, a.seeds, uint64(k))
	return a.rngs
}
