package env

import (
	"fmt"
	"strings"
)

// NewMaskVelocity returns e with the velocities in its observations set to 0, so that a policy
// must infer them from past observations. Velocities are the elements of e's Box whose names have
// the word velocity. Other wrappers keep the names: in stacked observations all past velocities
// are set to 0 too.
func NewMaskVelocity(e Env) (*MaskObservation, error) {
	spec := e.Spec()
	index := velocityIndices(spec.Obs)
	if len(index) > 0 {
		return NewMaskObservation(e, index...)
	}
	for w, ok := e.(Wrapper); ok; w, ok = w.Unwrap().(Wrapper) {
		if len(velocityIndices(w.Unwrap().Spec().Obs)) > 0 {
			return nil, fmt.Errorf("env: MaskVelocity of observations that are %s, where velocities are no longer found; put it before the wrapper that changes them",
				Describe(spec.Obs))
		}
	}
	return nil, fmt.Errorf("env: MaskVelocity does not know the velocities of %s, whose observations have no element with that name; MaskObservation takes their indices", spec.ID)
}

// velocityIndices returns the indices of the Box elements whose names have the word velocity.
func velocityIndices(s Space) (index []int) {
	box, _ := s.(Box)
	for i, name := range box.Names {
		if strings.Contains(name, "velocity") {
			index = append(index, i)
		}
	}
	return index
}
