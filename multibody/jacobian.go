package multibody

// normalRow fills the Jacobian of a contact without friction, and returns J·Qvel.
func (d *Data) normalRow(contact *Contact, p *pair, c *constraint) (v float64) {
	row := d.jacobian[c.jacobianAt:][:len(p.chain)]
	for t, k := range p.chain {
		x := contact.Frame.X.Dot(d.pointMotion(contact.Pos, k, p.sign[t]))
		row[t] = x
		v += float64(x * d.Qvel[k])
	}
	return v
}

// frictionRows fills the Jacobian of a contact with friction, rows along the normal and the
// tangents, and returns J·Qvel.
func (d *Data) frictionRows(contact *Contact, p *pair, c *constraint) [3]float64 {
	n := int32(len(p.chain))
	normal := d.jacobian[c.jacobianAt:][:n]
	tangent1, tangent2 := d.jacobian[c.jacobianAt+n:][:n], d.jacobian[c.jacobianAt+2*n:][:n]
	var v0, v1, v2 float64
	for t, k := range p.chain {
		l := d.pointMotion(contact.Pos, k, p.sign[t])
		x, y, z := contact.Frame.X.Dot(l), contact.Frame.Y.Dot(l), contact.Frame.Z.Dot(l)
		normal[t], tangent1[t], tangent2[t] = x, y, z
		q := d.Qvel[k]
		v0 += float64(x * q)
		v1 += float64(y * q)
		v2 += float64(z * q)
	}
	return [3]float64{v0, v1, v2}
}

// pointMotion returns the velocity at a point that one unit of dof k's velocity gives the second
// geom of a contact against the first. The sign is −1 for dofs of the first geom.
func (d *Data) pointMotion(at Vec3, k int32, sign float64) Vec3 {
	s := &d.dofMotions[k]
	l := s.Linear.Add(s.Angular.Cross(at.Sub(d.treeCenters[d.m.dofs[k].body])))
	return Vec3{float64(sign * l.X), float64(sign * l.Y), float64(sign * l.Z)}
}

// multiplyRows sets y to J·x + bias of one constraint: its residual, if x are accelerations.
func (d *Data) multiplyRows(c *constraint, x []float64, y *[3]float64) {
	n := len(c.chain)
	row0 := d.jacobian[c.jacobianAt:][:n]
	var s0, s1, s2 float64
	switch c.dim {
	case 1:
		for t, k := range c.chain {
			s0 += float64(row0[t] * x[k])
		}
	case 2:
		row1 := d.jacobian[int(c.jacobianAt)+n:][:n]
		for t, k := range c.chain {
			v := x[k]
			s0 += float64(row0[t] * v)
			s1 += float64(row1[t] * v)
		}
	default:
		row1, row2 := d.jacobian[int(c.jacobianAt)+n:][:n], d.jacobian[int(c.jacobianAt)+2*n:][:n]
		for t, k := range c.chain {
			v := x[k]
			s0 += float64(row0[t] * v)
			s1 += float64(row1[t] * v)
			s2 += float64(row2[t] * v)
		}
	}
	y[0], y[1], y[2] = s0+c.bias[0], s1+c.bias[1], s2+c.bias[2]
}

// generalizedForces sets ConstraintForce to Σ Jᵀ·force of the constraints that push.
func (d *Data) generalizedForces() {
	clear(d.ConstraintForce)
	for i := range d.constraints {
		c := &d.constraints[i]
		if c.active == 0 {
			continue
		}
		n := len(c.chain)
		row0 := d.jacobian[c.jacobianAt:][:n]
		f0, f1, f2 := c.force[0], c.force[1], c.force[2]
		switch c.dim {
		case 1:
			for t, k := range c.chain {
				d.ConstraintForce[k] += float64(row0[t] * f0)
			}
		case 2:
			row1 := d.jacobian[int(c.jacobianAt)+n:][:n]
			for t, k := range c.chain {
				d.ConstraintForce[k] += float64(row0[t]*f0) + float64(row1[t]*f1)
			}
		default:
			row1, row2 := d.jacobian[int(c.jacobianAt)+n:][:n], d.jacobian[int(c.jacobianAt)+2*n:][:n]
			for t, k := range c.chain {
				d.ConstraintForce[k] += float64(row0[t]*f0) + float64(row1[t]*f1) + float64(row2[t]*f2)
			}
		}
	}
}
