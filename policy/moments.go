package policy

import (
	"math"

	"github.com/rlrun/rlrun/env/state"
)

// Moments are the running mean and variance of each column over all rows that were added. Add
// updates them with a batch of rows: Chan, Golub and LeVeque 1983, "Algorithms for computing the
// sample variance", eq. 2.1.
type Moments struct {
	Mean, Variance []float64 // [n]
	Count          float64   // number of rows added, plus 10⁻⁴
}

// initialCount is the count before the first row. The initial mean 0 and variance 1 count as 10⁻⁴
// rows.
const initialCount = 1e-4

// NewMoments returns Moments of n columns with mean 0 and variance 1.
func NewMoments(n int) *Moments {
	m := &Moments{make([]float64, n), make([]float64, n), initialCount}
	for i := range m.Variance {
		m.Variance[i] = 1
	}
	return m
}

// Add updates the moments with the rows of x, [rows, n].
func (m *Moments) Add(x []float64) {
	n := len(m.Mean)
	rows := float64(len(x) / n)
	total := m.Count + rows
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
		squares += float64(m.Variance[j]*m.Count) + float64(d*d*m.Count*rows/total)
		m.Mean[j] += float64(d * rows / total)
		m.Variance[j] = squares / total
	}
	m.Count = total
}

// Scale returns 1 / √(variance + 10⁻⁸) of column j.
func (m *Moments) Scale(j int) float64 { return 1 / math.Sqrt(m.Variance[j]+1e-8) }

// State saves or loads the moments.
func (m *Moments) State(s *state.State) {
	s.Doubles("moments/mean", m.Mean)
	s.Doubles("moments/variance", m.Variance)
	s.Double("moments/count", &m.Count)
}
