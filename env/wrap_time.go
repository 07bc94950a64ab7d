package env

import (
	"fmt"
	"math"
	"slices"

	"github.com/rlrun/rlrun/env/state"
)

// WithMaxSteps is an environment with another time limit, which the Vector
// applies.
type WithMaxSteps struct {
	within
	steps int
}

var _ Wrapper = WithMaxSteps{}

// NewWithMaxSteps returns e with episodes of at most the given steps; 0 means no
// limit. Wrappers in e that count steps are given the new limit.
func NewWithMaxSteps(e Env, steps int) WithMaxSteps {
	if steps > 0 {
		setLimit(e, steps)
	}
	return WithMaxSteps{within{Env: e}, steps}
}

// setLimit gives the wrappers in e that count steps a new time limit, which is applied
// around e.
func setLimit(e Env, steps int) {
	for {
		if t, ok := e.(interface{ setLimit(steps int) (within int) }); ok {
			steps = t.setLimit(steps)
		}
		w, ok := e.(Wrapper)
		if !ok {
			return
		}
		e = w.Unwrap()
	}
}

// Spec returns the Spec of the environment within, with the new limit.
func (w WithMaxSteps) Spec() Spec {
	s := w.Env.Spec()
	s.MaxSteps = w.steps
	return s
}

// FrameSkip takes every action several times in a row, and pays the sum of the
// rewards. It observes what the last time led to.
type FrameSkip struct {
	within
	times int
	max   int // the time limit, in steps of the environment within
	taken int // of these in the episode
}

var _ Wrapper = (*FrameSkip)(nil)

// mostSkipped bounds the times of a FrameSkip, for a step to end within a reasonable
// time.
const mostSkipped = 1 << 20

// NewFrameSkip returns e with every action taken that many times, 1 … 1048576.
func NewFrameSkip(e Env, times int) (*FrameSkip, error) {
	if times < 1 || times > mostSkipped {
		return nil, fmt.Errorf("env: FrameSkip of %d times, want 1 … %d", times, mostSkipped)
	}
	return &FrameSkip{within{Env: e}, times, e.Spec().MaxSteps, 0}, nil
}

// Spec returns the Spec of the environment within, whose time limit counts its own steps.
func (w *FrameSkip) Spec() Spec {
	s := w.Env.Spec()
	if s.MaxSteps = w.max / w.times; w.max%w.times > 0 {
		s.MaxSteps++
	}
	return s
}

// setLimit makes the time limit steps of w, and returns it in steps of the
// environment within.
func (w *FrameSkip) setLimit(steps int) (within int) {
	w.max = min(steps, math.MaxInt/w.times) * w.times
	return w.max
}

// Reset starts an episode.
func (w *FrameSkip) Reset(seed uint64, obs []float32) {
	w.taken = 0
	w.Env.Reset(seed, obs)
}

// Step takes act until the episode ends, or its time is up.
func (w *FrameSkip) Step(act, obs []float32) (out Outcome) {
	var sum float64
	for range w.times {
		out = w.Env.Step(act, obs)
		sum += out.Reward
		if w.taken++; out.Done() || w.taken == w.max {
			break
		}
	}
	out.Reward = sum
	return out
}

// State visits the steps taken and the environment within.
func (w *FrameSkip) State(s *state.State) {
	s.Int("frameskip/taken", &w.taken, math.MaxInt)
	StateOf(w.Env, s)
}

// TimeAwareObservation appends to observations the steps taken so far. Pardo et
// al. 2018, arXiv:1712.00378, section 3.
type TimeAwareObservation struct {
	within
	share bool // of the time limit, in place of a number
	max   int  // the time limit
	taken int
}

var _ Wrapper = (*TimeAwareObservation)(nil)

// NewTimeAwareObservation returns e with the steps taken as a last element of its
// observations, or the share of the time limit if share is true. Observations must be
// those of a Box, and e must have a time limit. The share is of the limit that
// applies in the end, which a NewWithMaxSteps around it may set. The number of steps
// stays at the limit of e in longer episodes.
func NewTimeAwareObservation(e Env, share bool) (*TimeAwareObservation, error) {
	spec := e.Spec()
	box, err := boxOf("TimeAwareObservation", "observations", spec.Obs)
	if err == nil && spec.MaxSteps < 1 {
		err = fmt.Errorf("env: TimeAwareObservation of %s, which has no time limit; put max_steps before it", spec.ID)
	}
	return &TimeAwareObservation{within{Env: e, obs: timed(box, share, spec.MaxSteps)}, share, spec.MaxSteps, 0}, err
}

// timed returns b with a last element for the time: a share, or a number of steps up to
// limit.
func timed(b Box, share bool, limit int) Box {
	most, name := float32(limit), "steps taken"
	if share {
		most, name = 1, "share of the time limit gone"
	}
	box := Box{Low: append(slices.Clone(b.Low), 0), High: append(slices.Clone(b.High), most)}
	if len(b.Names) > 0 {
		box.Names = append(slices.Clone(b.Names), name)
	}
	return box
}

// setLimit makes steps the time limit if the share of it is shown. Otherwise the bound
// of the observation space stays, which the wrappers around have already read.
func (w *TimeAwareObservation) setLimit(steps int) (within int) {
	if w.share {
		w.max = steps
	}
	return steps
}

// Reset starts an episode, at time 0.
func (w *TimeAwareObservation) Reset(seed uint64, obs []float32) {
	last := len(obs) - 1
	w.taken, obs[last] = 0, 0
	w.Env.Reset(seed, obs[:last])
}

// Step steps the environment within.
func (w *TimeAwareObservation) Step(act, obs []float32) Outcome {
	last := len(obs) - 1
	w.taken++
	obs[last] = float32(min(w.taken, w.max))
	if w.share {
		obs[last] = float32(float64(min(w.taken, w.max)) / float64(w.max))
	}
	return w.Env.Step(act, obs[:last])
}

// State visits the steps taken and the environment within.
func (w *TimeAwareObservation) State(s *state.State) {
	s.Int("time/taken", &w.taken, math.MaxInt)
	StateOf(w.Env, s)
}
