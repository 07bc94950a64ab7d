package env

import (
	"fmt"
	"slices"

	"github.com/rlrun/rlrun/env/state"
)

// maxKept bounds what a wrapper keeps of the past, in floats: 4 MiB in each
// environment.
const maxKept = 1 << 20

// FrameStack shows the latest observations together, the oldest first.
type FrameStack struct {
	within
	o     int       // floats of an observation of the environment
	zeros bool      // stand for what is missing
	past  []float32 // what it shows, [n, O]
}

var _ Wrapper = (*FrameStack)(nil)

// NewFrameStack returns e with the latest n observations of its Box in one, of
// shape [n, …]. Before there are as many, the first stands for those that are
// missing, or zeros if they are wanted.
func NewFrameStack(e Env, n int, zeros bool) (*FrameStack, error) {
	box, err := boxOf("FrameStack", "observations", e.Spec().Obs)
	if err != nil {
		return nil, err
	}
	if err = checkKept("FrameStack", n, len(box.Low)); err != nil {
		return nil, err
	}
	return &FrameStack{within{Env: e, obs: stacked(box, n, zeros)}, len(box.Low), zeros, make([]float32, n*len(box.Low))}, nil
}

// stacked returns the Box of n rows of b, or of zeros in their place.
func stacked(b Box, n int, zeros bool) Box {
	shape, low, high := b.Shape, b.Low, b.High
	if shape == nil {
		shape = []int{len(b.Low)}
	}
	if zeros {
		low, high = withZero(b)
	}
	return Box{
		Low: slices.Repeat(low, n), High: slices.Repeat(high, n),
		Shape: append([]int{n}, shape...), Names: slices.Repeat(b.Names, n),
	}
}

// checkKept returns an error if n observations of the given size are more than a wrapper
// may keep. One observation of any size may be kept.
func checkKept(wrapper string, n, size int) error {
	if most := max(1, maxKept/size); n < 1 || n > most {
		return fmt.Errorf("env: %s of %d observations of %s, want 1 … %d", wrapper, n, counted(size, "number"), most)
	}
	return nil
}

// withZero returns a Box's bounds, moved so far that 0 is within.
func withZero(b Box) (low, high []float32) {
	low, high = slices.Clone(b.Low), slices.Clone(b.High)
	for i := range low {
		low[i], high[i] = min(low[i], 0), max(high[i], 0)
	}
	return low, high
}

// kept is how many floats w keeps.
func (w *FrameStack) kept() int { return len(w.past) }

// Reset starts an episode.
func (w *FrameStack) Reset(seed uint64, obs []float32) {
	o := w.o
	last := w.past[len(w.past)-o:]
	w.Env.Reset(seed, last)
	for past := w.past[:len(w.past)-o]; len(past) > 0; past = past[o:] {
		if copy(past, last); w.zeros {
			clear(past[:o])
		}
	}
	copy(obs, w.past)
}

// Step steps the environment within.
func (w *FrameStack) Step(act, obs []float32) Outcome {
	o := w.o
	copy(w.past, w.past[o:])
	out := w.Env.Step(act, w.past[len(w.past)-o:])
	copy(obs, w.past)
	return out
}

// State visits what it shows and the environment within.
func (w *FrameStack) State(s *state.State) {
	s.Floats("framestack/past", w.past)
	StateOf(w.Env, s)
}

// DelayObservation shows observations some steps late, and zeros before.
type DelayObservation struct {
	within
	waiting []float32 // what is to be shown later, the next first, [n, O]
}

var _ Wrapper = (*DelayObservation)(nil)

// NewDelayObservation returns e with observations of its Box delayed by n steps.
func NewDelayObservation(e Env, n int) (*DelayObservation, error) {
	box, err := boxOf("DelayObservation", "observations", e.Spec().Obs)
	if err != nil {
		return nil, err
	}
	if err = checkKept("DelayObservation", n, len(box.Low)); err != nil {
		return nil, err
	}
	low, high := withZero(box)
	space := Box{Low: low, High: high, Shape: box.Shape, Names: box.Names}
	return &DelayObservation{within{Env: e, obs: space}, make([]float32, n*len(box.Low))}, nil
}

// kept is how many floats w keeps.
func (w *DelayObservation) kept() int { return len(w.waiting) }

// Reset starts an episode.
func (w *DelayObservation) Reset(seed uint64, obs []float32) {
	clear(w.waiting)
	w.Env.Reset(seed, w.waiting[len(w.waiting)-len(obs):])
	clear(obs)
}

// Step steps the environment within.
func (w *DelayObservation) Step(act, obs []float32) Outcome {
	copy(obs, w.waiting)
	copy(w.waiting, w.waiting[len(obs):])
	return w.Env.Step(act, w.waiting[len(w.waiting)-len(obs):])
}

// State visits what is waiting and the environment within.
func (w *DelayObservation) State(s *state.State) {
	s.Floats("delay/waiting", w.waiting)
	StateOf(w.Env, s)
}
