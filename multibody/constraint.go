package multibody

import "math"

// A constraint is a joint's limit or a contact in the problem that the solver solves. A limit, and a
// contact without friction, has one row and one edge. A contact with friction has one row along its
// normal and one along each tangent, and the four edges of its friction pyramid, which are
// combinations of the rows: normal ± friction · tangent.
// Residuals, forces and the Hessian are computed by rows; only signs and sizes of edges decide
// which of them push.
type constraint struct {
	dim        int32      // rows: 1, 2 (friction in the plane of a planar model) or 3
	jacobianAt int32      // where its rows begin in Data.jacobian, [dim, len(chain)]
	active     uint8      // the edges that push, one bit each
	chain      []int32    // dofs that it depends on, descending
	stiffness  float64    // D = 1/R of each edge
	friction   [2]float64 // coefficients along the tangents
	bias       [3]float64 // −aref of each row
	residual   [3]float64 // J·a − aref of each row at the solver's current acceleration a
	change     [3]float64 // its change along the line search; PGS: at the acceleration without constraints
	force      [3]float64 // along each row
}

// impedance returns d(r), the share of the constraint's force in the motion along it, at a
// violation of r [m or rad]: MuJoCo's documentation, "Solver parameters", Impedance.
// With x = |r|/width, midpoint m and power p it is dmin + y(x)·(dmax − dmin), where
//
//	y(x) = x^p / m^(p−1)                x ≤ m
//	y(x) = 1 − (1−x)^p / (1−m)^(p−1)    x > m
func (s *softness) impedance(r float64) float64 {
	if s.dmin == s.dmax || s.width <= minVal {
		return 0.5 * (s.dmin + s.dmax)
	}
	x := math.Abs(r) / s.width
	switch {
	case x >= 1:
		return s.dmax
	case x == 0:
		return s.dmin
	}
	y := x
	switch {
	case s.power == 1:
	case s.power == 2 && x <= s.midpoint:
		y = x * x / s.midpoint
	case s.power == 2:
		y = 1 - (1-x)*(1-x)/(1-s.midpoint)
	case x <= s.midpoint:
		y = power(x, s.power) / power(s.midpoint, s.power-1)
	default:
		y = 1 - power(1-x, s.power)/power(1-s.midpoint, s.power-1)
	}
	return s.dmin + float64(y*(s.dmax-s.dmin))
}

// power returns x^p for x in [0, 1] and p ≥ 0, with a relative error below 1e-13 for p < 100. It
// uses products and square roots only, so that the bits are the same on every processor, which
// math.Pow does not promise: whole part of p by repeated squaring, and fraction
// p = Σ bᵢ 2⁻ⁱ by x^p = Π x^(bᵢ 2⁻ⁱ).
func power(x, p float64) float64 {
	whole := math.Floor(p)
	y := 1.0
	for n, square := uint64(min(whole, 1<<53)), x; n > 0; n >>= 1 {
		if n&1 == 1 {
			y *= square
		}
		square *= square
	}
	root := x
	for f := p - whole; f > 0; {
		root = math.Sqrt(root)
		f *= 2
		if f >= 1 {
			y *= root
			f--
		}
	}
	return y
}

// makeConstraints sets up the constraints at the current state: limits that are violated or within
// their margin, then contacts. MuJoCo has the same order, on which PGS depends.
func (d *Data) makeConstraints() {
	d.constraints = d.constraints[:0]
	d.allTree = true
	jacobianEnd := d.addLimits(0)
	for i := range d.Contacts {
		jacobianEnd = d.addContactConstraint(&d.Contacts[i], jacobianEnd)
	}
}

// newConstraint appends a constraint without forces to d.constraints. Its Jacobian has dim rows,
// one column for each dof of chain, and begins at jacobianAt.
func (d *Data) newConstraint(dim int32, chain []int32, jacobianAt int32) *constraint {
	n := len(d.constraints)
	d.constraints = d.constraints[:n+1]
	c := &d.constraints[n]
	c.dim, c.chain, c.jacobianAt = dim, chain, jacobianAt
	c.force = [3]float64{}
	return c
}

// addLimits adds a constraint for each limit of a joint that is nearer than its margin, the lower
// limit before the upper one. It returns where the next Jacobian begins.
func (d *Data) addLimits(jacobianAt int32) (jacobianEnd int32) {
	m := d.m
	for _, k := range m.limits {
		j := &m.joints[k]
		q := d.Qpos[j.qposAt]
		if q-j.Range[0] >= j.Margin && j.Range[1]-q >= j.Margin {
			continue
		}
		for side := range 2 {
			dist, sign := q-j.Range[0], 1.0
			if side == 1 {
				dist, sign = j.Range[1]-q, -1.0
			}
			if dist >= j.Margin {
				continue
			}
			row := m.dofs[j.dofAt].row
			c := d.newConstraint(1, m.ancestors[row:row+1], jacobianAt)
			d.jacobian[jacobianAt] = sign
			jacobianAt++
			r := dist - j.Margin
			imp := j.sol.impedance(r)
			c.stiffness = 1 / max(minVal, (1-imp)*j.invWeight/imp)
			c.bias = [3]float64{float64(j.sol.b*sign*d.Qvel[j.dofAt]) + float64(j.sol.k*imp*r)}
		}
	}
	return jacobianAt
}

// addContactConstraint adds the constraint of a contact, unless no dof moves one geom against the
// other. It returns where the next Jacobian begins. With imp = d(r) and the inverse weight A of
// the pair (MuJoCo's documentation, "Computation", Parameters), a row along the normal has
//
//	R = (1−imp)/imp · A,    aref = −b·J·v − k·imp·r
//
// and each edge of a pyramid has 2μ²·R·(1+μ²), so that the pyramid is as stiff as the elliptic cone.
func (d *Data) addContactConstraint(contact *Contact, jacobianAt int32) (jacobianEnd int32) {
	p := &d.m.pairs[contact.pair]
	columns := int32(len(p.chain))
	if columns == 0 {
		return jacobianAt
	}
	contact.constraint = int32(len(d.constraints))
	c := d.newConstraint(p.dim, p.chain, jacobianAt)
	c.friction = p.mu
	d.allTree = d.allTree && p.tree
	r := contact.Dist - p.margin
	imp := p.sol.impedance(r)
	compliance := (1 - imp) / imp * p.invWeight
	if c.dim == 1 {
		c.stiffness = 1 / max(minVal, compliance)
	} else {
		square := float64(c.friction[0] * c.friction[0])
		c.stiffness = 1 / (2 * square * max(minVal, compliance*(1+square)))
	}
	if c.dim == 3 && d.planar != nil && d.m.Solver == Newton {
		d.dropTangent(contact, c)
	}
	var v [3]float64
	switch {
	case d.planar != nil:
		v[0], v[1], v[2] = d.rowsPlanar(contact, p, c)
	case c.dim == 1:
		v[0] = d.normalRow(contact, p, c)
	default:
		v = d.frictionRows(contact, p, c)
	}
	b, k := p.sol.b, p.sol.k
	c.bias = [3]float64{float64(b*v[0]) + float64(k*imp*r), b * v[1], b * v[2]}
	return jacobianAt + columns*c.dim
}

// dropTangent leaves out a planar model's tangent across the plane, along which nothing moves: its row of
// the Jacobian is 0, and its two edges push along the normal. PGS keeps the row, because its sweeps
// visit the same edges as MuJoCo's.
func (d *Data) dropTangent(contact *Contact, c *constraint) {
	f := &contact.Frame
	if y, _ := d.m.planar.flat(f.Y); y == (vec2{}) {
		f.Y, f.Z = f.Z, f.Y
	}
	if z, _ := d.m.planar.flat(f.Z); z == (vec2{}) {
		c.dim = 2
	}
}
