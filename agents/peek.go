package agents

import (
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/f32"
)

// A peek computes V of observations to which no action follows, with a policy that has memory. It
// acts on a copy of the memory, so that the next step does not remember the observation twice.
type peek struct {
	obs, memory, value []float32 // scratch: observations, memory and values
}

// values returns V [n] of observations obs [n, O] with the memory [n, H] before them. It is valid
// until the next call.
func (k *peek) values(p policy.Policy, obs []float32, first []bool, memory []float32) []float32 {
	k.memory = append(k.memory[:0], memory...)
	k.value = f32.Grow(k.value, len(obs)/p.Spec().Obs.Size())
	p.Act(policy.In{Obs: obs, First: first, Memory: k.memory}, policy.Out{Value: k.value})
	return k.value
}

// finalValues returns V of the final observations of the episodes that a step truncated, in the
// order of the environments. The argument memory [N, H] is the memory after the step.
func (k *peek) finalValues(p policy.Policy, res *env.Result, memory []float32) []float32 {
	n := len(res.Reward)
	o, h := len(res.Next)/n, len(memory)/n
	k.obs, k.memory = k.obs[:0], k.memory[:0]
	for i := range n {
		if res.Done(i) && !res.Terminated[i] {
			k.obs, k.memory = append(k.obs, res.Next[i*o:(i+1)*o]...), append(k.memory, memory[i*h:(i+1)*h]...)
		}
	}
	if len(k.obs) == 0 {
		return nil
	}
	k.value = f32.Grow(k.value, len(k.obs)/o)
	p.Act(policy.In{Obs: k.obs, Memory: k.memory}, policy.Out{Value: k.value})
	return k.value
}
