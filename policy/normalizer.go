package policy

import (
	"fmt"
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// A Normalizer brings the numbers of observations to about mean 0 and variance 1, element
// by element, and cuts them off at a distance from 0. Choices, bits and images stay as
// they are. Its mean and variance are saved with a policy, as obs_mean and obs_var, and
// are rounded as a file has them.
type Normalizer struct {
	mean, variance *tape.Param // [K], which Apply uses
	columns        []int       // [K] the numbers in a row
	row            int         // floats in a row of observations
	clip           float32
	all            *Moments  // of all observations in training
	x              []float64 // scratch: [N, K]
}

// varianceName is the name of a Normalizer's variance in a file.
const varianceName = "obs_var"

// NewNormalizer returns a Normalizer of observations that cuts off at clip. A space
// without numbers is an error.
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
		columns: columns, row: layout.Size, clip: clip, all: NewMoments(k),
	}
	m.publish()
	return m, nil
}

// Observe takes the rows of obs into account.
func (m *Normalizer) Observe(obs []float32) {
	m.adopt()
	n := len(obs) / m.row
	m.x = f32.Grow(m.x, n*len(m.columns))
	for i := range n {
		for j, c := range m.columns {
			m.x[i*len(m.columns)+j] = float64(obs[i*m.row+c])
		}
	}
	m.all.Add(m.x)
	m.publish()
}

// publish makes the moments the mean and variance in use.
func (m *Normalizer) publish() {
	for i := range m.mean.Value {
		m.mean.Value[i], m.variance.Value[i] = float32(m.all.Mean[i]), float32(m.all.Variance[i])
	}
}

// adopted is how many rows a loaded mean and variance stand for, if training goes on from
// them.
const adopted = 10_000

// adopt goes on from a mean and a variance that were loaded before the first observation.
func (m *Normalizer) adopt() {
	if m.all.Count != noRows {
		return
	}
	for i, mean := range m.mean.Value {
		if mean != 0 || m.variance.Value[i] != 1 {
			m.all.Count = adopted
		}
	}
	if m.all.Count == adopted {
		for i, mean := range m.mean.Value {
			m.all.Mean[i], m.all.Variance[i] = float64(mean), float64(m.variance.Value[i])
		}
	}
}

// Apply sets dst to the rows of obs, normalised.
func (m *Normalizer) Apply(dst, obs []float32) {
	if len(m.columns) < m.row {
		copy(dst, obs)
	}
	for j, c := range m.columns {
		mean, scale := float64(m.mean.Value[j]), 1/math.Sqrt(float64(m.variance.Value[j])+1e-8)
		for i := c; i < len(obs); i += m.row {
			dst[i] = min(max(float32((float64(obs[i])-mean)*scale), -m.clip), m.clip)
		}
	}
}

// Clone returns a Normalizer that applies the present mean and variance, and does not
// change with m.
func (m *Normalizer) Clone() *Normalizer {
	if m == nil {
		return nil
	}
	c := *m
	c.mean, c.variance, c.x, c.all = m.mean.Clone(), m.variance.Clone(), nil, NewMoments(len(m.columns))
	return &c
}

// tensors returns the mean and the variance; nothing of a nil Normalizer.
func (m *Normalizer) tensors() []*tape.Param {
	if m == nil {
		return nil
	}
	return []*tape.Param{m.mean, m.variance}
}

// State visits what Observe has seen; nothing of a nil Normalizer.
func (m *Normalizer) State(s *state.State) {
	if m == nil {
		return
	}
	s.Section("normalizer", 1)
	m.adopt()
	m.all.State(s)
	if s.Loading() {
		m.publish()
	}
}
