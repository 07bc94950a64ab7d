package env

import (
	"fmt"
	"math"
	"slices"

	"github.com/rlrun/rlrun/env/state"
)

// A WithMaxSteps replaces the time limit of the wrapped environment. A Vector applies the limit.
type WithMaxSteps struct {
	baseWrapper
	steps int
}

var _ Wrapper = WithMaxSteps{}

// NewWithMaxSteps returns e with episodes of at most the given number of steps; 0 means no limit.
// It passes the new limit to the wrappers in e that count steps.
func NewWithMaxSteps(e Env, steps int) WithMaxSteps {
	if steps > 0 {
		setLimit(e, steps)
	}
	return WithMaxSteps{baseWrapper{Env: e}, steps}
}

// setLimit passes the time limit to the wrappers in e that count steps. The limit is in steps of
// e.
func setLimit(e Env, steps int) {
	for {
		if t, ok := e.(interface{ setLimit(steps int) int }); ok {
			steps = t.setLimit(steps)
		}
		w, ok := e.(Wrapper)
		if !ok {
			return
		}
		e = w.Unwrap()
	}
}

// Spec returns the Spec of the wrapped environment, with the new limit.
func (w WithMaxSteps) Spec() Spec {
	s := w.Env.Spec()
	s.MaxSteps = w.steps
	return s
}

// A FrameSkip repeats every action for several steps of the wrapped environment. It returns the
// sum of the rewards and the last observation.
type FrameSkip struct {
	baseWrapper
	times    int // steps of the wrapped environment for each action
	maxSteps int // time limit, in steps of the wrapped environment; 0 means no limit
	steps    int // steps of the wrapped environment in the episode
}

var _ Wrapper = (*FrameSkip)(nil)

// maxFrameSkip is the largest number of times that a FrameSkip takes an action, so that one step
// ends within a reasonable time.
const maxFrameSkip = 1 << 20

// NewFrameSkip returns e with every action taken in the given number of steps, from 1 to 1048576.
func NewFrameSkip(e Env, times int) (*FrameSkip, error) {
	if times < 1 || times > maxFrameSkip {
		return nil, fmt.Errorf("env: FrameSkip of %d times, want 1 … %d", times, maxFrameSkip)
	}
	return &FrameSkip{baseWrapper{Env: e}, times, e.Spec().MaxSteps, 0}, nil
}

// Spec returns the Spec of the wrapped environment, with a time limit in steps of w.
func (w *FrameSkip) Spec() Spec {
	s := w.Env.Spec()
	if s.MaxSteps = w.maxSteps / w.times; w.maxSteps%w.times > 0 {
		s.MaxSteps++
	}
	return s
}

// setLimit sets the time limit, given in steps of w. It returns the limit in steps of the wrapped
// environment.
func (w *FrameSkip) setLimit(steps int) (innerSteps int) {
	w.maxSteps = min(steps, math.MaxInt/w.times) * w.times
	return w.maxSteps
}

// Reset begins an episode.
func (w *FrameSkip) Reset(seed uint64, obs []float32) {
	w.steps = 0
	w.Env.Reset(seed, obs)
}

// Step repeats act. It stops early if the episode ends or reaches the time limit.
func (w *FrameSkip) Step(act, obs []float32) Outcome {
	out, _ := w.repeat(act, obs, obs)
	return out
}

// repeat repeats act. The observations go to obs and to other by turns, the first one to obs. It
// returns the outcome with the sum of the rewards, and the number of steps of the wrapped environment.
func (w *FrameSkip) repeat(act, obs, other []float32) (out Outcome, n int) {
	var sum float64
	for n < w.times {
		out = w.Env.Step(act, obs)
		sum += out.Reward
		n++
		if w.steps++; out.Done() || w.steps == w.maxSteps {
			break
		}
		obs, other = other, obs
	}
	out.Reward = sum
	return out, n
}

// State saves or loads the step count and the wrapped environment.
func (w *FrameSkip) State(s *state.State) {
	s.Int("frameskip/taken", &w.steps, math.MaxInt)
	StateOf(w.Env, s)
}

// A SkipAndMax repeats every action like a FrameSkip. It returns the maximum of the last two
// observations, number by number, because an old video game may draw a moving thing only in every
// second picture. Mnih et al. 2015, "Human-level control through deep reinforcement learning", methods.
type SkipAndMax struct {
	*FrameSkip
	other []float32 // observation of the wrapped environment
}

var _ Wrapper = (*SkipAndMax)(nil)

// NewSkipAndMax returns e with every action taken in the given number of steps, from 1 to 1048576.
// The observations of e must be an Image, a Box or bits. If the episode ends earlier, the
// maximum is over the steps of this action; Gymnasium's MaxAndSkipObservation mixes in an observation of
// the action before.
func NewSkipAndMax(e Env, times int) (*SkipAndMax, error) {
	space := e.Spec().Obs
	l, err := LayoutOf(space)
	if err == nil && (len(l.Parts) != 1 || l.Parts[0].Kind == Choice) {
		err = fmt.Errorf("env: SkipAndMax needs observations that are an Image, a Box or bits, and these are %s", Describe(space))
	}
	if err == nil && (times < 1 || times > maxFrameSkip) {
		err = fmt.Errorf("env: SkipAndMax of %d times, want 1 … %d", times, maxFrameSkip)
	}
	if err != nil {
		return nil, err
	}
	skip, err := NewFrameSkip(e, times)
	return &SkipAndMax{skip, make([]float32, l.Size)}, err
}

// Step repeats act. It stops early if the episode ends or reaches the time limit.
func (w *SkipAndMax) Step(act, obs []float32) Outcome {
	out, n := w.repeat(act, obs, w.other)
	if n > 1 {
		for i, v := range w.other {
			obs[i] = max(obs[i], v)
		}
	}
	return out
}

// A TimeAwareObservation appends the number of steps taken to the observation. Pardo et al. 2018,
// arXiv:1712.00378, section 3.
type TimeAwareObservation struct {
	baseWrapper
	asFraction bool // the new element is steps / maxSteps, not the number of steps
	maxSteps   int  // time limit
	steps      int  // steps taken in the episode
}

var _ Wrapper = (*TimeAwareObservation)(nil)

// NewTimeAwareObservation returns e with the number of steps taken as the last element of its
// observation. If asFraction is true, this element is the fraction of the time limit instead. The
// observation space of e must be a Box, and e must have a time limit. If a WithMaxSteps around
// the result sets another limit, the fraction uses that limit. The number of steps does not rise
// above the limit of e, even in longer episodes.
func NewTimeAwareObservation(e Env, asFraction bool) (*TimeAwareObservation, error) {
	spec := e.Spec()
	box, err := boxOf("TimeAwareObservation", "observations", spec.Obs)
	if err == nil && spec.MaxSteps < 1 {
		err = fmt.Errorf("env: TimeAwareObservation of %s, which has no time limit; put max_steps before it", spec.ID)
	}
	return &TimeAwareObservation{baseWrapper{Env: e, obs: withTimeElement(box, asFraction, spec.MaxSteps)}, asFraction, spec.MaxSteps, 0}, err
}

// withTimeElement returns b with one more element at the end for the time: a fraction from 0 to
// 1, or a number of steps from 0 to limit.
func withTimeElement(b Box, asFraction bool, limit int) Box {
	high, name := float32(limit), "steps taken"
	if asFraction {
		high, name = 1, "share of the time limit gone"
	}
	box := Box{Low: append(slices.Clone(b.Low), 0), High: append(slices.Clone(b.High), high)}
	if len(b.Names) > 0 {
		box.Names = append(slices.Clone(b.Names), name)
	}
	return box
}

// setLimit sets the time limit if the observation is a fraction of it. Otherwise the limit stays
// the upper bound of the observation space, which outer wrappers have already read.
func (w *TimeAwareObservation) setLimit(steps int) (innerSteps int) {
	if w.asFraction {
		w.maxSteps = steps
	}
	return steps
}

// Reset begins an episode at time 0.
func (w *TimeAwareObservation) Reset(seed uint64, obs []float32) {
	last := len(obs) - 1
	w.steps, obs[last] = 0, 0
	w.Env.Reset(seed, obs[:last])
}

// Step steps the wrapped environment.
func (w *TimeAwareObservation) Step(act, obs []float32) Outcome {
	last := len(obs) - 1
	w.steps++
	obs[last] = float32(min(w.steps, w.maxSteps))
	if w.asFraction {
		obs[last] = float32(float64(min(w.steps, w.maxSteps)) / float64(w.maxSteps))
	}
	return w.Env.Step(act, obs[:last])
}

// State saves or loads the step count and the wrapped environment.
func (w *TimeAwareObservation) State(s *state.State) {
	s.Int("time/taken", &w.steps, math.MaxInt)
	StateOf(w.Env, s)
}
