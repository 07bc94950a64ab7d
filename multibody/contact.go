package multibody

// A Contact is a point where two geoms touch, or are nearer than their margins.
type Contact struct {
	Dist  float64 // distance of the surfaces [m]; negative where they overlap
	Pos   Vec3    // the point midway between the surfaces, in world axes [m]
	Frame Mat3    // the normal, from the first geom to the second, and two tangents
	Geoms [2]int  // indices of the geoms, for Model.Geom

	pair       int32 // of Model.pairs
	constraint int32 // of Data.constraints; −1 if no dof moves one geom against the other
}

// addContact adds a contact of a pair unless its distance is not below the margin. The tangent may be
// the zero vector: then it is y, or z if the normal is near y, as in MuJoCo.
// Normal and tangent need not be unit vectors, nor perpendicular.
func (d *Data) addContact(pair int32, dist float64, pos, normal, tangent Vec3) {
	c := d.newContact(pair, dist, pos)
	if c == nil {
		return
	}
	n, _ := normal.unit()
	if tangent.Norm() < 0.5 {
		if n.Y < 0.5 && n.Y > -0.5 {
			tangent = Vec3{Y: 1}
		} else {
			tangent = Vec3{Z: 1}
		}
	}
	t, _ := tangent.AddScaled(n, -n.Dot(tangent)).unit()
	c.Frame.X, c.Frame.Y, c.Frame.Z = n, t, n.Cross(t)
}

// addPlaneContact is addContact for a pair with a plane, whose contacts have one frame.
func (d *Data) addPlaneContact(pair int32, dist float64, pos, normal, tangent Vec3) {
	last := len(d.Contacts) - 1
	if last < 0 || d.Contacts[last].pair != pair {
		d.addContact(pair, dist, pos, normal, tangent)
	} else if c := d.newContact(pair, dist, pos); c != nil {
		f := &d.Contacts[last].Frame
		c.Frame.X, c.Frame.Y, c.Frame.Z = f.X, f.Y, f.Z
	}
}

// newContact appends a contact, whose frame the caller sets. It returns nil if the distance is not below
// the margin.
func (d *Data) newContact(pair int32, dist float64, pos Vec3) *Contact {
	p := &d.m.pairs[pair]
	if dist >= p.margin {
		return nil
	}
	n := len(d.Contacts)
	d.Contacts = d.Contacts[:n+1]
	c := &d.Contacts[n]
	c.Dist, c.Pos, c.Geoms, c.pair, c.constraint = dist, pos, [2]int{int(p.g1), int(p.g2)}, pair, -1
	return c
}

// ContactForce returns the force [N] on the body of the second geom at contact i of the last
// evaluation, in world axes. The body of the first geom feels the opposite force.
func (d *Data) ContactForce(i int) Vec3 {
	c := &d.Contacts[i]
	if c.constraint < 0 {
		return Vec3{}
	}
	f := &d.constraints[c.constraint].force
	force := Vec3{float64(c.Frame.X.X * f[0]), float64(c.Frame.X.Y * f[0]), float64(c.Frame.X.Z * f[0])}
	return force.AddScaled(c.Frame.Y, f[1]).AddScaled(c.Frame.Z, f[2])
}

// ContactWrenches sets wrenches[b] to the wrench that the contacts of the last evaluation put on body
// b, torque before force, about the centre of mass of the body's tree, in world axes: MuJoCo's
// cfrc_ext. The slice has a row for each body of the Model; the world's row is 0.
func (d *Data) ContactWrenches(wrenches []Spatial) {
	clear(wrenches)
	for i := range d.Contacts {
		c := &d.Contacts[i]
		if c.constraint < 0 {
			continue
		}
		force := d.ContactForce(i)
		p := &d.m.pairs[c.pair]
		for side, b := range [2]int32{p.b1, p.b2} {
			if b == 0 {
				continue
			}
			w := Spatial{Angular: c.Pos.Sub(d.treeCenter(int(b))).Cross(force), Linear: force}
			wrenches[b].addScaled(&w, float64(2*side-1))
		}
	}
}
