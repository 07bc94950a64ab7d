package multibody

// dualMatrix sets J M⁻¹ Jᵀ for the given number of rows of all constraints. From M = LᵀDL follows
//
//	J M⁻¹ Jᵀ = Y D⁻¹ Yᵀ,    Y = J L⁻¹
//
// It also sets each constraint's change to its residuals at no forces, J·a₀ + bias, where
// J·a₀ = Y D⁻¹ L⁻ᵀ·smooth.
//
// A row of Y is 0 at dofs that are not an ancestor of its constraint's dofs, so that the products
// of two constraints end where the shorter of their chains does.
func (d *Data) dualMatrix(rows int) {
	p, nv := &d.pgs, d.m.NV
	u := 0
	for i := range d.constraints {
		c := &d.constraints[i]
		p.ends[i] = c.chain[0] + 1
		d.halfSolveRows(c, u)
		for k := range int(c.dim) {
			y := p.half[(u+k)*nv:][:p.ends[i]]
			scaled := p.scaled[k*nv:][:len(y)]
			acceleration, smooth := 0.0, d.halfAcc[:len(y)]
			for t, w := range p.diagonal[:len(y)] {
				x := float64(w * y[t])
				scaled[t] = x
				acceleration += float64(x * smooth[t])
			}
			c.change[k] = acceleration + c.bias[k]
		}
		v := 0
		for j := range d.constraints[:i+1] {
			end, other := int(min(p.ends[i], p.ends[j])), int(d.constraints[j].dim)
			if c.dim == 3 && other == 3 {
				p.products33(u, v, end, nv, rows)
			} else {
				p.products(u, v, int(c.dim), other, end, nv, rows)
			}
			v += other
		}
		u += int(c.dim)
	}
}

// halfSolveRows sets the rows of Y of a constraint, from row u.
func (d *Data) halfSolveRows(c *constraint, u int) {
	n, nv := len(c.chain), d.m.NV
	rows := d.pgs.half[u*nv:][:int(c.dim)*nv]
	clear(rows)
	jacobian := d.jacobian[c.jacobianAt:][:int(c.dim)*n]
	for k := range int(c.dim) {
		y := rows[k*nv:][:nv]
		for t, x := range jacobian[k*n:][:n] {
			y[c.chain[t]] = x
		}
	}
	if c.dim == 3 {
		d.m.halfSolve3(rows[:nv], rows[nv:2*nv], rows[2*nv:], d.factored, c.chain)
	} else {
		d.m.halfSolve(rows, d.factored, c.chain)
	}
}

// products sets the entries of the matrix in the rows from u of one constraint and the columns from v of
// another, and their mirror images. scaled has the first one's rows of Y D⁻¹.
func (p *pgsData) products(u, v, dim, other, end, nv, rows int) {
	for k := range dim {
		scaled := p.scaled[k*nv:][:end]
		for l := range other {
			var sum float64
			for t, y := range p.half[(v+l)*nv:][:len(scaled)] {
				sum += float64(scaled[t] * y)
			}
			p.setPair(u+k, v+l, rows, sum)
		}
	}
}

// products33 is products for two constraints of three rows.
func (p *pgsData) products33(u, v, end, nv, rows int) {
	x0 := p.scaled[:end]
	x1, x2 := p.scaled[nv:][:len(x0)], p.scaled[2*nv:][:len(x0)]
	y0, y1, y2 := p.half[v*nv:][:len(x0)], p.half[(v+1)*nv:][:len(x0)], p.half[(v+2)*nv:][:len(x0)]
	var a00, a01, a02, a10, a11, a12, a20, a21, a22 float64
	for t, x := range x0 {
		y, z, w := y0[t], y1[t], y2[t]
		a00 += float64(x * y)
		a01 += float64(x * z)
		a02 += float64(x * w)
		x = x1[t]
		a10 += float64(x * y)
		a11 += float64(x * z)
		a12 += float64(x * w)
		x = x2[t]
		a20 += float64(x * y)
		a21 += float64(x * z)
		a22 += float64(x * w)
	}
	p.setPair(u, v, rows, a00)
	p.setPair(u, v+1, rows, a01)
	p.setPair(u, v+2, rows, a02)
	p.setPair(u+1, v, rows, a10)
	p.setPair(u+1, v+1, rows, a11)
	p.setPair(u+1, v+2, rows, a12)
	p.setPair(u+2, v, rows, a20)
	p.setPair(u+2, v+1, rows, a21)
	p.setPair(u+2, v+2, rows, a22)
}

// setPair sets the entries u, v and v, u of the matrix.
func (p *pgsData) setPair(u, v, rows int, x float64) { p.matrix[u*rows+v], p.matrix[v*rows+u] = x, x }

// halfSolve replaces x by L⁻ᵀ·x, the first half of solve, for an x that is zero off the chain.
func (m *Model) halfSolve(x, l []float64, chain []int32) {
	for c := range chain {
		i := int(chain[c])
		next := -1 // from where the next dof of the chain continues
		if c+1 < len(chain) {
			next = int(chain[c+1])
		}
		for i > next {
			at, n := int(m.dofs[i].row), int(m.dofs[i].rowSize)
			row := l[at+1 : at+n]
			ancestors := m.ancestors[at+1:][:len(row)]
			if xi := x[i]; xi != 0 {
				for t, w := range row {
					x[ancestors[t]] -= float64(w * xi)
				}
			}
			i = int(m.dofs[i].parent)
		}
	}
}

// halfSolve3 is halfSolve for three vectors with the same chain.
func (m *Model) halfSolve3(x, y, z, l []float64, chain []int32) {
	y, z = y[:len(x)], z[:len(x)]
	for c := range chain {
		i := int(chain[c])
		next := -1
		if c+1 < len(chain) {
			next = int(chain[c+1])
		}
		for i > next {
			at, n := int(m.dofs[i].row), int(m.dofs[i].rowSize)
			row := l[at+1 : at+n]
			ancestors := m.ancestors[at+1:][:len(row)]
			xi, yi, zi := x[i], y[i], z[i]
			for t, w := range row {
				k := ancestors[t]
				x[k] -= float64(w * xi)
				y[k] -= float64(w * yi)
				z[k] -= float64(w * zi)
			}
			i = int(m.dofs[i].parent)
		}
	}
}

// makeEdges sets the edges of all constraints. An edge along its normal n and tangent t with friction ±μ
// has the diagonal A_nn ± 2μ·A_nt + μ²·A_tt + R.
func (d *Data) makeEdges(rows int) {
	p := &d.pgs
	r, e := 0, 0
	for i := range d.constraints {
		c := &d.constraints[i]
		regularizer := 1 / c.stiffness
		normal := p.matrix[r*rows:][:rows]
		if c.dim == 1 {
			diagonal := normal[r] + regularizer
			p.edges[e] = edge{normal: int32(r), tangent: int32(r), diagonal: diagonal, inverse: 1 / diagonal}
			r, e = r+1, e+1
			continue
		}
		for k := range 4 {
			t, mu := r+1+k/2, c.friction[k/2]
			if k&1 == 1 {
				mu = -mu
			}
			diagonal := normal[r] + float64(2*mu*normal[t]) + float64(mu*mu*p.matrix[t*rows+t]) + regularizer
			p.edges[e] = edge{int32(r), int32(t), mu, diagonal, 1 / diagonal}
			e++
		}
		r += 3
	}
}

// makeColumns sets what each edge's force adds to the residuals: A_ij over the diagonal of edge i, and 1
// to its own residual.
func (p *pgsData) makeColumns(rows, quads, edges int) {
	all, column := p.edges[:edges], p.column[:rows]
	for j := range all {
		e := &all[j]
		normal, tangent := p.matrix[int(e.normal)*rows:][:len(column)], p.matrix[int(e.tangent)*rows:][:len(column)]
		for r, x := range normal {
			column[r] = x + float64(e.friction*tangent[r])
		}
		residuals := p.columns[j*quads:][:quads]
		residuals[quads-1] = quad{}
		for i := range all {
			e := &all[i]
			residuals[i>>2][i&3] = float64((column[e.normal] + float64(e.friction*column[e.tangent])) * e.inverse)
		}
		residuals[j>>2][j&3] = 1
	}
}
