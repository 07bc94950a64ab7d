package multibody

// pgsData is the dual problem, in which the unknowns are forces ≥ 0 of edges:
//
//	minimise ½ fᵀ(A + R) f + fᵀb,    A = J M⁻¹ Jᵀ,  b = J·a₀ − aref
//
// J has a row for each edge here, while a constraint has three rows for a contact with friction: an
// edge is one of them or a sum of two. A residual is a row of (A + R)·f + b over the diagonal of
// A + R, so that −residual is the best change of the edge's force given the others. Vectors of
// residuals are padded with zeros to whole quads.
type pgsData struct {
	matrix    []float64 // J M⁻¹ Jᵀ of the constraints' rows, [rows, rows]
	half      []float64 // Y = J·L⁻¹, [rows, NV]
	scaled    []float64 // D⁻¹ of the rows of one constraint, [3, NV]
	ends      []int32   // of each constraint: the column after its last one in half that is not 0
	diagonal  []float64 // D⁻¹ of M = LᵀDL, [NV]
	edges     []edge
	column    []float64 // what one unit of an edge's force adds to the accelerations of the rows, [rows]
	columns   []quad    // what one unit of each edge's force adds to the residuals, [edges, quads]
	forces    []float64 // of each edge
	previous  []float64 // forces before the last extrapolation
	start     []float64 // forces from which the sweep started, after extrapolation
	rowForces []float64 // force of each row
	residuals []quad    // of each edge
	before    []quad    // residuals at the previous forces
	order     sweepOrder
}

// A quad is four edges, a size at which the compiler leaves out checks of bounds.
type quad [4]float64

// An edge is an edge of a friction pyramid, or a constraint without friction.
type edge struct {
	normal, tangent int32   // its rows; an edge without friction has its normal for a tangent
	friction        float64 // with the sign of its side
	diagonal        float64 // of A + R
	inverse         float64 // 1/diagonal
}

// grow makes room for a problem of this size.
func (p *pgsData) grow(m *Model, constraints, rows, edges int) {
	if len(p.forces) >= edges && len(p.rowForces) >= rows && len(p.ends) >= constraints {
		return
	}
	constraints, rows, edges = 2*constraints, 2*rows, 2*edges
	quads := quadsOf(edges)
	p.matrix, p.column, p.columns = make([]float64, rows*rows), make([]float64, rows), make([]quad, edges*quads)
	p.half, p.scaled, p.diagonal = make([]float64, rows*m.NV), make([]float64, 3*m.NV), make([]float64, m.NV)
	p.ends, p.edges = make([]int32, constraints), make([]edge, edges)
	p.forces, p.previous, p.start = make([]float64, edges), make([]float64, edges), make([]float64, edges)
	p.rowForces, p.residuals, p.before = make([]float64, rows), make([]quad, quads), make([]quad, quads)
}

// quadsOf returns the number of quads that hold n numbers.
func quadsOf(n int) int { return (n + 3) / 4 }

// solvePGS finds the constraint forces by projected Gauss-Seidel, and from them the accelerations.
// PGS ends long before it converges, so the result is MuJoCo's only if every sweep does what
// MuJoCo 4.0's does.
func (d *Data) solvePGS() {
	m, p := d.m, &d.pgs
	rows, edges := 0, 0
	for i := range d.constraints {
		rows += int(d.constraints[i].dim)
		edges += d.constraints[i].edgeCount()
	}
	p.grow(m, len(d.constraints), rows, edges)
	copy(d.halfAcc, d.smooth)
	m.factor(d.factored, d.massMatrix, d.halfAcc)
	for i := range m.dofs {
		p.diagonal[i] = d.factored[m.dofs[i].row]
	}
	quads := quadsOf(edges)
	d.dualMatrix(rows)
	d.makeEdges(rows)
	p.makeColumns(rows, quads, edges)
	d.startForces(quads, edges)
	d.sweep(quads, edges)
	d.collectForces(rows, edges)
	d.generalizedForces()
	d.accelerate()
}

// accelerate sets Qacc to the accelerations by all forces, L⁻¹D⁻¹(L⁻ᵀ·smooth + Yᵀ·force).
func (d *Data) accelerate() {
	p, nv := &d.pgs, d.m.NV
	r := 0
	for i := range d.constraints {
		c := &d.constraints[i]
		for _, f := range c.force[:c.dim] {
			if f != 0 {
				for t, y := range p.half[r*nv:][:c.chain[0]+1] {
					d.halfAcc[t] += float64(y * f)
				}
			}
			r++
		}
	}
	copy(d.Qacc, d.halfAcc)
	d.m.finishSolve(d.Qacc, d.factored)
}

// startForces sets forces and residuals to the start of the first sweep: the forces that the edges
// would have at the last accelerations if these have a lower cost than no forces, else no forces. change has
// the residuals of the constraints' rows at no forces.
func (d *Data) startForces(quads, edges int) {
	p := &d.pgs
	forces := p.forces[:edges]
	residuals, before := p.residuals[:quads], p.before[:quads] // before is at no forces
	before[quads-1] = quad{}
	e := 0
	for i := range d.constraints {
		c := &d.constraints[i]
		d.multiplyRows(c, d.Warmstart, &c.residual)
		last, smooth := c.edgeResiduals(&c.residual), c.edgeResiduals(&c.change)
		for k := range c.edgeCount() {
			forces[e] = max(0, -c.stiffness*last[k])
			before[e>>2][e&3] = float64(smooth[k] * p.edges[e].inverse)
			e++
		}
	}
	copy(residuals, before)
	for i, f := range forces {
		if f != 0 {
			addScaled(residuals, p.columns[i*quads:], f)
		}
	}
	var cost float64
	for i, f := range forces {
		cost += float64(0.5 * f * p.edges[i].diagonal * (before[i>>2][i&3] + residuals[i>>2][i&3]))
	}
	if cost > 0 {
		clear(forces)
		copy(residuals, before)
	}
}

// edgeCount returns the number of the constraint's edges.
func (c *constraint) edgeCount() int {
	if c.dim == 1 {
		return 1
	}
	return 4
}

// edgeResiduals returns the residuals of the constraint's edges, if its rows have the residuals u.
func (c *constraint) edgeResiduals(u *[3]float64) (e [4]float64) {
	if c.dim == 1 {
		return [4]float64{u[0]}
	}
	e[0], e[1], e[2], e[3] = c.edges(u)
	return e
}

// collectForces sets each constraint's force from the forces of the edges.
func (d *Data) collectForces(rows, edges int) {
	p := &d.pgs
	clear(p.rowForces[:rows])
	for i, f := range p.forces[:edges] {
		e := &p.edges[i]
		p.rowForces[e.normal] += f
		p.rowForces[e.tangent] += float64(e.friction * f)
	}
	r := 0
	for i := range d.constraints {
		c := &d.constraints[i]
		c.active = 1
		r += copy(c.force[:c.dim], p.rowForces[r:])
	}
}

// addScaled adds s·x to y.
func addScaled(y, x []quad, s float64) {
	x = x[:len(y)]
	for i := range y {
		a, b := &y[i], &x[i]
		a[0] += float64(s * b[0])
		a[1] += float64(s * b[1])
		a[2] += float64(s * b[2])
		a[3] += float64(s * b[3])
	}
}
