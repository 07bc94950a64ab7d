package replay

import (
	"slices"

	"github.com/rlrun/rlrun/policy/f32"
)

// lanes are sequences of equal length that have several episodes each, one after the other.
type lanes struct {
	obs    []float32 // [T·N, O] observations, ordered by time
	first  []bool    // [T·N] whether the step is the first of an episode
	rows   []int     // [K] row of each step
	length []int     // [N] number of steps in each lane
}

// maxLanes is the largest number of sequences in a Minibatch of Episodes.
const maxLanes = 16

// MaxSequenceRows is the largest number of steps in a Minibatch of several episodes. It limits the
// memory of a gradient step.
const MaxSequenceRows = 1 << 13

// Group returns the end of a group of ended episodes, which begins with episode from and has
// MaxSequenceRows steps at most, but one episode at least. It also returns the number of its steps.
func (e *Episodes) Group(from int) (to, steps int) {
	for to = from; to < e.Count; to++ {
		if to > from && steps+e.lengths[to] > MaxSequenceRows {
			break
		}
		steps += e.lengths[to]
	}
	return to, steps
}

// Sequences returns the ended episodes [from, to) for a policy with memory, without
// log-probabilities: see Minibatch. The episodes stand in up to 16 sequences, several in each, one
// after the other; First says where each begins. Shorter sequences are filled up with copies of an
// observation, which Rows leaves out. The argument row is the index of the first step in Return.
// The Minibatch is valid until the next call.
func (e *Episodes) Sequences(from, to, row int) *Minibatch {
	l, steps := &e.lanes, 0
	n := min(to-from, maxLanes)
	l.length, l.rows = f32.Grow(l.length, n), l.rows[:0]
	clear(l.length)
	for _, length := range e.lengths[from:to] {
		lane := l.shortest()
		for t := range length {
			l.rows = append(l.rows, (l.length[lane]+t)*n+lane)
		}
		l.length[lane] += length
		steps += length
	}
	b := e.Rows(row, row+steps)
	total := slices.Max(l.length) * n
	l.fill(b.Obs[:len(e.row)], total)
	at := 0
	for _, length := range e.lengths[from:to] {
		l.first[l.rows[at]] = true
		at += length
	}
	o := len(e.row)
	for k, i := range l.rows {
		copy(l.obs[i*o:(i+1)*o], b.Obs[k*o:])
	}
	b.Obs, b.First, b.Rows, b.Steps = l.obs, l.first, l.rows, total/n
	return b
}

// shortest returns the first of the lanes with the fewest steps.
func (l *lanes) shortest() (lane int) {
	for i, length := range l.length {
		if length < l.length[lane] {
			lane = i
		}
	}
	return lane
}

// fill sets all of the given number of rows to copies of the observation obs.
func (l *lanes) fill(obs []float32, rows int) {
	o := len(obs)
	l.obs, l.first = f32.Grow(l.obs, rows*o), f32.Grow(l.first, rows)
	for i := range rows {
		copy(l.obs[i*o:(i+1)*o], obs)
	}
	clear(l.first)
}
