package env

import (
	"fmt"
	"math"

	"github.com/rlrun/rlrun/env/state"
)

// A Wrapper is an Env around another. Its State visits what the wrapper itself
// holds and then calls StateOf(Unwrap(), s), so that As never mistakes the
// inner environment's state for the whole. It keeps nothing across episodes.
type Wrapper interface {
	Snapshotter
	Unwrap() Env
}

// keepsModel reports whether w changes only rewards or the time limit. A type that
// embeds such a wrapper may change more, so it is not one of them.
func keepsModel(w Wrapper) bool {
	switch w.(type) {
	case ScaleReward, TransformReward, WithMaxSteps:
		return true
	}
	return false
}

// Snapshots reports whether e and all it wraps are Snapshotters.
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

// StateOf visits the state of e, which a Wrapper calls on what it wraps.
// Where e has none, s fails: see Snapshots.
func StateOf(e Env, s *state.State) {
	if sn, ok := e.(Snapshotter); ok {
		sn.State(s)
	} else {
		s.Fail(fmt.Errorf("env: %T is no Snapshotter", e))
	}
}

// within is what most wrappers begin with: an environment, all of which passes that they
// do not change, with spaces in place of its own, and no state.
type within struct {
	Env
	obs, act Space // nil for the environment's
}

// Spec returns the Spec of the environment within, with the new spaces.
func (w within) Spec() Spec {
	s := w.Env.Spec()
	if w.obs != nil {
		s.Obs = w.obs
	}
	if w.act != nil {
		s.Act = w.act
	}
	return s
}

// Unwrap returns the environment within.
func (w within) Unwrap() Env { return w.Env }

// State visits the environment within.
func (w within) State(s *state.State) { StateOf(w.Env, s) }

// boxOf returns a space as a Box, for a wrapper that needs one.
func boxOf(wrapper, what string, s Space) (Box, error) {
	b, ok := s.(Box)
	if !ok {
		return b, fmt.Errorf("env: %s needs %s that are a Box of numbers, and these are %s", wrapper, what, Describe(s))
	}
	return b, nil
}

// bounded returns an error if a Box has an element without bounds, or with none
// in between.
func bounded(wrapper string, b Box) error {
	for i := range b.Low {
		if width := b.High[i] - b.Low[i]; !(width > 0 && width <= math.MaxFloat32) {
			return fmt.Errorf("env: %s of element %d, in %v … %v, want two bounds, the lower one first", wrapper, i, b.Low[i], b.High[i])
		}
	}
	return nil
}
