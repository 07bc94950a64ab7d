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
	for j := 0; j < n; j += 4 {
		mean, squares := columnMoments(x, n, j)
		for k := range min(4, n-j) {
			d := mean[k] - m.Mean[j+k]
			sum := squares[k] + (float64(m.Variance[j+k]*m.Count) + float64(d*d*m.Count*rows/total))
			m.Mean[j+k] += float64(d * rows / total)
			m.Variance[j+k] = sum / total
		}
	}
	m.Count = total
}

// columnMoments returns the means and the sums of the squared deviations of the columns j to j+3
// of x, [rows, n]. It adds the numbers of a column in the order of the rows, and four columns at the
// same time, because an addition waits for the one before it. In place of a column that x does not have it
// uses the last column.
func columnMoments(x []float64, n, j int) (mean, squares [4]float64) {
	if len(x) == 0 {
		return mean, squares
	}
	a, b, c := min(j+1, n-1)-j, min(j+2, n-1)-j, min(j+3, n-1)-j
	var m0, m1, m2, m3 float64
	for i := j; i < len(x); i += n {
		m0, m1, m2, m3 = m0+x[i], m1+x[i+a], m2+x[i+b], m3+x[i+c]
	}
	rows := float64(len(x) / n)
	m0, m1, m2, m3 = m0/rows, m1/rows, m2/rows, m3/rows
	var s0, s1, s2, s3 float64
	for i := j; i < len(x); i += n {
		d0, d1, d2, d3 := x[i]-m0, x[i+a]-m1, x[i+b]-m2, x[i+c]-m3
		s0, s1, s2, s3 = s0+float64(d0*d0), s1+float64(d1*d1), s2+float64(d2*d2), s3+float64(d3*d3)
	}
	return [4]float64{m0, m1, m2, m3}, [4]float64{s0, s1, s2, s3}
}

// Scale returns 1 / √(variance + 10⁻⁸) of column j.
func (m *Moments) Scale(j int) float64 { return 1 / math.Sqrt(m.Variance[j]+1e-8) }

// State saves or loads the moments.
func (m *Moments) State(s *state.State) {
	s.Doubles("moments/mean", m.Mean)
	s.Doubles("moments/variance", m.Variance)
	s.Double("moments/count", &m.Count)
}
