package policy

import (
	"math"

	"github.com/rlrun/rlrun/env/state"
)

// Moments are the mean and the variance of each column of all rows so far, put
// together batch by batch. Chan, Golub and LeVeque 1983, "Algorithms for
// computing the sample variance", eq. 2.1.
type Moments struct {
	Mean, Variance []float64 // [n]
	Count          float64   // rows so far, and 10⁻⁴ of mean 0 and variance 1 to begin with
}

// noRows is the count before the first row.
const noRows = 1e-4

// NewMoments returns the Moments of n columns before the first row.
func NewMoments(n int) *Moments {
	m := &Moments{make([]float64, n), make([]float64, n), noRows}
	for i := range m.Variance {
		m.Variance[i] = 1
	}
	return m
}

// Add takes the rows of x into account.
func (m *Moments) Add(x []float64) {
	n := len(m.Mean)
	rows := float64(len(x) / n)
	all := m.Count + rows
	for j := range n {
		var mean, squares float64
		for i := j; i < len(x); i += n {
			mean += x[i]
		}
		mean /= rows
		for i := j; i < len(x); i += n {
			d := x[i] - mean
			squares += float64(d * d)
		}
		d := mean - m.Mean[j]
		squares += float64(m.Variance[j]*m.Count) + float64(d*d*m.Count*rows/all)
		m.Mean[j] += float64(d * rows / all)
		m.Variance[j] = squares / all
	}
	m.Count = all
}

// Scale is 1 / √(variance + 10⁻⁸) of column j.
func (m *Moments) Scale(j int) float64 { return 1 / math.Sqrt(m.Variance[j]+1e-8) }

// State visits the moments.
func (m *Moments) State(s *state.State) {
	s.Doubles("moments/mean", m.Mean)
	s.Doubles("moments/variance", m.Variance)
	s.Double("moments/count", &m.Count)
}
