// Package env defines reinforcement-learning environments: the Env interface,
// the spaces that describe observations and actions, wrappers, the Registry
// that finds environments by id, Episode, which is one environment being played, and
// Vec, which steps many of them as one.
//
// Observations and actions are flat []float32 rows whose meaning is given by a
// Space. Callers own every buffer, so a step allocates nothing.
package env

import "github.com/rlrun/rlrun/env/state"

// An Env is one environment.
//
// An episode is a function of its seed and its actions alone: after
// Reset(seed), the same actions give bit-identical results, whatever was
// played before. Vec relies on this to resume a half-finished episode.
type Env interface {
	// Spec describes the environment. It never changes.
	Spec() Spec

	// Reset starts the episode named by seed and writes its first observation
	// to obs, a row of Spec().Obs.Size() floats.
	Reset(seed uint64, obs []float32)

	// Step applies act, a row of Spec().Act.Size() floats, and writes the
	// observation it leads to. After an Outcome that is Done, Reset must be
	// called before Step. Neither slice may be kept.
	Step(act, obs []float32) Outcome
}

// An Outcome is what one step yields besides the observation.
type Outcome struct {
	Reward     float64
	Terminated bool // a final state of the task: its value is 0
	Truncated  bool // cut off from outside: bootstrap. Time limits are the Vector's to apply
}

// Done reports whether the episode is over, for either reason.
func (o Outcome) Done() bool { return o.Terminated || o.Truncated }

// A Spec says what an environment looks like from outside. What it refers to
// must not be changed.
type Spec struct {
	ID              string   // [namespace/]Name-vN, as in a Registry
	Obs             Space    // of observations
	Act             Space    // of actions
	MaxSteps        int      // time limit of an episode, which the Vector applies; 0 means none
	RewardThreshold *float64 // return that counts as solved; nil where none is agreed on
}

// A Snapshotter is an Env whose State visits everything its episode depends
// on, generators and counters included. It makes checkpoints short, and lets a
// search or a viewer step back in time.
type Snapshotter interface {
	Env
	state.Stater
}

// Physics is what an Env has whose physical state can be read and set, as for a
// comparison with another implementation. It is not all there is to an
// episode: a Snapshotter's State is.
type Physics interface {
	// Physics appends the state variables to dst, in SI units.
	Physics(dst []float64) []float64

	// SetPhysics makes x the state that the next Step goes on from, as if the
	// episode had just begun there. An x that no state can be is an error and
	// changes nothing.
	SetPhysics(x []float64) error

	// Observe writes the observation of the present state.
	Observe(obs []float32)
}

// Drawn is what an Env has whose random numbers can be given from outside, so
// that an episode of another implementation can be repeated.
type Drawn interface {
	// SetDraws makes the next Reset or Step take its random numbers from draws, in
	// order, before its own generator's: uniform numbers in [0, 1), or for example
	// cards, where the environment draws these. Numbers that are left over are for the
	// next call, until SetDraws(nil). A number that cannot be drawn is an error and
	// changes nothing.
	SetDraws(draws []float64) error
}

// A Masker is an Env not all of whose actions can be taken in every state. Its actions
// are choices: a Discrete, a MultiDiscrete, a MultiBinary, or several of them. An action
// that cannot be taken is no error, but does what the environment says.
type Masker interface {
	// Mask writes which actions can be taken in the present state: a bool for each value
	// of each choice, side by side, and two for a bit, which may be 0 and may be 1. See
	// Layout.MaskSize. Of each choice at least one value must be allowed, unless the
	// episode has been terminated.
	Mask(allowed []bool)
}

// A Clipper is an Env that clips actions to the bounds of its Box, as the original
// environment does. Its actions out of bounds are not an error.
type Clipper interface {
	// ClipsActions does nothing. It marks the environment.
	ClipsActions()
}

// As returns the first environment in e's chain of wrappers that is a T,
// as errors.As does for errors. It is how a window finds a render.Scene.
func As[T any](e Env) (T, bool) {
	return find[T](e, func(Wrapper) bool { return true })
}

// AsIs returns the first environment in e's chain of wrappers that is a T and has
// the observations, actions and dynamics of e itself: it looks only through wrappers
// that change the time limit or rewards. It finds the model of a tabular environment.
func AsIs[T any](e Env) (T, bool) { return find[T](e, keepsModel) }

// find returns the first environment in e's chain of wrappers that is a T. It looks
// only through wrappers for which through is true.
func find[T any](e Env, through func(Wrapper) bool) (T, bool) {
	for {
		if t, ok := e.(T); ok {
			return t, true
		}
		w, ok := e.(Wrapper)
		if !ok || !through(w) {
			var zero T
			return zero, false
		}
		e = w.Unwrap()
	}
}
