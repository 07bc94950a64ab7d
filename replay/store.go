package replay

import (
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// A Store keeps steps of environments. Each has a row: a number by which it is known
// until it is forgotten.
type Store interface {
	Len() int      // steps kept
	Row(j int) int // row of the j-th step kept, from 0, the oldest

	// At returns what came of the step in a row.
	At(row int) Step

	// Gather writes the observations and actions of the steps first [B] to b.Obs and
	// b.Act, and the observations and masks after the steps last [B] to b.Next and b.Mask.
	Gather(b *Batch, first, last []int)
}

// A Step is what came of a step.
type Step struct {
	Reward float32
	End    End
	After  int // row of the next step of the same episode; -1: none, or not yet
}

// An End says whether a step ended its episode.
type End uint8

// The ends of a step.
const (
	GoesOn     End = iota
	Terminated     // the last observation has no value
	CutOff         // the last observation has a value: the episode could have gone on
)

// A Recorder is a Store that is filled while an agent acts.
type Recorder interface {
	Store

	// Add keeps one step of every environment: the actions [N, A], and what came of
	// them. What they were taken on is the Obs of the Result before. It tells s which
	// rows have a step now, and which have none any more.
	Add(act []float32, r *env.Result, s Sampler)

	state.Stater
}
