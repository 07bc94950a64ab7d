package agents

import (
	"github.com/rlrun/rlrun/policy"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/replay"
)

// laneValues computes the values of the steps of whole episodes.
type laneValues struct{ memory, value []float32 } // scratch: memory [N, H], values of all rows [T·N]

// compute writes V of the steps of a minibatch of whole episodes to v. A policy with memory acts on
// the sequences step by step.
func (l *laneValues) compute(p policy.Policy, b *replay.Minibatch, v []float32) {
	if b.Steps == 0 {
		p.Act(policy.In{Obs: b.Obs}, policy.Out{Value: v})
		return
	}
	n, spec := b.Sequences(), p.Spec()
	o := spec.Obs.Size()
	l.memory, l.value = f32.Grow(l.memory, n*spec.Memory), f32.Grow(l.value, b.Steps*n)
	clear(l.memory)
	for t := range b.Steps {
		from, to := t*n, (t+1)*n
		p.Act(policy.In{Obs: b.Obs[from*o : to*o], First: b.First[from:to], Memory: l.memory}, policy.Out{Value: l.value[from:to]})
	}
	for k, row := range b.Rows {
		v[k] = l.value[row]
	}
}
