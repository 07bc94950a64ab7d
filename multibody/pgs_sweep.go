package multibody

// sweep visits the edges again and again, and sets each force to the best one given the others.
// It is MuJoCo 4.0's PGS:
//   - each sweep has a new order of the edges;
//   - it starts from forces extrapolated by Nesterov's momentum (Nesterov 1983), f + β·(f − f'),
//     β = (k−1)/(k+2), cut off at 0. The count k starts again when the sweep goes against the
//     direction of the extrapolation;
//   - it ends when the improvement of a sweep, over the trace of M, is below the tolerance.
//
// The residuals are linear in the forces, so they are extrapolated too instead of being computed
// again, and corrected where a force is cut off.
func (d *Data) sweep(quads, edges int) {
	m, p := d.m, &d.pgs
	var trace float64
	for i := range m.dofs {
		trace += d.massMatrix[m.dofs[i].row]
	}
	scale := 1 / trace
	forces := p.forces[:edges]
	p.order.reset(m, edges)
	momentum := 0
	for d.Iterations < m.Iterations {
		p.extrapolate(momentum, quads, edges)
		copy(p.start, forces)
		improvement := p.visit(p.order.next(), quads, edges)
		momentum++
		if d.Iterations > 0 && p.turnsBack(edges) {
			momentum = 0
		}
		d.Iterations++
		if improvement*scale < m.Tolerance {
			break
		}
	}
}

// extrapolate moves forces and residuals ahead by their last change times β, and keeps what they were.
func (p *pgsData) extrapolate(momentum, quads, edges int) {
	forces, previous := p.forces[:edges], p.previous[:edges]
	residuals, before := p.residuals[:quads], p.before[:quads]
	if momentum < 2 {
		copy(previous, forces)
		copy(before, residuals)
		return
	}
	beta := float64(momentum-1) / float64(momentum+2)
	for i := range residuals {
		r, w := &residuals[i], &before[i]
		for k, x := range r {
			r[k], w[k] = x+float64(beta*(x-w[k])), x
		}
	}
	for i, f := range forces {
		forces[i] = f + float64(beta*(f-previous[i]))
		if forces[i] < 0 {
			addScaled(residuals, p.columns[i*quads:], -forces[i])
			forces[i] = 0
		}
		previous[i] = f
	}
}

// visit makes one sweep over the edges in the given order, and returns by how much it improves the cost.
// The best change df of a force, given the others, is −residual, but no force becomes negative. As in
// MuJoCo, a change that raises the cost by more than rounding is not made.
func (p *pgsData) visit(order []uint16, quads, edges int) (improvement float64) {
	forces, residuals := p.forces[:edges], p.residuals[:quads]
	all := p.edges[:len(forces)] // of the same length, which spares checks of bounds
	for _, edge := range order {
		i := int(edge)
		force, residual := forces[i], residuals[i>>2][i&3]
		if force == 0 && residual >= 0 {
			continue
		}
		df := -residual
		if df < -force {
			df = -force
		}
		change := float64(all[i].diagonal * df * (float64(0.5*df) + residual))
		if df == 0 || change > 1e-10 {
			continue
		}
		improvement -= change
		forces[i] = force + df
		addScaled(residuals, p.columns[i*quads:], df)
	}
	return improvement
}

// turnsBack reports whether the last sweep went against the direction of the extrapolation.
func (p *pgsData) turnsBack(edges int) bool {
	start, previous := p.start[:edges], p.previous[:edges]
	var dot float64
	for i, f := range p.forces[:edges] {
		dot += float64((f - start[i]) * (start[i] - previous[i]))
	}
	return dot < 0
}
