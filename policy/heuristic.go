package policy

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// Heuristic is the heuristic of an environment as a Policy. It has no parameters, ignores masks and random
// generators, and cannot be saved.
type Heuristic struct {
	heuristic env.Heuristic
	spec      Spec
	act       []float32 // [A] latest action
}

var _ Policy = (*Heuristic)(nil)

// NewHeuristic returns the policy of a heuristic for an environment with the given spec.
func NewHeuristic(h env.Heuristic, spec env.Spec) *Heuristic {
	return &Heuristic{h, Spec{Obs: spec.Obs, Act: spec.Act, Memory: h.Memory()}, make([]float32, spec.Act.Size())}
}

// Act takes the heuristic's actions.
func (p *Heuristic) Act(in In, out Out) {
	o, a, m := p.spec.Obs.Size(), len(p.act), p.spec.Memory
	n := len(in.Obs) / o
	if len(in.Memory) != n*m {
		panic(fmt.Sprintf("policy: memory of %d numbers for a heuristic, want %d rows of %d", len(in.Memory), n, m))
	}
	for i := range n {
		memory := in.Memory[i*m : (i+1)*m]
		if in.First != nil && in.First[i] {
			clear(memory)
		}
		p.heuristic.Act(in.Obs[i*o:(i+1)*o], memory, p.act)
		copy(f32.Row(out.Act, i, a), p.act)
		copy(f32.Row(out.Raw, i, a), p.act)
		if out.LogProb != nil {
			out.LogProb[i] = 0
		}
	}
}

// Spec returns the environment's spaces and the size of the memory.
func (p *Heuristic) Spec() Spec { return p.spec }

// Tensors returns nil: a heuristic has no parameters.
func (p *Heuristic) Tensors() []*tape.Param { return nil }

// Clone returns a copy.
func (p *Heuristic) Clone() Policy {
	c := *p
	c.act = make([]float32, len(p.act))
	return &c
}
