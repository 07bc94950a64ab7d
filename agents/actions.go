package agents

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
)

// actionBranch is the child of a run's seed that all actions descend from.
const actionBranch = 4

// actionRand has a generator of actions for each environment. The k-th action of
// environment i is drawn from a generator of its own, seeded
//
//	Split(Split(Split(seed, 4), i), k)
//
// so actions depend neither on how environments are grouped nor on who plays them, and
// of the generators nothing is saved but k.
type actionRand struct {
	seeds []uint64   // [N] of the environments
	rng   []rand.PCG // [N] of the present action
}

// newActionRand returns the generators of the environments from, …, from+n-1 of a run.
func newActionRand(seed uint64, from, n int) *actionRand {
	a := &actionRand{make([]uint64, n), make([]rand.PCG, n)}
	for i := range a.seeds {
		a.seeds[i] = env.Split(env.Split(seed, actionBranch), uint64(from+i))
	}
	return a
}

// at returns the generators of every environment's k-th action, until it is called again.
func (a *actionRand) at(k int) []rand.PCG {
	policy.SeedRows(a.rng, a.seeds, uint64(k))
	return a.rng
}
