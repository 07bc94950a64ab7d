package multibody

import (
	"math"
	"math/rand/v2"
	"testing"
)

// gauss solves a·x = b by elimination with pivots.
func gauss(a [][]float64, b []float64) []float64 {
	n := len(b)
	for c := range n {
		p := c
		for r := c + 1; r < n; r++ {
			if math.Abs(a[r][c]) > math.Abs(a[p][c]) {
				p = r
			}
		}
		a[c], a[p], b[c], b[p] = a[p], a[c], b[p], b[c]
		for r := range n {
			if f := a[r][c] / a[c][c]; r != c {
				for k := c; k < n; k++ {
					a[r][k] -= f * a[c][k]
				}
				b[r] -= f * b[c]
			}
		}
	}
	for i := range b {
		b[i] /= a[i][i]
	}
	return b
}

// TestFactor compares factor, solve and mulM with dense matrices, for the inertia matrices of all
// mechanisms in random poses.
func TestFactor(t *testing.T) {
	for name, m := range mechanisms(t) {
		d := m.NewData()
		r := rand.New(rand.NewPCG(1, 2))
		for range 20 {
			x, product, want := make([]float64, m.NV), make([]float64, m.NV), make([]float64, m.NV)
			for i := range d.Qpos {
				d.Qpos[i] += r.NormFloat64()
			}
			for i := range x {
				x[i] = r.NormFloat64()
			}
			d.Forward()
			dense := make([][]float64, m.NV)
			for i := range dense {
				dense[i] = make([]float64, m.NV)
			}
			for i := range m.dofs {
				at := m.dofs[i].row
				for k := range m.dofs[i].rowSize {
					j := m.ancestors[at+k]
					dense[i][j], dense[j][i] = d.massMatrix[at+k], d.massMatrix[at+k]
				}
			}
			for i := range want {
				for j := range x {
					want[i] += dense[i][j] * x[j]
				}
			}
			d.mulM(product, x)
			if e := difference(product, want); e > 1e-13 {
				t.Errorf("%s: M·x differs by %v", name, e)
			}
			copy(d.factored, d.massMatrix)
			got, half := append([]float64(nil), x...), append([]float64(nil), x...)
			m.factor(d.factored, d.factored, half)
			m.solve(got, d.factored)
			m.finishSolve(half, d.factored)
			if e := difference(got, half); e > 0 {
				t.Errorf("%s: factor and finishSolve differ from solve by %v", name, e)
			}
			if e := difference(got, gauss(dense, x)); e > 1e-11 {
				t.Errorf("%s: M⁻¹·x differs by %v", name, e)
			}
		}
	}
}
