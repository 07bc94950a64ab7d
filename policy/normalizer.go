package policy

import (
	"fmt"
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// A Normalizer normalises each number of an observation with the running mean and variance of
// that number, and clips the result to [-clip, clip]. Discrete variables, bits and images are
// unchanged. A policy's file has the mean and variance as obs_mean and obs_var. Training uses
// these float32 values too, so a saved policy acts exactly as in training.
type Normalizer struct {
	mean, variance *tape.Param // [K] float32 mean and variance that Apply uses
	columns        []int       // [K] position of each normalised number in an observation
	row            int         // floats of an observation
	clip           float32     // clip range
	moments        *Moments    // moments of all training observations
	x              []float64   // scratch: [N, K] numbers of a batch
}

// varianceName is the name of the variance tensor in a file.
const varianceName = "obs_var"

// NewNormalizer returns a Normalizer for observations of a space. clip is the clip range. It is
// an error if the space has no numbers.
func NewNormalizer(space env.Space, clip float32) (*Normalizer, error) {
	layout, err := env.LayoutOf(space)
	if err != nil {
		return nil, fmt.Errorf("norm_obs: %w", err)
	}
	columns := layout.Numbers()
	if len(columns) == 0 {
		return nil, fmt.Errorf("norm_obs of observations that are %s, want numbers (Box) among them", env.Describe(space))
	}
	k := len(columns)
	m := &Normalizer{
		mean: tape.NewVector("obs_mean", k), variance: tape.NewVector(varianceName, k),
		columns: columns, row: layout.Size, clip: clip, moments: NewMoments(k),
	}
	m.copyMoments()
	return m, nil
}

// Observe updates the mean and the variance with the observations obs [N, O].
func (m *Normalizer) Observe(obs []float32) {
	m.startFromLoaded()
	n := len(obs) / m.row
	m.x = f32.Grow(m.x, n*len(m.columns))
	for i := range n {
		for j, c := range m.columns {
			m.x[i*len(m.columns)+j] = float64(obs[i*m.row+c])
		}
	}
	m.moments.Add(m.x)
	m.copyMoments()
}

// copyMoments copies the moments to the float32 mean and variance.
func (m *Normalizer) copyMoments() {
	for i := range m.mean.Value {
		m.mean.Value[i], m.variance.Value[i] = float32(m.moments.Mean[i]), float32(m.moments.Variance[i])
	}
}

// loadedCount is the number of observations that a loaded mean and variance count for when
// training continues.
const loadedCount = 10_000

// startFromLoaded sets the moments to the mean and variance that were loaded from a file. It does
// nothing after the first observation, or if no mean and variance were loaded.
func (m *Normalizer) startFromLoaded() {
	if m.moments.Count != initialCount {
		return
	}
	for i, mean := range m.mean.Value {
		if mean != 0 || m.variance.Value[i] != 1 {
			m.moments.Count = loadedCount
		}
	}
	if m.moments.Count == loadedCount {
		for i, mean := range m.mean.Value {
			m.moments.Mean[i], m.moments.Variance[i] = float64(mean), float64(m.variance.Value[i])
		}
	}
}

// Apply writes the normalised observations to dst [N, O], from obs [N, O].
func (m *Normalizer) Apply(dst, obs []float32) {
	mean, variance := m.mean.Value, m.variance.Value
	if len(m.columns) == m.row {
		f32.Normalize(dst, obs, mean, variance, m.clip)
		return
	}
	copy(dst, obs)
	for j, c := range m.columns {
		scale := 1 / math.Sqrt(float64(variance[j])+1e-8)
		for i := c; i < len(obs); i += m.row {
			dst[i] = min(max(float32((float64(obs[i])-float64(mean[j]))*scale), -m.clip), m.clip)
		}
	}
}

// Clone returns a Normalizer with a copy of the current mean and variance. It returns nil for a
// nil Normalizer.
func (m *Normalizer) Clone() *Normalizer {
	if m == nil {
		return nil
	}
	c := *m
	c.mean, c.variance, c.x, c.moments = m.mean.Clone(), m.variance.Clone(), nil, NewMoments(len(m.columns))
	return &c
}

// tensors returns the mean and the variance, or nil for a nil Normalizer.
func (m *Normalizer) tensors() []*tape.Param {
	if m == nil {
		return nil
	}
	return []*tape.Param{m.mean, m.variance}
}

// State saves or loads the moments. It does nothing for a nil Normalizer.
func (m *Normalizer) State(s *state.State) {
	if m == nil {
		return
	}
	s.Section("normalizer", 1)
	m.startFromLoaded()
	m.moments.State(s)
	if s.Loading() {
		m.copyMoments()
	}
}
