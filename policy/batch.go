package policy

import (
	"fmt"

	"github.com/rlrun/rlrun/policy/nn"
)

// A Batch is the input of a policy's networks in a gradient step: B observations. A policy with
// memory learns from sequences: T steps of N sequences, B = T·N, ordered by time. Row t·N+i is
// step t of sequence i.
type Batch struct {
	Obs    []float32 // [B, O] raw observations
	Mask   []bool    // [B, M] allowed actions; nil: all actions are allowed
	Steps  int       // number of steps T of each sequence; 0 only for policies without memory
	First  []bool    // [B] true for the first observation of an episode: memory of earlier rows does not reach it; nil: no first observations
	Memory []float32 // [N, Spec.Memory] memory before the first step of each sequence, a constant; nil: rows of zeros

	// Rows has the indices of the rows that count, if others only fill up shorter sequences. The
	// outputs of the networks, and Mask, then have only these rows, in this order. Nil: all rows.
	Rows []int
}

// pass returns the Pass of the networks for a batch with the given number of rows. It panics if a
// policy with memory gets rows without an order in time, or memory of the wrong size.
func (b *base) pass(in *Batch, rows int) nn.Pass {
	p := nn.Pass{Mode: nn.Training}
	if b.spec.Memory == 0 {
		return p
	}
	p.Steps, p.First = in.Steps, in.First
	if p.Steps < 1 || rows%p.Steps != 0 {
		panic(fmt.Sprintf("policy: a Batch of %d rows with Steps %d for a policy with memory, want sequences of equal length", rows, p.Steps))
	}
	if in.First != nil && len(in.First) != rows {
		panic(fmt.Sprintf("policy: a Batch of %d rows with %d elements in First", rows, len(in.First)))
	}
	if in.Memory != nil {
		p.Memory = b.memory(in.Memory, p.Sequences(rows))
	}
	return p
}

// begin returns the memory in in.Memory for a call of Act with the given number of rows, after it
// has cleared the rows at which an episode begins. It panics if a policy with memory gets
// memory of the wrong size: with no memory it would forget every step.
func (b *base) begin(in *In, rows int) nn.Memory {
	h := b.spec.Memory
	if h == 0 {
		return nn.Memory{}
	}
	m := b.memory(in.Memory, rows)
	for i, first := range in.First {
		if first {
			clear(in.Memory[i*h : (i+1)*h])
		}
	}
	return m
}

// memory returns rows [n, Spec.Memory] as an nn.Memory.
func (b *base) memory(rows []float32, n int) nn.Memory {
	h := b.spec.Memory
	if len(rows) != n*h {
		panic(fmt.Sprintf("policy: memory of %d numbers, want %d rows of %d", len(rows), n, h))
	}
	return nn.NewMemory(rows, h)
}

// memorySize returns the floats of memory per row of all the given networks, in their order.
func memorySize(nets []nn.Network) (n int) {
	for _, net := range nets {
		n += net.MemorySize()
	}
	return n
}
