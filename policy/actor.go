package policy

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
)

// An Actor acts by a policy in one environment, step by step: it keeps what the policy
// remembers of the episode, and the generator of drawn actions.
type Actor struct {
	policy Policy
	memory []float32  // [Spec.Memory]
	rng    []rand.PCG // [1]; nil: the best actions
	first  [1]bool
	act    []float32 // [A]
}

// NewActor returns an Actor of p, which it uses from then on. Begin comes first.
func NewActor(p Policy) *Actor {
	s := p.Spec()
	return &Actor{policy: p, memory: make([]float32, s.Memory), act: make([]float32, s.Act.Size())}
}

// Begin begins an episode with the best actions, or with actions that are drawn as
// SeedEpisode has it. The seed is the episode's.
func (a *Actor) Begin(sampled bool, seed uint64) {
	a.first[0], a.rng = true, nil
	if sampled {
		a.rng = make([]rand.PCG, 1)
		SeedEpisode(&a.rng[0], seed)
	}
}

// SeedEpisode seeds the generator of an episode's actions, where a policy is evaluated by
// actions that are drawn: with child 4 of the episode's seed, which no wrapper uses.
func SeedEpisode(rng *rand.PCG, seed uint64) {
	const actionBranch = 4
	rng.Seed(env.Split(seed, actionBranch), 0)
}

// Act returns the action for an observation [O], among the choices that mask [M] allows;
// a nil mask allows all. The Actor overwrites the slice on the next call.
func (a *Actor) Act(obs []float32, mask []bool) []float32 {
	a.policy.Act(In{Obs: obs, Mask: mask, First: a.first[:], Memory: a.memory, Rand: a.rng}, Out{Act: a.act})
	a.first[0] = false
	return a.act
}
