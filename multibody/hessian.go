package multibody

import "math"

// quadraticMinimum sets a to the accelerations of least cost if exactly the edges that push now
// pushed everywhere:
//
//	(M + JᵀCJ)·a = smooth − JᵀC·bias,    with the curvature C of each constraint
//
// If each constraint's dofs are on one path up a tree, the matrix has the zeros of M, and so have
// its L'DL factors (Featherstone 2008, section 6.5). Otherwise it is dense.
func (d *Data) quadraticMinimum(a []float64) {
	copy(a, d.smooth)
	if d.allTree {
		copy(d.hessian, d.massMatrix)
	} else {
		d.spreadMassMatrix()
	}
	for i := range d.constraints {
		c := &d.constraints[i]
		switch {
		case c.active == 0:
		case c.dim == 1 && len(c.chain) == 1:
			d.addOneEntry(c, a)
		case !d.allTree:
			d.addDense(c, a)
		case c.dim == 1:
			d.addOneRow(c, a)
		case c.dim == 2:
			d.addTwoRows(c, a)
		default:
			d.addThreeRows(c, a)
		}
	}
	if d.allTree {
		d.m.factor(d.hessian, d.hessian, a)
		d.m.finishSolve(a, d.hessian)
	} else {
		d.denseSolve(a)
	}
}

// addOneEntry adds a constraint on one dof to the equation of quadraticMinimum.
func (d *Data) addOneEntry(c *constraint, rhs []float64) {
	k, x := c.chain[0], d.jacobian[c.jacobianAt]
	rhs[k] -= float64(c.stiffness * x * c.bias[0])
	if d.allTree {
		d.hessian[d.m.dofs[k].row] += float64(c.stiffness * x * x)
	} else {
		d.dense[int(k)*(d.m.NV+1)] += float64(c.stiffness * x * x)
	}
}

// addOneRow adds a constraint of one row to the tree-sparse equation of quadraticMinimum.
func (d *Data) addOneRow(c *constraint, rhs []float64) {
	row := d.jacobian[c.jacobianAt:][:len(c.chain)]
	f := c.stiffness * c.bias[0]
	for r, k := range c.chain {
		x := row[r]
		rhs[k] -= float64(f * x)
		w := c.stiffness * x
		j := row[r:]
		into := d.hessian[d.m.dofs[k].row:][:len(j)]
		for t, z := range j {
			into[t] += float64(w * z)
		}
	}
}

// addTwoRows adds a constraint of two rows to the tree-sparse equation of quadraticMinimum.
func (d *Data) addTwoRows(c *constraint, rhs []float64) {
	n := len(c.chain)
	row0, row1 := d.jacobian[c.jacobianAt:][:n], d.jacobian[int(c.jacobianAt)+n:][:n]
	curve := c.curvature()
	f0, f1, _ := curve.times(c.bias[0], c.bias[1], 0)
	for r, k := range c.chain {
		x, y := row0[r], row1[r]
		rhs[k] -= float64(f0*x) + float64(f1*y)
		w0, w1 := float64(curve.c00*x)+float64(curve.c01*y), float64(curve.c01*x)+float64(curve.c11*y)
		j0 := row0[r:]
		j1 := row1[r:][:len(j0)]
		into := d.hessian[d.m.dofs[k].row:][:len(j0)]
		for t, z := range j0 {
			into[t] += float64(w0*z) + float64(w1*j1[t])
		}
	}
}

// addThreeRows adds a constraint of three rows to the tree-sparse equation of quadraticMinimum.
func (d *Data) addThreeRows(c *constraint, rhs []float64) {
	row0, row1, row2 := d.threeRows(c)
	curve := c.curvature()
	f0, f1, f2 := curve.times(c.bias[0], c.bias[1], c.bias[2])
	for r, k := range c.chain {
		x, y, z := row0[r], row1[r], row2[r]
		rhs[k] -= float64(f0*x) + float64(f1*y) + float64(f2*z)
		w0, w1, w2 := curve.times(x, y, z)
		j0 := row0[r:]
		j1, j2 := row1[r:][:len(j0)], row2[r:][:len(j0)]
		into := d.hessian[d.m.dofs[k].row:][:len(j0)]
		for t, z := range j0 {
			into[t] += float64(w0*z) + float64(w1*j1[t]) + float64(w2*j2[t])
		}
	}
}

// addDense adds a constraint to the lower triangle of the dense equation of quadraticMinimum.
func (d *Data) addDense(c *constraint, rhs []float64) {
	row0, row1, row2 := d.threeRows(c)
	curve := c.curvature()
	if c.dim == 2 {
		curve.c02, curve.c22 = 0, 0
	}
	f0, f1, f2 := curve.times(c.bias[0], c.bias[1], c.bias[2])
	for r, k := range c.chain {
		x, y, z := row0[r], row1[r], row2[r]
		rhs[k] -= float64(f0*x) + float64(f1*y) + float64(f2*z)
		w0, w1, w2 := curve.times(x, y, z)
		into := d.dense[int(k)*d.m.NV:][:d.m.NV]
		for t := r; t < len(row0); t++ {
			into[c.chain[t]] += float64(w0*row0[t]) + float64(w1*row1[t]) + float64(w2*row2[t])
		}
	}
}

// threeRows returns the rows of a constraint's Jacobian, with the first one in place of rows that it
// lacks; their curvature is 0.
func (d *Data) threeRows(c *constraint) (row0, row1, row2 []float64) {
	n := len(c.chain)
	row0 = d.jacobian[c.jacobianAt:][:n]
	row1, row2 = row0, row0
	if c.dim > 1 {
		row1 = d.jacobian[int(c.jacobianAt)+n:][:n]
	}
	if c.dim > 2 {
		row2 = d.jacobian[int(c.jacobianAt)+2*n:][:n]
	}
	return row0, row1, row2
}

// spreadMassMatrix sets dense to the lower triangle of M.
func (d *Data) spreadMassMatrix() {
	n := d.m.NV
	clear(d.dense)
	for i := range d.m.dofs {
		row := d.m.dofs[i].row
		for t := range d.m.dofs[i].rowSize {
			d.dense[i*n+int(d.m.ancestors[row+t])] = d.massMatrix[row+t]
		}
	}
}

// denseSolve replaces x by the solution of dense·y = x, and dense by its Cholesky factor with
// inverse diagonal.
func (d *Data) denseSolve(x []float64) {
	n, h := d.m.NV, d.dense
	for j := range n {
		rowJ := h[j*n:][:n]
		for i := range j {
			rowI := h[i*n:][:n]
			s := rowJ[i]
			for k := range i {
				s -= float64(rowJ[k] * rowI[k])
			}
			rowJ[i] = s * rowI[i]
		}
		s := rowJ[j]
		for k := range j {
			s -= float64(rowJ[k] * rowJ[k])
		}
		rowJ[j] = 1 / math.Sqrt(max(minVal, s))
		y := x[j]
		for k := range j {
			y -= float64(rowJ[k] * x[k])
		}
		x[j] = y * rowJ[j]
	}
	for j := n - 1; j >= 0; j-- {
		x[j] *= h[j*n+j]
		for k := range j {
			x[k] -= float64(h[j*n+k] * x[j])
		}
	}
}
