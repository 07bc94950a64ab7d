package multibody

// edges returns the residuals of the four edges of a friction pyramid, u₀ ± μ₁u₁ and u₀ ± μ₂u₂.
func (c *constraint) edges(u *[3]float64) (e0, e1, e2, e3 float64) {
	p, q := float64(c.friction[0]*u[1]), float64(c.friction[1]*u[2])
	return u[0] + p, u[0] - p, u[0] + q, u[0] - q
}

// pushing returns the set of edges that push at the residuals u: edges with a negative residual.
func (c *constraint) pushing(u *[3]float64) (set uint8) {
	if c.dim == 1 {
		if u[0] < 0 {
			set = 1
		}
		return set
	}
	e0, e1, e2, e3 := c.edges(u)
	if e0 < 0 {
		set = 1
	}
	if e1 < 0 {
		set |= 2
	}
	if e2 < 0 {
		set |= 4
	}
	if e3 < 0 {
		set |= 8
	}
	return set
}

// updateForces sets each constraint's force and active edges from its residuals, and returns the
// constraints' part of the cost, Σ ½D·min(0, e)² over all edges e. An edge pushes with −D·min(0, e).
func (d *Data) updateForces() (cost float64) {
	for i := range d.constraints {
		c := &d.constraints[i]
		c.active = 0
		if c.dim > 1 {
			cost += c.updatePyramid()
			continue
		}
		c.force[0] = 0
		if u := c.residual[0]; u < 0 {
			c.active = 1
			cost += float64(0.5 * c.stiffness * u * u)
			c.force[0] = -c.stiffness * u
		}
	}
	return cost
}

// updatePyramid is updateForces for one constraint with friction.
func (c *constraint) updatePyramid() (cost float64) {
	e0, e1, e2, e3 := c.edges(&c.residual)
	var squares, normal, tangent1, tangent2 float64
	if e0 < 0 {
		c.active |= 1
		squares += float64(e0 * e0)
		normal += e0
		tangent1 += e0
	}
	if e1 < 0 {
		c.active |= 2
		squares += float64(e1 * e1)
		normal += e1
		tangent1 -= e1
	}
	if e2 < 0 {
		c.active |= 4
		squares += float64(e2 * e2)
		normal += e2
		tangent2 += e2
	}
	if e3 < 0 {
		c.active |= 8
		squares += float64(e3 * e3)
		normal += e3
		tangent2 -= e3
	}
	c.force = [3]float64{-c.stiffness * normal, -c.stiffness * c.friction[0] * tangent1, -c.stiffness * c.friction[1] * tangent2}
	return float64(0.5 * c.stiffness * squares)
}

// A curvature is the symmetric 3×3 matrix Σ D·e·eᵀ over the active edges e = (1, ±μ₁, 0) and
// (1, 0, ±μ₂) of a constraint, without the entry 12, which is 0.
type curvature struct{ c00, c01, c02, c11, c22 float64 }

// curvature returns the second derivative of the constraint's cost by its residuals.
func (c *constraint) curvature() curvature {
	if c.dim == 1 {
		return curvature{c00: c.stiffness}
	}
	bit := func(k uint8) float64 { return float64(c.active >> k & 1) }
	a0, a1, a2, a3 := bit(0), bit(1), bit(2), bit(3)
	d, m1, m2 := c.stiffness, c.friction[0], c.friction[1]
	return curvature{d * (a0 + a1 + a2 + a3), d * m1 * (a0 - a1), d * m2 * (a2 - a3), d * m1 * m1 * (a0 + a1), d * m2 * m2 * (a2 + a3)}
}

// times returns the product of the matrix and (x, y, z).
func (c *curvature) times(x, y, z float64) (w0, w1, w2 float64) {
	return float64(c.c00*x) + float64(c.c01*y) + float64(c.c02*z), float64(c.c01*x) + float64(c.c11*y), float64(c.c02*x) + float64(c.c22*z)
}
