package replay

import (
	"fmt"
	"math"

	"github.com/rlrun/rlrun/env"
)

// A Ring is a Store of the latest T steps of N environments. Row t·N+i is environment i
// in slot t, and there are T+1 slots: the newest has only observations, on which the
// environments act next. So each observation is kept once, for what a step led to is the
// row of the next slot. Where an episode was cut off that is the next one's first
// observation; the one that it was cut off at is kept beside.
type Ring struct {
	n, slots, o int       // environments, T+1, floats of an observation
	obs, act    rows      // [slots·N, O], [slots·N, A]
	reward      []float32 // [slots·N]
	end         []int32   // [slots·N] how the step ended its episode: see below
	mask        []bool    // [slots·N, M] allowed actions at the observations, where environments have masks
	choices     int       // M; 0 without masks
	cut         cutOffs
	head, kept  int   // the newest slot; slots of steps
	steps       int   // ever kept: head is this, modulo slots
	next        []int // scratch: [B] rows of observations
}

var _ Recorder = (*Ring)(nil)

// The ends of a step. An end k ≥ 0 means that the episode was cut off, and that row k of
// cutOffs has its last observation.
const (
	goesOn   = -1
	terminal = -2
)

// limit bounds the bytes of a Ring: 8 GiB, or what an int can count.
const limit = min(8<<30, math.MaxInt)

// Size returns the bytes that a Ring of a number of transitions of spec's shape takes. Each
// observation is kept once, and what its layout says to be whole numbers up to 255 as bytes.
// A mask takes another byte for each choice.
func Size(spec env.Spec, capacity int) int { return rowSize(spec, 0) * capacity }

// rowSize returns the bytes of a row with a mask of some choices.
func rowSize(spec env.Spec, choices int) int {
	return layoutSize(spec.Obs) + layoutSize(spec.Act) + 8 + choices
}

// NewRing returns an empty Ring for capacity transitions of environments that begin as
// first says, which is not kept. It is an error if they would take too much memory.
func NewRing(spec env.Spec, capacity int, first *env.Result) (*Ring, error) {
	n := len(first.Reward)
	choices := len(first.Mask) / n
	row := rowSize(spec, choices)
	if capacity < n || capacity > limit/row {
		return nil, fmt.Errorf("replay: buffer_size is %d, want %d … %d: a transition takes %d bytes, and a buffer may take %d",
			capacity, n, limit/row, row, limit)
	}
	r := &Ring{n: n, slots: capacity/n + 1, o: spec.Obs.Size(), choices: choices}
	all := r.Rows()
	r.obs, r.act = newRows(spec.Obs, all), newRows(spec.Act, all)
	r.reward, r.end, r.mask = make([]float32, all), make([]int32, all), make([]bool, all*choices)
	for i := range r.end {
		r.end[i] = goesOn
	}
	cuts := 0
	if spec.MaxSteps > 0 { // room for time limits
		cuts = n * (r.slots/spec.MaxSteps + 2)
	}
	r.cut = newCutOffs(spec.Obs, choices, cuts)
	r.look(first)
	return r, nil
}

// Rows returns a number that is greater than the row of any step.
func (r *Ring) Rows() int { return r.slots * r.n }

// Len returns the number of transitions kept.
func (r *Ring) Len() int { return r.kept * r.n }

// look keeps the observations on which the environments act next.
func (r *Ring) look(res *env.Result) {
	r.obs.setRows(r.head*r.n, res.Obs)
	copy(r.mask[r.head*r.n*r.choices:], res.Mask)
}

// Add keeps one step in place of the oldest.
func (r *Ring) Add(act []float32, res *env.Result, s Sampler) {
	from := r.head * r.n
	r.act.setRows(from, act)
	for i, reward := range res.Reward {
		row := from + i
		r.release(row)
		r.reward[row] = float32(reward)
		switch {
		case res.Terminated[i]:
			r.end[row] = terminal
		case res.Done(i):
			var mask []bool
			if r.choices > 0 {
				mask = res.NextMask[i*r.choices : (i+1)*r.choices]
			}
			r.end[row] = r.cut.keep(res.Next[i*r.o:(i+1)*r.o], mask)
		}
	}
	r.steps++
	r.head, r.kept = r.steps%r.slots, min(r.kept+1, r.slots-1)
	r.look(res)
	for i := range r.n {
		s.Stored(from+i, true)
		s.Stored(r.head*r.n+i, false)
	}
}

// release frees what is kept beside a step.
func (r *Ring) release(row int) {
	if k := r.end[row]; k >= 0 {
		r.cut.free = append(r.cut.free, k)
	}
	r.end[row] = goesOn
}

// Row returns the row of the j-th transition kept; the oldest is 0.
func (r *Ring) Row(j int) int {
	j += (r.head + r.slots - r.kept) * r.n
	if rows := r.slots * r.n; j >= rows {
		j -= rows
	}
	return j
}

// At returns what came of the step in a row.
func (r *Ring) At(row int) Step {
	s := Step{Reward: r.reward[row], After: -1}
	switch end := r.end[row]; {
	case end == terminal:
		s.End = Terminated
	case end >= 0:
		s.End = CutOff
	default:
		if next := r.follow(row); next < r.head*r.n || next >= (r.head+1)*r.n { // not in the newest slot
			s.After = next
		}
	}
	return s
}

// follow returns the row of the same environment in the next slot.
func (r *Ring) follow(row int) int {
	if row += r.n; row >= len(r.end) {
		row -= len(r.end)
	}
	return row
}

// Gather writes observations, actions and masks to b.
func (r *Ring) Gather(b *Batch, first, last []int) {
	r.next = r.next[:0]
	for _, row := range last {
		r.next = append(r.next, r.follow(row))
	}
	r.obs.gather(b.Obs, first)
	r.act.gather(b.Act, first)
	r.obs.gather(b.Next, r.next)
	if r.choices > 0 && b.Mask == nil {
		b.Mask = make([]bool, len(last)*r.choices)
	}
	for i, row := range last {
		mask := b.Mask[i*r.choices : (i+1)*r.choices]
		if k := r.end[row]; k >= 0 {
			r.cut.get(int(k), b.Next[i*r.o:(i+1)*r.o], mask)
		} else {
			copy(mask, r.mask[r.next[i]*r.choices:])
		}
	}
}
