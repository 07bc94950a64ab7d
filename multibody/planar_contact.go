package multibody

// placeGeoms computes the places of the geoms that can touch others.
func (d *Data) placeGeoms() {
	pm := d.m.planar
	for i := range pm.geoms {
		g := &pm.geoms[i]
		s := &d.planar.links[g.link]
		d.gpos[g.id] = pm.full(s.point(g.pos), g.height)
		d.gaxis[g.id] = pm.full(s.turn(g.axis), g.axisHeight)
	}
}

// rowsPlanar computes the Jacobian of a contact, and returns the velocities along the contact's normal and
// tangents. A motion (w, a, b) moves the point o, seen from the origin of the tree's frame, by (a - w·o.b,
// b + w·o.a).
func (d *Data) rowsPlanar(c *Contact, p *pair, b *constraint) (v0, v1, v2 float64) {
	pm := d.m.planar
	pos, _ := pm.flat(c.Pos)
	x, _ := pm.flat(c.Frame.X)
	y, _ := pm.flat(c.Frame.Y)
	z, _ := pm.flat(c.Frame.Z)
	n := len(p.chain)
	jacobian := d.jacobian[b.jacobianAt:][:n*int(b.dim)]
	for t, k := range p.chain {
		s := &d.planar.motions[k]
		o := pos.sub(d.planar.links[pm.linkOf[k]].treeCenter)
		da, db := float64(p.sign[t]*(s.a-float64(s.w*o.b))), float64(p.sign[t]*(s.b+float64(s.w*o.a)))
		q := d.Qvel[k]
		u := float64(x.a*da) + float64(x.b*db)
		jacobian[t] = u
		v0 += float64(u * q)
		if b.dim > 1 {
			u := float64(y.a*da) + float64(y.b*db)
			jacobian[n+t] = u
			v1 += float64(u * q)
		}
		if b.dim > 2 {
			u := float64(z.a*da) + float64(z.b*db)
			jacobian[2*n+t] = u
			v2 += float64(u * q)
		}
	}
	return v0, v1, v2
}
