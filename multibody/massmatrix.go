package multibody

// inverseDynamics computes the inertia matrix M and the bias, leaves first, from the inertias and forces
// of the links and the motions s of the dofs: the composite-rigid-body algorithm, and the second half of
// the recursive Newton-Euler algorithm (Featherstone 2008, "The Composite-Rigid-Body Algorithm"; MuJoCo,
// Computation, "Inertia and bias"). With the inertia I and the force of a link and all links that hang
// from it, for dof k of the link and each ancestor j of k:
//
//	bias_k = s_k·force
//	M_kj = s_j·I·s_k, and M_kk = s_k·I·s_k + armature
//
// Other entries are 0. Row k of M begins at Model.dofs[k].row, with the diagonal first, then the
// entries of its ancestors, the nearest first: see Model.ancestors. The rows are a lower triangle.
func (d *Data) inverseDynamics() {
	m := d.m
	for n := len(m.links) - 1; n > 0; n-- {
		l, s := &m.links[n], &d.links[n]
		for k := l.firstDof + l.dofCount - 1; k >= l.firstDof; k-- {
			x := &d.dofMotions[k]
			d.bias[k] = x.dot(s.force.Angular, s.force.Linear)
			fw, fl := s.inertia.momentum(x.Angular, x.Linear)
			at := m.dofs[k].row
			row := d.massMatrix[at:][:m.dofs[k].rowSize]
			ancestors := m.ancestors[at:][:len(row)]
			if i := len(row) - 3; i >= 0 && l.floating { // the last three are the slides of the tree's free joint: z, y, x
				row[i], row[i+1], row[i+2] = fl.Z, fl.Y, fl.X
				ancestors = ancestors[:i]
			}
			for t, j := range ancestors {
				row[t] = d.dofMotions[j].dot(fw, fl)
			}
			row[0] += m.dofs[k].armature
		}
		if l.parent > 0 {
			p := &d.links[l.parent]
			p.inertia.add(&s.inertia)
			p.force.addScaled(&s.force, 1)
		}
	}
}

// factor sets l to the factors L and D of a matrix a = Lᵀ·D·L with the sparsity of M, and replaces x by
// L⁻ᵀ·x, the first half of a solution, which needs the rows in the same order. l may be a. From
// the last dof to the first, the elimination of dof k changes rows of ancestors of k only, where a has
// entries for all its own ancestors: no entry is filled in (Featherstone 2005, "Efficient factorization
// of the joint-space inertia matrix for branched kinematic trees"):
//
//	L_ki = a_ki/a_kk
//	a_ij -= L_ki·a_kj for all ancestors i of k, and all ancestors j of i and i itself
//	x_i -= L_ki·x_k
//
// Row k of l has 1/D_kk first, because the second half needs only the inverse, then L_ki. Ancestors are
// taken two at a time: the second, i', is the parent of the first, so that both rows read the same a_kj.
func (m *Model) factor(l, a, x []float64) {
	copy(l, a)
	for k := len(m.dofs) - 1; k >= 0; k-- {
		at, n := int(m.dofs[k].row), int(m.dofs[k].rowSize)
		row := l[at : at+n]
		above := m.ancestorRows[at:][:len(row)]
		pivot := row[0]
		if pivot < minVal {
			pivot = minVal
		}
		inverse, xk := 1/pivot, x[k]
		row[0] = inverse
		t := 1
		for ; t < len(row)-1; t += 2 {
			i, j := above[t], above[t+1]
			y0, y1 := row[t], row[t+1]
			l0, l1 := float64(y0*inverse), float64(y1*inverse)
			x[i.dof] -= float64(l0 * xk)
			x[j.dof] -= float64(l1 * xk)
			tail := row[t+1:]
			first := l[i.row:][:len(tail)+1]
			first[0] -= float64(l0 * y0)
			first = first[1:]
			second := l[j.row:][:len(tail)]
			for s, y := range tail {
				first[s] -= float64(l0 * y)
				second[s] -= float64(l1 * y)
			}
			row[t], row[t+1] = l0, l1
		}
		if t < len(row) { // one ancestor is left, a root
			i, y := above[t], row[t]
			row[t] = float64(y * inverse)
			l[i.row] -= float64(row[t] * y)
			x[i.dof] -= float64(row[t] * xk)
		}
	}
}

// solve replaces x by the solution y of Lᵀ·D·L·y = x, for the factors l that factor returns.
func (m *Model) solve(x, l []float64) {
	for i := len(m.dofs) - 1; i >= 0; i-- { // Lᵀ, from the leaves
		at, n := int(m.dofs[i].row), int(m.dofs[i].rowSize)
		row, ancestors := l[at:at+n], m.ancestors[at:at+n]
		if xi := x[i]; xi != 0 {
			for t := 1; t < len(row); t++ {
				x[ancestors[t]] -= float64(row[t] * xi)
			}
		}
	}
	m.finishSolve(x, l)
}

// finishSolve replaces x by the solution y of D·L·y = x, from the roots: the second half of solve. The
// nearest ancestor comes last, because its y has just been computed. There are two sums, because a
// processor adds them at the same time.
func (m *Model) finishSolve(x, l []float64) {
	for i := range m.dofs {
		at, n := int(m.dofs[i].row), int(m.dofs[i].rowSize)
		row := l[at : at+n]
		ancestors := m.ancestors[at:][:len(row)]
		y, z := float64(x[i]*row[0]), 0.0
		t := len(row) - 1
		for ; t > 2; t -= 2 {
			z -= float64(row[t] * x[ancestors[t]])
			y -= float64(row[t-1] * x[ancestors[t-1]])
		}
		if t == 2 {
			z -= float64(row[2] * x[ancestors[2]])
		}
		y += z
		if len(row) > 1 {
			y -= float64(row[1] * x[ancestors[1]])
		}
		x[i] = y
	}
}

// mulM sets y to M·x. y and x must differ.
func (d *Data) mulM(y, x []float64) {
	m := d.m
	for i := range m.dofs {
		at, n := int(m.dofs[i].row), int(m.dofs[i].rowSize)
		row, ancestors := d.massMatrix[at:at+n], m.ancestors[at:at+n]
		xi := x[i]
		yi := float64(row[0] * xi)
		for t := 1; t < len(row); t++ { // row i of the lower triangle, and column i of the upper
			j := ancestors[t]
			yi += float64(row[t] * x[j])
			y[j] += float64(row[t] * xi)
		}
		y[i] = yi
	}
}
