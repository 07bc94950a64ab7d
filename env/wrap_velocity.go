package env

import (
	"fmt"
	"strings"
)

// NewMaskVelocity returns e with the velocities in its observations shown as 0, so
// that they have to be remembered from what was seen before. Velocities are the
// elements of its Box that have the word in their names. Wrappers carry names along:
// of stacked observations all velocities are hidden, those of the past too.
func NewMaskVelocity(e Env) (*MaskObservation, error) {
	spec := e.Spec()
	index := velocities(spec.Obs)
	if len(index) > 0 {
		return NewMaskObservation(e, index...)
	}
	for w, ok := e.(Wrapper); ok; w, ok = w.Unwrap().(Wrapper) {
		if len(velocities(w.Unwrap().Spec().Obs)) > 0 {
			return nil, fmt.Errorf("env: MaskVelocity of observations that are %s, where velocities are no longer to be found; put it before the wrapper that changes them to that",
				Describe(spec.Obs))
		}
	}
	return nil, fmt.Errorf("env: MaskVelocity does not know the velocities of %s, whose observations have no element with that name; MaskObservation takes their indices", spec.ID)
}

// velocities are the elements of a Box that have the word in their names.
func velocities(s Space) (index []int) {
	box, _ := s.(Box)
	for i, name := range box.Names {
		if strings.Contains(name, "velocity") {
			index = append(index, i)
		}
	}
	return index
}
