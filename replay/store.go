package replay

import (
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// A Store keeps steps of environments. Each step has a row, a number that does not change while
// the Store keeps the step.
type Store interface {
	Len() int      // number of steps kept
	Row(j int) int // row of the j-th step kept; step 0 is the oldest

	// At returns the result of the step with the given row.
	At(row int) Step

	// Gather writes the observations and actions of the steps first [B] to b.Obs and
	// b.Act, and the observations and masks after the steps last [B] to b.Next and b.Mask.
	Gather(b *Batch, first, last []int)
}

// A Step is the result of one environment step.
type Step struct {
	Reward float32
	End    End // whether and how the step ended its episode
	After  int // row of the next step of the same episode; -1: the episode ended, or the next step is not stored yet
}

// An End says whether and how a step ended its episode.
type End uint8

// The ends of a step.
const (
	Continues  End = iota // the episode continues
	Terminated            // the next observation is terminal: its value is 0
	Truncated             // the episode was cut off, and the value of the next observation is bootstrapped
)

// A Recorder is a Store that an agent fills while it acts.
type Recorder interface {
	Store

	// Add stores one step of every environment: the actions act [N, A] and their result r.
	// The observations before the actions are Obs of the result before. Add tells s which rows
	// have a new step, and which rows no longer have one.
	Add(act []float32, r *env.Result, s Sampler)

	state.Stater
}
