package replay

import (
	"fmt"
	"math"

	"github.com/rlrun/rlrun/env"
)

// A Ring is a Store of the latest T steps of N environments. It has T+1 slots, in a ring. Row
// t·N+i has the step of environment i in slot t. The newest slot has only observations; the
// actions come with the next Add.
//
// If images are stacks of k frames, each frame is stored once, and the Ring has k-1 more slots with
// older frames.
//
// Each observation is stored once: the next observation of a step is the observation in the next
// slot. If an episode was truncated, the next slot has the first observation of a new episode.
// The final observation of the truncated episode is then stored in finals.
type Ring struct {
	n, slots, o int       // N environments, number of slots, O floats per observation
	limit       int       // T, the largest number of slots that have steps
	obs, act    rows      // [slots·N, O], [slots·N, A]
	reward      []float32 // [slots·N]
	end         []int32   // [slots·N] end of each step: notEnded, terminal, or a row index of finals
	mask        []bool    // [slots·N, M] allowed actions at each observation; empty without masks
	choices     int       // M, length of a mask row; 0 without masks
	finals      finalObs  // final observations of truncated episodes
	head, kept  int       // index of the newest slot; number of slots that have steps
	steps       int       // number of calls of Add so far; head is steps modulo slots
	next        []int     // scratch: [B] rows of next observations
}

var _ Recorder = (*Ring)(nil)

// Ends of a step. For a step that truncated its episode, the end is k ≥ 0, the row index of the
// final observation in finals.
const (
	notEnded = -1
	terminal = -2
)

// maxBytes is the largest memory of a Ring [bytes]: 8 GiB, or the largest int if that is smaller.
const maxBytes = min(8<<30, math.MaxInt)

// Size returns the memory [bytes] of a Ring for environments with the given spec. capacity is the
// number of transitions. A number of an observation takes one byte if its space allows only whole
// numbers from 0 to 255, otherwise four bytes. Each observation is stored once, and of a stack of
// frames only the newest. Masks are not
// included: a mask takes M bytes per transition.
func Size(spec env.Spec, capacity int) int { return rowSize(spec, 0) * capacity }

// rowSize returns the memory [bytes] of a transition. choices is the length of a mask row.
func rowSize(spec env.Spec, choices int) int {
	return observationSize(spec) + layoutSize(spec.Act) + 8 + choices
}

// NewRing returns an empty Ring for capacity transitions. The argument first has the first
// observations and masks of the environments. It is an error if capacity is smaller than the
// number of environments, or if the Ring would take too much memory.
func NewRing(spec env.Spec, capacity int, first *env.Result) (*Ring, error) {
	n := len(first.Reward)
	choices := len(first.Mask) / n
	row := rowSize(spec, choices)
	if capacity < n || capacity > maxBytes/row {
		return nil, fmt.Errorf("replay: buffer_size is %d, want %d … %d: a transition takes %d bytes, and a buffer may take at most %d",
			capacity, n, maxBytes/row, row, maxBytes)
	}
	r := &Ring{n: n, limit: capacity / n, o: spec.Obs.Size(), choices: choices}
	r.slots = r.limit + 1
	if frames, _ := stackSize(spec); frames > 0 {
		r.slots += frames - 1
	}
	all := r.Rows()
	r.obs, r.act = newObservations(spec, n, all), newRows(spec.Act, all)
	r.reward, r.end, r.mask = make([]float32, all), make([]int32, all), make([]bool, all*choices)
	for i := range r.end {
		r.end[i] = notEnded
	}
	cuts := 0
	if spec.MaxSteps > 0 { // memory for final observations, one per time limit
		cuts = n * (r.slots/spec.MaxSteps + 2)
	}
	r.finals = newFinalObs(spec, &r.obs, choices, cuts)
	r.setNewest(first.Obs, first.Mask)
	return r, nil
}

// Rows returns the number of rows of the Ring. Every row index is smaller than this number.
func (r *Ring) Rows() int { return r.slots * r.n }

// Len returns the number of transitions in the Ring.
func (r *Ring) Len() int { return r.kept * r.n }

// setNewest stores observations and masks in the newest slot.
func (r *Ring) setNewest(obs []float32, mask []bool) {
	r.obs.setRows(r.head*r.n, obs, r.steps > 0)
	copy(r.mask[r.head*r.n*r.choices:], mask)
}

// Add stores one step of every environment. If the Ring is full, it removes the oldest steps.
func (r *Ring) Add(act []float32, res *env.Result, s Sampler) {
	from := r.head * r.n
	r.act.setRows(from, act, false)
	for i, reward := range res.Reward {
		row := from + i
		r.freeFinal(row)
		r.reward[row] = float32(reward)
		switch {
		case res.Terminated[i]:
			r.end[row] = terminal
		case res.Done(i):
			var mask []bool
			if r.choices > 0 {
				mask = res.NextMask[i*r.choices : (i+1)*r.choices]
			}
			r.end[row] = r.finals.add(res.Next[i*r.o:(i+1)*r.o], mask, row)
		}
	}
	r.steps++
	r.head, r.kept = r.steps%r.slots, min(r.kept+1, r.limit)
	r.setNewest(res.Obs, res.Mask)
	removed := (r.head + r.slots - r.limit - 1) % r.slots * r.n
	for i := range r.n {
		s.Stored(from+i, true)
		s.Stored(removed+i, false)
	}
}

// Restart replaces the newest observations [N, O] and masks [N, M], to which no actions belong yet.
// So the next steps are of other environments. All steps before must be terminated or truncated.
func (r *Ring) Restart(obs []float32, mask []bool) { r.setNewest(obs, mask) }

// freeFinal frees the final observation of the step with the given row, if the step has one.
func (r *Ring) freeFinal(row int) {
	if k := r.end[row]; k >= 0 {
		r.finals.free = append(r.finals.free, k)
	}
	r.end[row] = notEnded
}

// Row returns the row of transition j in the Ring, where 0 is the oldest transition.
func (r *Ring) Row(j int) int {
	j += (r.head + r.slots - r.kept) * r.n
	if rows := r.slots * r.n; j >= rows {
		j -= rows
	}
	return j
}

// At returns the Step in the given row.
func (r *Ring) At(row int) Step {
	s := Step{Reward: r.reward[row], After: -1}
	switch end := r.end[row]; {
	case end == terminal:
		s.End = Terminated
	case end >= 0:
		s.End = Truncated
	default:
		if next := r.nextRow(row); next < r.head*r.n || next >= (r.head+1)*r.n { // the newest slot has no steps yet
			s.After = next
		}
	}
	return s
}

// nextRow returns the row of the same environment in the next slot.
func (r *Ring) nextRow(row int) int {
	if row += r.n; row >= len(r.end) {
		row -= len(r.end)
	}
	return row
}

// Gather writes observations, actions and masks to b: see Store.
func (r *Ring) Gather(b *Batch, first, last []int) {
	r.next = r.next[:0]
	for _, row := range last {
		r.next = append(r.next, r.nextRow(row))
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
			r.finals.get(int(k), b.Next[i*r.o:(i+1)*r.o], mask)
		} else {
			copy(mask, r.mask[r.next[i]*r.choices:])
		}
	}
}
