// Package policy has the policies that agents train, and reads and writes their files.
//
// A [Policy] maps observations to actions by one call, Act(In, Out). The policies of this package
// are [ActorCritic] and [Squashed], which are stochastic; [Deterministic]; and the greedy
// policies [QNetwork], [Table] and [Tiles]. [Critics] estimate Q(s, a) for training. A
// [NetworkConfig] describes the networks of a policy, and a [Normalizer] normalises its
// observations.
//
// A policy file contains everything that a program needs to act. [Open] returns the policy of a
// file that [Save] wrote, and an [Actor] acts with it in one environment:
//
//	p, err := policy.Open("policy.safetensors")
//	if err != nil {
//		return err
//	}
//	actor := policy.NewActor(p)
//	actor.Begin(false, 0)
//	action := actor.Act(obs, nil)
//
// The example of [Read] saves a policy, reads it back and acts on a batch of three observations.
package policy

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/tape"
)

// A Policy chooses actions and does not learn. A run saves its policy, and a program can load it.
// Only one goroutine at a time may use a Policy; Clone makes a copy for another goroutine.
type Policy interface {
	// Act chooses an action for each row of in, and writes to the slices of out that are not nil.
	// It keeps no slice of in or out. A policy with memory updates in.Memory by one step, whatever
	// out asks for. For a second look at an observation, call Act with a copy of the memory.
	Act(in In, out Out)

	// Spec returns the policy's spaces and the sizes of its inputs and outputs. The Spec never
	// changes.
	Spec() Spec

	// Tensors returns all parameters and buffers of the policy, with their names in a policy
	// file. The policy owns the tensors: a change to a tensor changes the policy.
	Tensors() []*tape.Param

	// Clone returns a copy that shares no memory with the policy.
	Clone() Policy
}

// In is the input of Act: N rows, one row per environment.
type In struct {
	Obs    []float32  // [N, O] raw observations of the environments
	Mask   []bool     // [N, M] allowed actions, as in env.Result; nil: all actions are allowed
	First  []bool     // [N] true for the first observation of an episode: Act then resets the row's memory; nil: no first observations
	Memory []float32  // [N, Spec.Memory] memory of the policy; the caller owns the slice and Act updates it; a policy with memory panics if the slice has another length
	Rand   []rand.PCG // [N] random generator of each row, to sample actions; nil: the most probable or best actions
	Noise  []float32  // [N, Spec.Noise] state-dependent noise from DrawNoise; nil: new noise for each action
}

// Out is the output of Act: the slices that the policy writes to. Act does not write to a nil
// slice. Only a policy with values writes Value, and only a policy with scores writes Scores: see
// Spec.
type Out struct {
	Act     []float32 // [N, A] actions in the action space
	Raw     []float32 // [N, A] actions before they are clipped or stretched to the action space; agents learn from them
	LogProb []float32 // [N] log-probability or log-density of Raw; 0 for a policy that is not stochastic
	Value   []float32 // [N] V(s)
	Scores  []float32 // [N, Spec.Scores] Q-value of each action, or probability of each value of each discrete variable: see Spec
}

// A Spec describes the inputs and outputs of a policy.
type Spec struct {
	Obs, Act env.Space
	Memory   int  // number of floats of memory per row; 0: no memory
	Noise    int  // number of floats of state-dependent noise per row; 0: no such noise
	Scores   int  // number of scores per row; 0: no scores
	Values   bool // whether Act can write Value

	// Probabilities is true if the scores are the probability of each value of each discrete
	// variable, in the order of a mask. Otherwise the scores are the Q-value of each action.
	Probabilities bool
}

// SeedRows seeds one generator per row for the row's k-th action, where k counts from 0. The seed
// of row i is child k of seeds[i]. See ARCHITECTURE.md, "Randomness".
func SeedRows(rng []rand.PCG, seeds []uint64, k uint64) {
	for i := range rng {
		rng[i].Seed(env.Split(seeds[i], k), 0)
	}
}
