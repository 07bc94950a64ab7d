package env

import (
	"fmt"
	"slices"

	"github.com/rlrun/rlrun/env/state"
)

// maxKept is the largest number of floats of past observations that a wrapper may keep: 4 MiB for
// each environment.
const maxKept = 1 << 20

// A FrameStack returns the latest n observations as one observation, the oldest first.
type FrameStack struct {
	baseWrapper
	obsSize int       // floats of an observation of the wrapped environment
	zeros   bool      // true: observations before the first are 0; false: they are copies of the first observation
	past    []float32 // [n, O] latest observations of the wrapped environment
}

var _ Wrapper = (*FrameStack)(nil)

// NewFrameStack returns e with its latest n observations in one, of shape [n, …]. The observation
// space of e must be a Box. At the start of an episode, the missing observations are copies of
// the first one, or zeros if zeros is true.
func NewFrameStack(e Env, n int, zeros bool) (*FrameStack, error) {
	box, err := boxOf("FrameStack", "observations", e.Spec().Obs)
	if err != nil {
		return nil, err
	}
	if err = checkKept("FrameStack", n, len(box.Low)); err != nil {
		return nil, err
	}
	return &FrameStack{baseWrapper{Env: e, obs: stackedBox(box, n, zeros)}, len(box.Low), zeros, make([]float32, n*len(box.Low))}, nil
}

// stackedBox returns the Box of n rows of b. If zeros is true, 0 is within its bounds.
func stackedBox(b Box, n int, zeros bool) Box {
	shape, low, high := b.Shape, b.Low, b.High
	if shape == nil {
		shape = []int{len(b.Low)}
	}
	if zeros {
		low, high = boundsWithZero(b)
	}
	return Box{
		Low: slices.Repeat(low, n), High: slices.Repeat(high, n),
		Shape: append([]int{n}, shape...), Names: slices.Repeat(b.Names, n),
	}
}

// checkKept returns an error if n observations of the given size need more memory than a wrapper
// may use. One observation of any size is allowed.
func checkKept(wrapper string, n, size int) error {
	if limit := max(1, maxKept/size); n < 1 || n > limit {
		return fmt.Errorf("env: %s of %d observations of %s, want 1 … %d", wrapper, n, plural(size, "number"), limit)
	}
	return nil
}

// boundsWithZero returns the bounds of b, widened where needed to include 0.
func boundsWithZero(b Box) (low, high []float32) {
	low, high = slices.Clone(b.Low), slices.Clone(b.High)
	for i := range low {
		low[i], high[i] = min(low[i], 0), max(high[i], 0)
	}
	return low, high
}

// keptFloats returns the number of floats that w keeps.
func (w *FrameStack) keptFloats() int { return len(w.past) }

// Reset begins an episode.
func (w *FrameStack) Reset(seed uint64, obs []float32) {
	o := w.obsSize
	last := w.past[len(w.past)-o:]
	w.Env.Reset(seed, last)
	for past := w.past[:len(w.past)-o]; len(past) > 0; past = past[o:] {
		if copy(past, last); w.zeros {
			clear(past[:o])
		}
	}
	copy(obs, w.past)
}

// Step steps the wrapped environment.
func (w *FrameStack) Step(act, obs []float32) Outcome {
	o := w.obsSize
	copy(w.past, w.past[o:])
	out := w.Env.Step(act, w.past[len(w.past)-o:])
	copy(obs, w.past)
	return out
}

// State saves or loads the kept observations and the wrapped environment.
func (w *FrameStack) State(s *state.State) {
	s.Floats("framestack/past", w.past)
	StateOf(w.Env, s)
}

// A DelayObservation returns each observation n steps late. The first n observations of an
// episode are zeros.
type DelayObservation struct {
	baseWrapper
	queue []float32 // [n, O] observations to return later, the next observation first
}

var _ Wrapper = (*DelayObservation)(nil)

// NewDelayObservation returns e with observations delayed by n steps. The observation space of e
// must be a Box.
func NewDelayObservation(e Env, n int) (*DelayObservation, error) {
	box, err := boxOf("DelayObservation", "observations", e.Spec().Obs)
	if err != nil {
		return nil, err
	}
	if err = checkKept("DelayObservation", n, len(box.Low)); err != nil {
		return nil, err
	}
	low, high := boundsWithZero(box)
	space := Box{Low: low, High: high, Shape: box.Shape, Names: box.Names}
	return &DelayObservation{baseWrapper{Env: e, obs: space}, make([]float32, n*len(box.Low))}, nil
}

// keptFloats returns the number of floats that w keeps.
func (w *DelayObservation) keptFloats() int { return len(w.queue) }

// Reset begins an episode.
func (w *DelayObservation) Reset(seed uint64, obs []float32) {
	clear(w.queue)
	w.Env.Reset(seed, w.queue[len(w.queue)-len(obs):])
	clear(obs)
}

// Step steps the wrapped environment.
func (w *DelayObservation) Step(act, obs []float32) Outcome {
	copy(obs, w.queue)
	copy(w.queue, w.queue[len(obs):])
	return w.Env.Step(act, w.queue[len(w.queue)-len(obs):])
}

// State saves or loads the queue and the wrapped environment.
func (w *DelayObservation) State(s *state.State) {
	s.Floats("delay/waiting", w.queue)
	StateOf(w.Env, s)
}
