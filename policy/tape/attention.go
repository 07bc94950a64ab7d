package tape

import (
	"fmt"
	"math"

	"github.com/rlrun/rlrun/policy/f32"
)

// Attention is causal self-attention with several heads: each step of a sequence attends to itself
// and to at most Context steps before it, of the same episode. Vaswani et al. 2017, arXiv:1706.03762,
// section 3.2. Its memory has the keys and values of these steps:
//
//	[n, key of step s, value of step s, key of step s+1, …]
//
// n is the number of steps of the episode so far. s is the first step in the memory, a multiple of
// attentionAlign. So each step keeps its place among the terms of a sum, modulo attentionAlign, and a step alone
// gives the same bits as a sequence of steps.
type Attention struct {
	heads, context int
	mask           []float32 // attentionAlign times -∞, then 0 for each step that the memory can have
}

// attentionAlign is the largest number of terms that a loop of f32 adds at the same time.
const attentionAlign = 16

// attentionQueries is the largest number of steps whose attention is computed at the same time. It
// limits the number of steps between which the attention is computed and then masked.
const attentionQueries = 64

// maxSteps is the number of steps of an episode at which the count begins again at half of it, so that it
// stays an exact float32. It is much larger than any Context.
const maxSteps = 1 << 24

// NewAttention returns an Attention with the given numbers of heads and of steps to look back.
func NewAttention(heads, context int) *Attention {
	a := &Attention{heads: heads, context: context, mask: make([]float32, context+2*attentionAlign)}
	f32.Fill(a.mask[:attentionAlign], float32(math.Inf(-1)))
	return a
}

// MemorySize returns the number of floats of memory per sequence, for keys of d numbers in all
// heads.
func (a *Attention) MemorySize(d int) int { return 1 + (a.context+attentionAlign)*2*d }

// Used returns the number of floats of a memory that are in use, for keys of d numbers. The others have no
// meaning.
func (a *Attention) Used(memory []float32, d int) int {
	e := int(memory[0])
	_, base := a.window(e)
	return 1 + (e-base)*2*d
}

// window returns the first step that step e attends to, and the first step in the memory before step e.
func (a *Attention) window(e int) (first, base int) {
	first = max(0, e-a.context)
	return first, first &^ (attentionAlign - 1)
}

// NextStep returns the number of steps of an episode after one more step. Above 2²⁴ steps it
// returns a smaller number.
func NextStep(n float32) float32 {
	if n+1 >= maxSteps {
		return maxSteps / 2
	}
	return n + 1
}

// Step computes the outputs y [D] of one step, for queries, keys and values qkv [3D], and updates the
// memory, which begins with zeros. scratch has Context + 16 floats. A memory of 1 + 2D floats is enough for
// the first step of an episode.
func (a *Attention) Step(y, qkv, memory, scratch []float32) {
	d, e := len(y), int(memory[0])
	first, base := a.window(e)
	kv, slot, dh := memory[1:], e-base, d/a.heads
	copy(kv[slot*2*d:(slot+1)*2*d], qkv[d:3*d])
	mask := a.mask[attentionAlign-(first-base):][:slot+1]
	for h := range a.heads {
		at := h * dh
		f32.Attention(y[at:], d, scratch[:slot+1], qkv[at:], 3*d, kv[at:], kv[d+at:], 2*d, 2*d, 1, slot+1, dh, mask)
	}
	memory[0] = NextStep(memory[0])
	if _, next := a.window(e + 1); next != base {
		copy(kv, kv[attentionAlign*2*d:])
	}
}

// Attend returns the outputs [T·N, D] of the attention a for N sequences of T steps. qkv [T·N, 3D] has
// queries, keys and values, and is ordered by time: row t·N+i is step t of sequence i. Heads lie beside
// each other. Where first [T·N, 1] is not 0, an episode begins. memory [N, a.MemorySize(D)] has the
// steps before the first one; an episode goes on from it. first and memory are constants.
func (qkv *Var) Attend(a *Attention, first, memory *Var) *Var {
	d, n := qkv.Cols/3, memory.Rows
	if qkv.Cols != 3*d || d%a.heads != 0 || memory.Cols != a.MemorySize(d) || qkv.Rows%n != 0 || len(first.Value) != qkv.Rows {
		panic(fmt.Sprintf("tape: Attend with %d heads of %d×%d, %d first rows and memory %d×%d",
			a.heads, qkv.Rows, qkv.Cols, len(first.Value), n, memory.Cols))
	}
	return qkv.tape.record(a, constants{}, qkv.Rows, d, qkv, first, memory)
}

// Forward computes the outputs. It is for the tape: see Attend.
func (a *Attention) Forward(v *Var) {
	attentionBlocks(v, 0) // the first call of Keep, before several cores share the sequences
	v.Share(v.in[2].Rows, a.work(v), attentionForward)
}

// Backward adds the gradients. It is for the tape: see Attend.
func (a *Attention) Backward(v *Var) {
	v.share(shareInput, v.in[2].Rows, 2*a.work(v), attentionBackward)
}

// work returns the cost of the attention, as a number of multiplications.
func (a *Attention) work(v *Var) int {
	steps := v.Rows / v.in[2].Rows
	return v.Rows * 2 * v.Cols * min(a.context+attentionQueries, steps)
}
