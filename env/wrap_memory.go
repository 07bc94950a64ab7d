package env

import (
	"fmt"
	"slices"

	"github.com/rlrun/rlrun/env/state"
)

// maxKept is the largest number of floats of past observations that a wrapper may keep: 4 MiB for
// each environment.
const maxKept = 1 << 20

// A FrameStack returns the latest n observations as one observation. The observations of a Box have
// the shape [n, …], the oldest first. Images have their channels side by side, [H, W, n·C], the oldest
// first.
type FrameStack struct {
	baseWrapper
	n       int       // number of observations
	obsSize int       // floats of an observation of the wrapped environment
	zeros   bool      // true: observations before the first are 0; false: they are copies of the first observation
	past    []float32 // [n, O] latest observations of the wrapped environment if they are no images
	frames  []uint8   // [n, O] latest observations if they are images
	newest  []float32 // [O] scratch: the newest image
	channel int       // C of images
}

var _ Wrapper = (*FrameStack)(nil)

// NewFrameStack returns e with its latest n observations in one. The observation space of e must be
// a Box or an Image. At the start of an episode, the missing observations are copies of the first
// one, or zeros if zeros is true.
func NewFrameStack(e Env, n int, zeros bool) (*FrameStack, error) {
	obs := e.Spec().Obs
	if c, ok := obs.(Custom); ok {
		obs = c.Plain()
	}
	if m, ok := obs.(Image); ok {
		return newImageStack(e, m, n, zeros)
	}
	box, err := boxOf("FrameStack", "observations", obs)
	if err != nil {
		return nil, err
	}
	o := len(box.Low)
	if err = checkKept("FrameStack", n, o); err != nil {
		return nil, err
	}
	return &FrameStack{
		baseWrapper: baseWrapper{Env: e, obs: stackedBox(box, n, zeros)}, n: n, obsSize: o, zeros: zeros, past: make([]float32, n*o),
	}, nil
}

// newImageStack returns e with its latest n images in one.
func newImageStack(e Env, m Image, n int, zeros bool) (*FrameStack, error) {
	o := m.Size()
	if err := checkKept("FrameStack", n, o); err != nil {
		return nil, err
	}
	return &FrameStack{
		baseWrapper: baseWrapper{Env: e, obs: Image{m.H, m.W, n * m.C}, frames: n}, n: n, obsSize: o, zeros: zeros,
		frames: make([]uint8, n*o), newest: make([]float32, o), channel: m.C,
	}, nil
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

// keptFloats returns the memory that w keeps, as a number of floats.
func (w *FrameStack) keptFloats() int { return len(w.past) + (len(w.frames)+3)/4 }

// Reset begins an episode.
func (w *FrameStack) Reset(seed uint64, obs []float32) {
	if w.frames != nil {
		w.Env.Reset(seed, w.newest)
		w.addImage()
		fill(w.frames, w.obsSize, w.zeros)
		w.writeImages(obs)
		return
	}
	w.Env.Reset(seed, w.past[len(w.past)-w.obsSize:])
	fill(w.past, w.obsSize, w.zeros)
	copy(obs, w.past)
}

// fill replaces all rows of o elements but the last by zeros, or by copies of the last row.
func fill[T any](past []T, o int, zeros bool) {
	last := past[len(past)-o:]
	for past = past[:len(past)-o]; len(past) > 0; past = past[o:] {
		if copy(past, last); zeros {
			clear(past[:o])
		}
	}
}

// Step steps the wrapped environment.
func (w *FrameStack) Step(act, obs []float32) Outcome {
	o := w.obsSize
	if w.frames != nil {
		out := w.Env.Step(act, w.newest)
		copy(w.frames, w.frames[o:])
		w.addImage()
		w.writeImages(obs)
		return out
	}
	copy(w.past, w.past[o:])
	out := w.Env.Step(act, w.past[len(w.past)-o:])
	copy(obs, w.past)
	return out
}

// addImage copies the newest image to the last row of w.frames. A number that is no byte becomes
// one, so a wrapped environment must keep its Image.
func (w *FrameStack) addImage() {
	row := w.frames[len(w.frames)-w.obsSize:]
	for i, v := range w.newest[:len(row)] {
		row[i] = uint8(v)
	}
}

// writeImages writes the images to obs, with the channels of a pixel side by side.
func (w *FrameStack) writeImages(obs []float32) {
	o, c, width := w.obsSize, w.channel, w.n*w.channel
	for k := range w.n {
		frame := w.frames[k*o : (k+1)*o]
		for ch := range c {
			for i, at := ch, k*c+ch; i < len(frame) && at < len(obs); i, at = i+c, at+width {
				obs[at] = float32(frame[i])
			}
		}
	}
}

// State saves or loads the kept observations and the wrapped environment.
func (w *FrameStack) State(s *state.State) {
	if w.frames != nil {
		s.Bytes("framestack/frames", w.frames)
	} else {
		s.Floats("framestack/past", w.past)
	}
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
