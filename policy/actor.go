package policy

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
)

// An Actor acts with a policy in one environment, step by step. It keeps the policy's memory of
// the episode, and the random generator for sampled actions.
type Actor struct {
	policy Policy
	memory []float32  // [Spec.Memory] memory of the policy
	rng    []rand.PCG // [1] generator for sampled actions; nil: the most probable or best actions
	first  [1]bool    // [1] whether the next observation is the first observation of an episode
	act    []float32  // [A] latest action
}

// NewActor returns an Actor that acts with p. Call Begin before Act. Nothing else may use p
// while the Actor does.
func NewActor(p Policy) *Actor {
	s := p.Spec()
	return &Actor{policy: p, memory: make([]float32, s.Memory), act: make([]float32, s.Act.Size())}
}

// Begin begins an episode. If sampled is true, Act samples actions with the generator of
// SeedEpisode for the episode's seed. Otherwise Act returns the policy's most probable or best
// actions.
func (a *Actor) Begin(sampled bool, seed uint64) {
	a.first[0], a.rng = true, nil
	if sampled {
		a.rng = make([]rand.PCG, 1)
		SeedEpisode(&a.rng[0], seed)
	}
}

// SeedEpisode seeds the random generator for the actions of an evaluation episode with sampled
// actions. It uses child 4 of the episode's seed, which no wrapper uses.
func SeedEpisode(rng *rand.PCG, seed uint64) {
	const actionBranch = 4
	rng.Seed(env.Split(seed, actionBranch), 0)
}

// Act returns the action for an observation [O], among the actions that mask [M] allows. A nil
// mask allows all. The Actor owns the returned slice and overwrites it on the next call.
func (a *Actor) Act(obs []float32, mask []bool) []float32 {
	a.policy.Act(In{Obs: obs, Mask: mask, First: a.first[:], Memory: a.memory, Rand: a.rng}, Out{Act: a.act})
	a.first[0] = false
	return a.act
}

// Memory returns the policy's memory [Spec.Memory] after the latest call of Act. The Actor owns the
// slice and overwrites it on the next call.
func (a *Actor) Memory() []float32 { return a.memory }
