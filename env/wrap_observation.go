package env

import (
	"fmt"
	"math"
	"slices"

	"github.com/rlrun/rlrun/env/state"
)

// A TransformObservation computes its observation from the wrapped environment's observation. Wrappers
// that change only observations and have no memory embed it.
type TransformObservation struct {
	baseWrapper
	f     func(dst, x []float32)
	inner []float32
}

var _ Wrapper = (*TransformObservation)(nil)

// NewTransformObservation returns e with observations of the space obs. f writes an observation dst of that
// space, given an observation x of e, and may read the state of e. Neither f nor e keeps dst or x.
func NewTransformObservation(e Env, obs Space, f func(dst, x []float32)) *TransformObservation {
	return &TransformObservation{baseWrapper{Env: e, obs: obs}, f, make([]float32, e.Spec().Obs.Size())}
}

// Reset begins an episode.
func (w *TransformObservation) Reset(seed uint64, obs []float32) {
	w.Env.Reset(seed, w.inner)
	w.Transform(obs)
}

// Step steps the wrapped environment.
func (w *TransformObservation) Step(act, obs []float32) Outcome {
	out := w.Env.Step(act, w.inner)
	w.Transform(obs)
	return out
}

// Inner returns the last observation of the wrapped environment, until the next Step or Reset. An
// environment that is observed again may write it: see Transform.
func (w *TransformObservation) Inner() []float32 { return w.inner }

// Transform writes the observation for Inner.
func (w *TransformObservation) Transform(obs []float32) { w.f(obs, w.inner) }

// A FlattenObservation returns the observation as one flat row of numbers: see Flat.
type FlattenObservation struct{ *TransformObservation }

var _ Wrapper = (*FlattenObservation)(nil)

// NewFlattenObservation returns e with observations flattened by Layout.Flatten.
func NewFlattenObservation(e Env) *FlattenObservation {
	space := e.Spec().Obs
	l, _ := LayoutOf(space) // a space without a layout is refused by Registry.Make and NewVec
	return &FlattenObservation{NewTransformObservation(e, Flat(space), l.Flatten)}
}

// A FilterObservation returns only some fields or elements of the observation.
type FilterObservation struct{ *TransformObservation }

var _ Wrapper = (*FilterObservation)(nil)

// NewFilterObservation returns e with only the named fields of its Dict observations, in the
// order of the names.
func NewFilterObservation(e Env, names ...string) (*FilterObservation, error) {
	space, ok := e.Spec().Obs.(Dict)
	if !ok {
		return nil, fmt.Errorf("env: FilterObservation by names needs observations that are a Dict of named fields, and these are %s", Describe(e.Spec().Obs))
	}
	var kept Dict
	for _, name := range names {
		i := slices.IndexFunc(space, func(f Field) bool { return f.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("env: FilterObservation: there is no %q in the observations", name)
		}
		kept = append(kept, space[i])
	}
	if len(kept) == 0 {
		return nil, fmt.Errorf("env: FilterObservation to nothing, want a name or more")
	}
	return &FilterObservation{NewTransformObservation(e, kept, func(dst, x []float32) {
		for _, f := range kept {
			dst = dst[copy(dst, space.Part(f.Name, x)):]
		}
	})}, nil
}

// NewSelectObservation returns e with only the elements of its Box observations with the given
// indices, in the order of the indices.
func NewSelectObservation(e Env, index ...int) (*FilterObservation, error) {
	box, err := boxOf("FilterObservation", "observations", e.Spec().Obs)
	if err != nil {
		return nil, err
	}
	if err := checkIndices("FilterObservation", index, len(box.Low)); err != nil {
		return nil, err
	}
	var kept Box
	for _, i := range index {
		kept.Low, kept.High = append(kept.Low, box.Low[i]), append(kept.High, box.High[i])
		if len(box.Names) > 0 {
			kept.Names = append(kept.Names, box.Names[i])
		}
	}
	return &FilterObservation{NewTransformObservation(e, kept, func(dst, x []float32) {
		for j, i := range index {
			dst[j] = x[i]
		}
	})}, nil
}

// checkIndices returns an error if there is no index, or if an index is not one of 0, …, n-1.
func checkIndices(wrapper string, index []int, n int) error {
	if len(index) == 0 {
		return fmt.Errorf("env: %s of no elements, want one or more", wrapper)
	}
	for _, i := range index {
		if i < 0 || i >= n {
			return fmt.Errorf("env: %s of element %d of an observation, want 0 … %d", wrapper, i, n-1)
		}
	}
	return nil
}

// A MaskObservation returns the observation with some elements set to 0.
type MaskObservation struct{ *TransformObservation }

var _ Wrapper = (*MaskObservation)(nil)

// NewMaskObservation returns e with its Box observations set to 0 at the given indices.
func NewMaskObservation(e Env, index ...int) (*MaskObservation, error) {
	box, err := boxOf("MaskObservation", "observations", e.Spec().Obs)
	if err != nil {
		return nil, err
	}
	if err := checkIndices("MaskObservation", index, len(box.Low)); err != nil {
		return nil, err
	}
	masked := Box{Low: slices.Clone(box.Low), High: slices.Clone(box.High), Shape: box.Shape, Names: box.Names}
	for _, i := range index {
		masked.Low[i], masked.High[i] = min(masked.Low[i], 0), max(masked.High[i], 0)
	}
	return &MaskObservation{NewTransformObservation(e, masked, func(dst, x []float32) {
		copy(dst, x)
		for _, i := range index {
			dst[i] = 0
		}
	})}, nil
}

// An AddNoise adds normally distributed noise to observations.
type AddNoise struct {
	baseWrapper
	sigma float64 // standard deviation
	rng   Rand
}

var _ Wrapper = (*AddNoise)(nil)

// NewAddNoise returns e with noise added to its Box observations. The noise has the standard
// deviation sigma.
func NewAddNoise(e Env, sigma float64) (*AddNoise, error) {
	box, err := boxOf("AddNoise", "observations", e.Spec().Obs)
	if err == nil && !(0 <= sigma && sigma <= math.MaxFloat32) {
		err = fmt.Errorf("env: AddNoise of deviation %v, want 0 or more", sigma)
	}
	return &AddNoise{baseWrapper: baseWrapper{Env: e, obs: unbounded(box)}, sigma: sigma}, err
}

// Reset begins an episode.
func (w *AddNoise) Reset(seed uint64, obs []float32) {
	w.rng.Seed(Split(seed, 0))
	w.Env.Reset(Split(seed, 1), obs)
	w.addNoise(obs)
}

// Step steps the wrapped environment.
func (w *AddNoise) Step(act, obs []float32) Outcome {
	out := w.Env.Step(act, obs)
	w.addNoise(obs)
	return out
}

// addNoise adds noise to each element of obs.
func (w *AddNoise) addNoise(obs []float32) {
	for i := range obs {
		obs[i] += float32(w.sigma * w.rng.Normal())
	}
}

// State saves or loads the generator and the wrapped environment.
func (w *AddNoise) State(s *state.State) {
	w.rng.State(s)
	StateOf(w.Env, s)
}
