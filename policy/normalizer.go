package policy

import (
	"math"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/tape"
)

// A Normalizer brings observations to about mean 0 and variance 1, element by
// element, and cuts them off at a distance from 0. Its mean and variance are saved
// with a policy, as obs_mean and obs_var.
type Normalizer struct {
	mean, variance *tape.Param // [O], which Apply uses
	clip           float32
	all            *Moments // what they are taken from, in training
	x              []float64
}

// varianceName is the name of a Normalizer's variance in a file.
const varianceName = "obs_var"

// NewNormalizer returns a Normalizer of rows of n numbers that cuts off at clip.
func NewNormalizer(n int, clip float32) *Normalizer {
	m := &Normalizer{tape.NewVector("obs_mean", n), tape.NewVector(varianceName, n), clip, NewMoments(n), nil}
	m.publish()
	return m
}

// Observe takes the rows of obs into account.
func (m *Normalizer) Observe(obs []float32) {
	if cap(m.x) < len(obs) {
		m.x = make([]float64, len(obs))
	}
	m.x = m.x[:len(obs)]
	for i, v := range obs {
		m.x[i] = float64(v)
	}
	m.all.Add(m.x)
	m.publish()
}

// publish makes the moments what is used, rounded as a file will have them.
func (m *Normalizer) publish() {
	for i := range m.mean.Value {
		m.mean.Value[i], m.variance.Value[i] = float32(m.all.Mean[i]), float32(m.all.Variance[i])
	}
}

// adopted is how many rows a loaded mean and variance stand for, if training goes
// on from them.
const adopted = 10_000

// Adopt goes on from the mean and the variance that there are, as after Load.
func (m *Normalizer) Adopt() {
	for i := range m.mean.Value {
		m.all.Mean[i], m.all.Variance[i] = float64(m.mean.Value[i]), float64(m.variance.Value[i])
	}
	m.all.Count = adopted
}

// Apply sets dst to the rows of obs, normalised.
func (m *Normalizer) Apply(dst, obs []float32) {
	n := len(m.mean.Value)
	for j := range n {
		mean, scale := float64(m.mean.Value[j]), 1/math.Sqrt(float64(m.variance.Value[j])+1e-8)
		for i := j; i < len(obs); i += n {
			dst[i] = min(max(float32((float64(obs[i])-mean)*scale), -m.clip), m.clip)
		}
	}
}

// State visits what Observe has seen.
func (m *Normalizer) State(s *state.State) {
	m.all.State(s)
	if s.Loading() {
		m.publish()
	}
}

// Normalized returns p with observations that m normalises first. It is a Valuer,
// and a Scorer, a Saver and a Masked if p is, which must be a Valuer. Scorers must
// be Masked.
func Normalized(p Policy, m *Normalizer) Policy {
	n := normalized{p, m, nil}
	if _, ok := p.(Scorer); ok {
		return &normalizedScorer{n}
	}
	return &n
}

type normalized struct {
	inner Policy
	m     *Normalizer
	x     []float32 // scratch: normalised rows
}

func (p *normalized) rows(obs []float32) []float32 {
	p.x = grow(p.x, len(obs))
	p.m.Apply(p.x, obs)
	return p.x
}

// Adopt is the Normalizer's.
func (p *normalized) Adopt() { p.m.Adopt() }

func (p *normalized) Act(obs, act []float32) { p.inner.Act(p.rows(obs), act) }

func (p *normalized) Sample(rng *rand.Rand, obs, act []float32) {
	p.inner.Sample(rng, p.rows(obs), act)
}

func (p *normalized) Values(obs, v []float32) { p.inner.(Valuer).Values(p.rows(obs), v) }

func (p *normalized) Tensors() []*tape.Param {
	return append(p.inner.(Saver).Tensors(), p.m.mean, p.m.variance)
}

func (p *normalized) Clone() Policy {
	m := &Normalizer{mean: p.m.mean.Clone(), variance: p.m.variance.Clone(), clip: p.m.clip}
	return Normalized(p.inner.Clone(), m)
}

type normalizedScorer struct{ normalized }

func (p *normalizedScorer) Scores(obs, score []float32) { p.inner.(Scorer).Scores(p.rows(obs), score) }

// Forbid is the inner policy's.
func (p *normalizedScorer) Forbid(forbidden []float32) { p.inner.(Masked).Forbid(forbidden) }

var (
	_ Masked = (*normalizedScorer)(nil)
	_ Saver  = (*normalized)(nil)
	_ Valuer = (*normalized)(nil)
	_ Saver  = (*normalizedScorer)(nil)
	_ Scorer = (*normalizedScorer)(nil)
)
