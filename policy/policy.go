// Package policy has what acts: policies, the files that they are saved in, and the
// normaliser of what they observe.
package policy

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/tape"
)

// A Policy acts without learning. It is what a run saves, what a game loads, and what a
// window shows. One goroutine at a time may use it; Clone gives another its own.
type Policy interface {
	// Act decides for each row of in, and writes to the slices of out that are not nil.
	// It keeps none of the slices.
	Act(in In, out Out)

	// Spec describes what the policy observes, does and knows. It never changes.
	Spec() Spec

	// Tensors returns all numbers that the policy consists of, under the names that a
	// file has for them. They are the policy's own.
	Tensors() []*tape.Param

	// Clone returns a copy that shares nothing with the policy.
	Clone() Policy
}

// In is what a policy acts on: N rows, each of one environment.
type In struct {
	Obs    []float32  // [N, O] observations as the environments show them
	Mask   []bool     // [N, M] the choices that are allowed, as in env.Result; nil allows all
	First  []bool     // [N] rows at which an episode begins: memory starts anew; nil: at none
	Memory []float32  // [N, Spec.Memory] the caller's, updated in place
	Rand   []rand.PCG // [N] a generator for each row: actions are drawn; nil: the best actions
	Noise  []float32  // [N, Spec.Noise] from DrawNoise: exploration that depends on the state; nil: drawn for each action
}

// Out has the slices that a policy writes to. A nil slice is not wanted. Values and
// scores are written by policies that have them: see Spec.
type Out struct {
	Act     []float32 // [N, A] actions in the action space
	Raw     []float32 // [N, A] what an agent learns from: the actions before they were brought into the space
	LogProb []float32 // [N] log-probability, or log-density, of Raw; 0 of a policy that draws none
	Value   []float32 // [N] V(s)
	Scores  []float32 // [N, Spec.Scores] of every action its probability, or its Q
}

// A Spec says what a policy observes, does and knows.
type Spec struct {
	Obs, Act env.Space
	Memory   int  // floats of memory in a row; 0 for policies without memory
	Noise    int  // floats of exploration that depends on the state in a row; 0 for none
	Scores   int  // actions that have a score each; 0 for none
	Values   bool // V is known
}

// SeedRows seeds the generator of each row with a child of the row's seed: the one of
// its k-th action, from 0. See ARCHITECTURE.md, "Randomness".
func SeedRows(rng []rand.PCG, seeds []uint64, k uint64) {
	for i := range rng {
		rng[i].Seed(env.Split(seeds[i], k), 0)
	}
}
