package tape

import (
	"math"

	"github.com/rlrun/rlrun/policy/f32"
)

// An attentionBlock is the attention of some consecutive steps of one episode in one sequence.
type attentionBlock struct {
	a    *Attention
	v    *Var
	i    int // sequence
	d    int // numbers of a key in all heads
	n, t int // numbers of sequences and of steps of a sequence

	start, startStep int       // first step of the episode in this sequence, and its number in the episode
	from, to         int       // steps of the block
	first, steps     int       // number in the episode of the first step whose key is in kv, and number of keys in kv
	kv, dkv          []float32 // [steps, 2D] keys and values, and their gradients
	mask             []float32 // [to - from, steps] 0 where a step attends, otherwise -∞
	weights          []float32 // [heads, to - from, steps] softmax of the scores, and after it those of later blocks
}

// attentionBlocks returns the blocks of sequence i before the first one.
func attentionBlocks(v *Var, i int) attentionBlock {
	a := v.op.(*Attention)
	b := attentionBlock{a: a, v: v, i: i, d: v.Cols, n: v.in[2].Rows}
	b.t = v.Rows / b.n
	b.startStep = int(v.in[2].row(i)[0])
	queries := min(attentionQueries, b.t)
	widest := a.context + attentionAlign + queries
	all := [...]int{widest * 2 * b.d, widest * 2 * b.d, queries * widest, a.heads * b.t * widest}
	size := 0
	for _, n := range all {
		size += n
	}
	kept := v.Keep(b.n * size)[i*size:]
	for k, part := range [...]*[]float32{&b.kv, &b.dkv, &b.mask, &b.weights} {
		*part = kept[:all[k]]
		kept = kept[all[k]:]
	}
	return b
}

// next moves b to the next block of the sequence. It returns false after the last one.
func (b *attentionBlock) next() bool {
	first := b.v.in[1].Value
	b.weights = b.weights[b.a.heads*(b.to-b.from)*b.steps:]
	b.from = b.to
	if b.from == b.t {
		return false
	}
	if first[b.from*b.n+b.i] != 0 {
		b.start, b.startStep = b.from, 0
	}
	for b.to++; b.to < b.t && b.to-b.from < attentionQueries && first[b.to*b.n+b.i] == 0; b.to++ {
	}
	_, b.first = b.a.window(b.step(b.from))
	b.steps = b.step(b.to) - b.first
	b.gather()
	return true
}

// step returns the number in the episode of step t of the sequence.
func (b *attentionBlock) step(t int) int { return b.startStep + t - b.start }

// row returns the first index in a matrix [T·N, cols] of step t of the sequence.
func (b *attentionBlock) row(t, cols int) int { return (t*b.n + b.i) * cols }

// gather sets kv and mask.
func (b *attentionBlock) gather() {
	d, qkv := b.d, b.v.in[0].Value
	remembered := max(0, b.startStep-b.first) // number of steps of the block that are in the memory
	if remembered > 0 {
		_, base := b.a.window(b.startStep)
		copy(b.kv[:remembered*2*d], b.v.in[2].row(b.i)[1+(b.first-base)*2*d:])
	}
	for s := remembered; s < b.steps; s++ {
		at := b.row(b.start+b.first+s-b.startStep, 3*d)
		copy(b.kv[s*2*d:(s+1)*2*d], qkv[at+d:at+3*d])
	}
	for q := range b.to - b.from {
		e := b.step(b.from + q)
		first, _ := b.a.window(e)
		row := b.mask[q*b.steps : (q+1)*b.steps]
		f32.Fill(row, float32(math.Inf(-1)))
		clear(row[first-b.first : e+1-b.first])
	}
}

// attentionForward computes the attention of the sequences [from, to).
func attentionForward(v *Var, from, to int) {
	for i := from; i < to; i++ {
		b := attentionBlocks(v, i)
		for b.next() {
			b.forward()
		}
	}
}

// forward computes the outputs of the block.
func (b *attentionBlock) forward() {
	d, queries := b.d, b.to-b.from
	dh, size := d/b.a.heads, queries*b.steps
	y, q := b.v.Value[b.row(b.from, d):], b.v.in[0].Value[b.row(b.from, 3*d):]
	for h := range b.a.heads {
		at := h * dh
		f32.Attention(y[at:], b.n*d, b.weights[h*size:], q[at:], b.n*3*d, b.kv[at:], b.kv[d+at:], 2*d, 2*d, queries, b.steps, dh, b.mask)
	}
}

// attentionBackward adds the gradients of the sequences [from, to).
func attentionBackward(v *Var, from, to int) {
	for i := from; i < to; i++ {
		b := attentionBlocks(v, i)
		for b.next() {
			b.backward()
		}
	}
}

// backward adds the gradients of the block.
func (b *attentionBlock) backward() {
	d, queries, dqkv := b.d, b.to-b.from, b.v.in[0].Grad
	dh, size := d/b.a.heads, queries*b.steps
	dy, q, dq := b.v.Grad[b.row(b.from, d):], b.v.in[0].Value[b.row(b.from, 3*d):], dqkv[b.row(b.from, 3*d):]
	clear(b.dkv[:b.steps*2*d])
	for h := range b.a.heads {
		at := h * dh
		f32.AttentionGrad(dq[at:], b.dkv[at:], b.dkv[d+at:], dy[at:], b.n*d, b.weights[h*size:], q[at:], b.n*3*d,
			b.kv[at:], b.kv[d+at:], 2*d, 2*d, queries, b.steps, dh)
	}
	for s := max(0, b.startStep-b.first); s < b.steps; s++ {
		at := b.row(b.start+b.first+s-b.startStep, 3*d)
		f32.AddTo(dqkv[at+d:at+3*d], b.dkv[s*2*d:(s+1)*2*d])
	}
}
