package replay

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/f32"
)

// A ring is the latest T steps of N environments. Row t·N+i is environment i in
// slot t, of which there are T+1: the newest has only observations, on which is
// acted next. So each observation is kept once, for what a transition led to is
// the row of the next slot. Where an episode was cut off that is the next one's
// first observation; what it was cut off at is then one of the final rows.
type ring struct {
	n, slots, o, a int // environments, T+1, floats of an observation and of an action
	gamma          float32
	obs            rows      // [slots·N, O]
	act            []float32 // [slots·N, A]
	reward         []float32 // [slots·N]
	end            []int32   // [slots·N] how the transition ended its episode: see below
	final          rows      // [F, O]
	free           []int32   // final rows that no transition has
	mask           []bool    // [slots·N, choices] what can be done at the observations, where environments have masks
	choices        int       // in a row of mask; 0 without masks
	head, kept     int       // the newest slot; slots of transitions
	steps          int       // ever kept: head is this, modulo slots
}

// What a transition did to its episode; k ≥ 0 means that it was cut off, at final
// row k.
const (
	goesOn   = -1
	terminal = -2
)

// limit bounds what a buffer may take, in bytes: 8 GiB, or what an int can count.
const limit = min(8<<30, math.MaxInt)

// Size is what a buffer of so many transitions of spec's shape takes, in bytes. Each
// observation is kept once, and as bytes where it is of whole numbers up to 255 by its
// space, or an image of such.
func Size(spec env.Spec, capacity int) int {
	return (width(spec.Obs) + 4*spec.Act.Size() + 8) * capacity
}

// newRing returns an empty ring for capacity transitions of environments that begin
// as first says.
func newRing(spec env.Spec, capacity int, gamma float32, first *env.Result) (*ring, error) {
	row, n := Size(spec, 1)+len(first.Mask)/len(first.Reward), len(first.Reward)
	if capacity < n || capacity > limit/row {
		return nil, fmt.Errorf("replay: buffer_size is %d, want %d … %d: a transition takes %d bytes, and a buffer may take %d",
			capacity, n, limit/row, row, limit)
	}
	r := &ring{n: n, slots: capacity/n + 1, o: spec.Obs.Size(), a: spec.Act.Size(), gamma: gamma}
	rows := r.slots * n
	floats := func(k int) []float32 { return make([]float32, rows*k) }
	r.obs, r.act, r.reward, r.end = newRows(spec.Obs, rows), floats(r.a), floats(1), make([]int32, rows)
	for i := range r.end {
		r.end[i] = goesOn
	}
	f := 0
	if spec.MaxSteps > 0 { // room for the final rows of time limits
		f = n * (r.slots/spec.MaxSteps + 2)
	}
	r.final, r.free = newRows(spec.Obs, f), make([]int32, 0, f)
	r.final.clear()
	r.choices = len(first.Mask) / n
	r.mask = make([]bool, rows*r.choices)
	r.look(first)
	return r, nil
}

// Len is the number of transitions kept.
func (r *ring) Len() int { return r.kept * r.n }

// look keeps what is acted on next.
func (r *ring) look(res *env.Result) {
	r.obs.set(r.head*r.n, res.Obs)
	copy(r.mask[r.head*r.n*r.choices:], res.Mask)
}

// Add keeps one step in place of the oldest.
func (r *ring) Add(act []float32, res *env.Result) {
	from := r.head * r.n
	copy(r.act[from*r.a:], act)
	for i, reward := range res.Reward {
		row := from + i
		r.release(row)
		r.reward[row] = float32(reward)
		switch {
		case res.Terminated[i]:
			r.end[row] = terminal
		case res.Done(i):
			r.end[row] = r.keep(res.Next[i*r.o : (i+1)*r.o])
		}
	}
	r.advance()
	r.look(res)
}

// keep returns the final row that has obs.
func (r *ring) keep(obs []float32) (k int32) {
	if last := len(r.free) - 1; last >= 0 {
		k, r.free = r.free[last], r.free[:last]
		r.final.set(int(k), obs)
		return k
	}
	r.final.add(obs)
	return int32(r.final.len() - 1)
}

// release frees the final row of a transition, if it has one.
func (r *ring) release(row int) {
	if k := r.end[row]; k >= 0 {
		r.free = append(r.free, k)
	}
	r.end[row] = goesOn
}

// advance goes on to the next slot.
func (r *ring) advance() {
	r.steps++
	r.head, r.kept = r.steps%r.slots, min(r.kept+1, r.slots-1)
}

// row is the j-th transition kept, the oldest of which is 0.
func (r *ring) row(j int) int {
	j += (r.head + r.slots - r.kept) * r.n
	if rows := r.slots * r.n; j >= rows {
		j -= rows
	}
	return j
}

// draw fills index with rows, all equally likely.
func (r *ring) draw(rng *rand.Rand, index []int) {
	for i := range index {
		index[i] = r.row(rng.IntN(r.Len()))
	}
}

// fetch fills b with what is in the rows of its Index, for n steps of each, fewer
// where the episode ends or there are no more.
func (r *ring) fetch(b *Batch, n int) {
	for i, row := range b.Index {
		last, sum, discount := row, r.reward[row], r.gamma
		for range n - 1 {
			next := r.follow(last)
			if r.end[last] != goesOn || next/r.n == r.head {
				break
			}
			last = next
			sum += float32(discount * r.reward[last])
			discount *= r.gamma
		}
		if r.end[last] == terminal {
			discount = 0
		}
		b.Reward[i], b.Discount[i], b.next[i], b.end[i] = sum, discount, r.follow(last), r.end[last]
	}
	r.obs.gather(b.Obs, b.Index)
	f32.Gather(b.Act, r.act, r.a, b.Index)
	r.obs.gather(b.Next, b.next)
	if r.choices > 0 {
		b.Mask = slices.Grow(b.Mask[:0], b.Len()*r.choices)[:b.Len()*r.choices]
	}
	for i, k := range b.end {
		mask := b.Mask[i*r.choices : (i+1)*r.choices]
		copy(mask, r.mask[b.next[i]*r.choices:])
		if k >= 0 {
			r.final.get(b.Next[i*r.o:(i+1)*r.o], int(k))
			for j := range mask {
				mask[j] = true // which nobody knows
			}
		}
	}
}

// follow is the row of the same environment in the next slot.
func (r *ring) follow(row int) int {
	if row += r.n; row >= len(r.end) {
		row -= len(r.end)
	}
	return row
}
