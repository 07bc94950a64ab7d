package env

import (
	"fmt"
	"math"

	"github.com/rlrun/rlrun/env/state"
)

// A Wrapper is an Env around another Env. Its State saves or loads the wrapper's own state and
// then calls StateOf(Unwrap(), s). Every Wrapper must have State, so that the state of the inner
// environment is never used as the whole state. A Wrapper keeps nothing from one episode to the
// next, unless it only adds to rewards in training and its State has what it keeps.
type Wrapper interface {
	Snapshotter
	Unwrap() Env
}

// keepsModel reports whether w changes only rewards or the time limit. It compares exact types,
// because a type that embeds such a wrapper may change more.
func keepsModel(w Wrapper) bool {
	switch w.(type) {
	case ScaleReward, TransformReward, WithMaxSteps:
		return true
	}
	return false
}

// Snapshots reports whether the environment inside all wrappers of e is a Snapshotter. The
// wrappers themselves are always Snapshotters.
func Snapshots(e Env) bool {
	for {
		if w, ok := e.(Wrapper); ok {
			e = w.Unwrap()
			continue
		}
		_, ok := e.(Snapshotter)
		return ok
	}
}

// StateOf saves or loads the state of e. A Wrapper calls it for the environment that it wraps. If
// e is no Snapshotter, StateOf sets the error of s: see Snapshots.
func StateOf(e Env, s *state.State) {
	if sn, ok := e.(Snapshotter); ok {
		sn.State(s)
	} else {
		s.Fail(fmt.Errorf("env: %T is no Snapshotter", e))
	}
}

// A baseWrapper is embedded in most wrappers. It passes all calls to the wrapped environment, may
// replace its spaces, and has no state of its own.
type baseWrapper struct {
	Env
	obs, act Space // nil: the space of the wrapped environment
	frames   int   // Frames of the Spec if obs is not nil
}

// Spec returns the Spec of the wrapped environment, with the new spaces.
func (w baseWrapper) Spec() Spec {
	s := w.Env.Spec()
	if w.obs != nil {
		s.Obs, s.Frames = w.obs, w.frames
	}
	if w.act != nil {
		s.Act = w.act
	}
	return s
}

// Unwrap returns the wrapped environment.
func (w baseWrapper) Unwrap() Env { return w.Env }

// State saves or loads the state of the wrapped environment.
func (w baseWrapper) State(s *state.State) { StateOf(w.Env, s) }

// boxOf returns s as a Box, or an error if it is no Box. The error names the wrapper and what the
// space is for: "actions" or "observations".
func boxOf(wrapper, what string, s Space) (Box, error) {
	b, ok := s.(Box)
	if !ok {
		return b, fmt.Errorf("env: %s needs %s that are a Box of numbers, and these are %s", wrapper, what, Describe(s))
	}
	return b, nil
}

// checkBounded returns an error if an element of b has an infinite bound, or if its upper bound
// is not above its lower bound.
func checkBounded(wrapper string, b Box) error {
	for i := range b.Low {
		if width := b.High[i] - b.Low[i]; !(width > 0 && width <= math.MaxFloat32) {
			return fmt.Errorf("env: %s of element %d, in %v … %v, want two bounds, the lower one first", wrapper, i, b.Low[i], b.High[i])
		}
	}
	return nil
}
