package multibody

// solveConstraints finds the accelerations and the constraint forces, given all other forces:
// the a that minimises (MuJoCo's documentation, "Computation", Constraint model; "Convex and
// analytically-invertible dynamics with contacts and constraints", ICRA 2014)
//
//	½ (a − a₀)ᵀ M (a − a₀) + Σ ½ D·min(0, e)²,    e = J·a − aref of each edge
//
// with the acceleration without constraints a₀ = M⁻¹·smooth.
func (d *Data) solveConstraints() {
	m := d.m
	d.makeConstraints()
	d.Iterations = 0
	switch {
	case len(d.constraints) == 0:
		copy(d.Qacc, d.smooth)
		m.factor(d.factored, d.massMatrix, d.Qacc)
		m.finishSolve(d.Qacc, d.factored)
		clear(d.ConstraintForce)
	case m.Solver == PGS:
		d.solvePGS()
	default:
		d.solveNewton()
	}
}

// maxFullSteps is the largest number of steps of Newton without a line search.
const maxFullSteps = 8

// solveNewton minimises the cost ½aᵀMa − aᵀ·smooth + Σ ½D·min(0, e)² by Newton's method. The minimum
// is unique, because the cost is convex, so that the way to it does not matter.
//
// MuJoCo reaches it by another way, and stops when an iteration improves the cost by less than the
// tolerance, sometimes before the first. This early stop is not imitated: here the minimum is
// exact, and differs from MuJoCo's result by up to what the tolerance allows there.
func (d *Data) solveNewton() {
	copy(d.Qacc, d.Warmstart)
	for i := range d.constraints {
		c := &d.constraints[i]
		d.multiplyRows(c, d.Qacc, &c.residual)
		c.active = c.pushing(&c.residual)
	}
	if !d.takeFullSteps() {
		d.takeSearchedSteps()
	}
	d.generalizedForces()
}

// startFromHere makes the last evaluation's accelerations the start of Newton in the next one, a later stage of
// the same step, in which mostly the same edges push. PGS starts each stage where the step began, as in
// MuJoCo, because its result depends on the start.
func (d *Data) startFromHere() {
	if len(d.constraints) > 0 && d.m.Solver == Newton {
		copy(d.Warmstart, d.Qacc)
	}
}

// takeFullSteps is Newton's method as a search for the set of edges that push at the minimum. While the set
// does not change, the cost is quadratic, so that a set gives a linear equation for the accelerations.
// If the same edges push at its solution, that is the minimum. If not, the edges that push there are the next
// set. Most calls end at the first or second set. takeFullSteps returns false if it finds no minimum.
func (d *Data) takeFullSteps() bool {
	for range min(maxFullSteps, d.m.Iterations/2) {
		d.Iterations++
		d.quadraticMinimum(d.step)
		if d.sameEdges(d.step) {
			d.accept(d.step)
			return true
		}
		for i := range d.constraints {
			c := &d.constraints[i]
			c.active = c.pushing(&c.change)
		}
	}
	return false
}

// takeSearchedSteps is Newton's method from Qacc with a line search, which lowers the cost in each step,
// so that no set of edges comes back.
func (d *Data) takeSearchedSteps() {
	m := d.m
	d.mulM(d.massAcc, d.Qacc)
	cost := d.updateForces() + d.inertialCost()
	for d.Iterations < m.Iterations {
		d.Iterations++
		d.quadraticMinimum(d.step)
		if d.sameEdges(d.step) {
			d.accept(d.step)
			return
		}
		d.turnIntoDirection(d.step)
		alpha := d.lineSearch()
		if alpha == 0 {
			return
		}
		d.advance(alpha)
		old := cost
		cost = d.updateForces() + d.inertialCost()
		if (old-cost)*m.scale < m.Tolerance {
			return
		}
	}
}

// accept moves Qacc to the accelerations a, whose residuals are in change.
func (d *Data) accept(a []float64) {
	copy(d.Qacc, a)
	for i := range d.constraints {
		d.constraints[i].residual = d.constraints[i].change
	}
	d.updateForces()
}

// sameEdges reports whether the edges that push now also push at the accelerations a, and no other.
// It leaves the residuals at a in change.
func (d *Data) sameEdges(a []float64) bool {
	same := true
	for i := range d.constraints {
		c := &d.constraints[i]
		d.multiplyRows(c, a, &c.change)
		same = same && c.pushing(&c.change) == c.active
	}
	return same
}

// turnIntoDirection replaces the accelerations a by a − Qacc, and change by its difference to residual.
func (d *Data) turnIntoDirection(a []float64) {
	for i := range a {
		a[i] -= d.Qacc[i]
	}
	for i := range d.constraints {
		c := &d.constraints[i]
		c.change[0] -= c.residual[0]
		c.change[1] -= c.residual[1]
		c.change[2] -= c.residual[2]
	}
}

// advance moves Qacc, and what is linear in it, by alpha along step.
func (d *Data) advance(alpha float64) {
	for i, s := range d.step {
		d.Qacc[i] += float64(alpha * s)
		d.massAcc[i] += float64(alpha * d.massStep[i])
	}
	for i := range d.constraints {
		c := &d.constraints[i]
		c.residual[0] += float64(alpha * c.change[0])
		c.residual[1] += float64(alpha * c.change[1])
		c.residual[2] += float64(alpha * c.change[2])
	}
}

// inertialCost returns ½aᵀMa − aᵀ·smooth at Qacc.
func (d *Data) inertialCost() (cost float64) {
	for i, a := range d.massAcc {
		cost += float64((float64(0.5*a) - d.smooth[i]) * d.Qacc[i])
	}
	return cost
}
