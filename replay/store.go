package replay

import (
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// A Store keeps environment steps. Each step has a row index, which stays the same while the step
// is in the Store.
type Store interface {
	Len() int      // number of steps in the Store
	Row(j int) int // row of step j in the Store, where 0 is the oldest step

	// At returns the Step in the given row.
	At(row int) Step

	// Gather writes the observations and actions of the steps in the rows first [B] to b.Obs and
	// b.Act. It writes the next observations, and the masks there, of the steps in the rows last
	// [B] to b.Next and b.Mask.
	Gather(b *Batch, first, last []int)
}

// A Step is the result of one environment step.
type Step struct {
	Reward float32
	End    End // whether and how the step ended its episode
	After  int // row of the next step of the same episode; -1 if the episode ended or the next step is not in the Store yet
}

// An End says whether and how a step ended its episode.
type End uint8

// The values of an End.
const (
	Continues  End = iota // the episode continues
	Terminated            // the next observation is terminal and has the value 0
	Truncated             // the episode was cut off; the target bootstraps from the value of the next observation
)

// A Recorder is a Store that an agent fills while it acts.
type Recorder interface {
	Store

	// Add stores one step of every environment: the actions act [N, A] and their result r. The
	// observations before the actions are Obs of the previous result. Add calls s.Stored for each
	// row with a new step and for each row whose step was removed.
	Add(act []float32, r *env.Result, s Sampler)

	state.Stater
}
