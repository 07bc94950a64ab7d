package env

import (
	"fmt"
	"math"
	"slices"

	"github.com/rlrun/rlrun/env/state"
)

// mapped shows a function of the inner environment's observations: what has to
// do with observations alone, and no memory, is one of these.
type mapped struct {
	within
	apply func(dst, x []float32) // to dst, a row of obs, from x, a row of the inner space
	inner []float32              // the inner observation
}

func newMapped(e Env, obs Space, apply func(dst, x []float32)) mapped {
	return mapped{within{Env: e, obs: obs}, apply, make([]float32, e.Spec().Obs.Size())}
}

// Reset starts an episode.
func (w *mapped) Reset(seed uint64, obs []float32) {
	w.Env.Reset(seed, w.inner)
	w.apply(obs, w.inner)
}

// Step steps the environment within.
func (w *mapped) Step(act, obs []float32) Outcome {
	out := w.Env.Step(act, w.inner)
	w.apply(obs, w.inner)
	return out
}

// FlattenObservation shows one row of numbers: see Flat.
type FlattenObservation struct{ mapped }

var _ Wrapper = (*FlattenObservation)(nil)

// NewFlattenObservation returns e with observations as Layout.Flatten has them.
func NewFlattenObservation(e Env) *FlattenObservation {
	space := e.Spec().Obs
	l, _ := LayoutOf(space) // an e without one is refused where it is made, or put in a Vector
	return &FlattenObservation{newMapped(e, Flat(space), l.Flatten)}
}

// FilterObservation shows parts of observations.
type FilterObservation struct{ mapped }

var _ Wrapper = (*FilterObservation)(nil)

// NewFilterObservation returns e with those fields of its Dict observations that
// are named, in that order.
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
	return &FilterObservation{newMapped(e, kept, func(dst, x []float32) {
		for _, f := range kept {
			dst = dst[copy(dst, space.Part(f.Name, x)):]
		}
	})}, nil
}

// NewSelectObservation returns e with those elements of its Box observations whose
// indices are given, in that order.
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
	return &FilterObservation{newMapped(e, kept, func(dst, x []float32) {
		for j, i := range index {
			dst[j] = x[i]
		}
	})}, nil
}

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

// MaskObservation shows 0 in place of some elements.
type MaskObservation struct{ mapped }

var _ Wrapper = (*MaskObservation)(nil)

// NewMaskObservation returns e with the elements of the given indices of its Box
// observations shown as 0.
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
	return &MaskObservation{newMapped(e, masked, func(dst, x []float32) {
		copy(dst, x)
		for _, i := range index {
			dst[i] = 0
		}
	})}, nil
}

// AddNoise adds normal noise to observations.
type AddNoise struct {
	within
	sigma float64
	rng   Rand
}

var _ Wrapper = (*AddNoise)(nil)

// NewAddNoise returns e with noise of deviation sigma on its Box observations.
func NewAddNoise(e Env, sigma float64) (*AddNoise, error) {
	box, err := boxOf("AddNoise", "observations", e.Spec().Obs)
	if err == nil && !(0 <= sigma && sigma <= math.MaxFloat32) {
		err = fmt.Errorf("env: AddNoise of deviation %v, want 0 or more", sigma)
	}
	return &AddNoise{within: within{Env: e, obs: unbounded(box)}, sigma: sigma}, err
}

// Reset starts an episode.
func (w *AddNoise) Reset(seed uint64, obs []float32) {
	w.rng.Seed(Split(seed, 0))
	w.Env.Reset(Split(seed, 1), obs)
	w.add(obs)
}

// Step steps the environment within.
func (w *AddNoise) Step(act, obs []float32) Outcome {
	out := w.Env.Step(act, obs)
	w.add(obs)
	return out
}

func (w *AddNoise) add(obs []float32) {
	for i := range obs {
		obs[i] += float32(w.sigma * w.rng.Normal())
	}
}

// State visits the generator and the environment within.
func (w *AddNoise) State(s *state.State) {
	w.rng.State(s)
	StateOf(w.Env, s)
}
