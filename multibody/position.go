package multibody

// position computes the frames of the bodies, the inertias of the links and the motions of the dofs from
// Qpos.
func (d *Data) position() {
	d.turnHinges()
	d.placeLinks()
	d.findTreeCenters()
	for n := 1; n < len(d.links); n++ {
		l, s := &d.m.links[n], &d.links[n]
		r := &d.frames[n].rot
		l.inertia(&s.inertia, r, s.center.Sub(d.treeCenters[l.body]))
		for k := l.firstJoint; k < l.firstJoint+l.jointCount; k++ {
			d.jointMotions(k, r)
		}
	}
}

// turnHinges computes the turn of each hinge. No turn depends on another, so that a processor computes
// several at the same time, which it cannot while it places the links.
func (d *Data) turnHinges() {
	for k := range d.m.joints {
		if j := &d.m.joints[k]; j.Type == Hinge {
			s, c := sincos(d.Qpos[j.qposAt] - j.Ref)
			d.turns[k] = turn{c, s}
		}
	}
}

// placeLinks computes the frames of all links, parents first (Computation, "Forward kinematics").
func (d *Data) placeLinks() {
	m := d.m
	for i := 1; i < len(m.links); i++ {
		l, x := &m.links[i], &d.frames[i]
		if l.free {
			q := d.Qpos[m.joints[l.firstJoint].qposAt:][:7]
			x.pos, x.rot = Vec3{q[0], q[1], q[2]}, Quat{q[3], q[4], q[5], q[6]}.unit().mat()
			d.anchor[l.firstJoint] = x.pos
			continue
		}
		p := &d.frames[l.parent]
		x.pos = p.pos.Add(p.rot.Mul(l.place.pos))
		if l.turned {
			x.rot.mulMat(&p.rot, &l.place.rot)
		} else { // by vectors, which are copied in registers: faster just after the parent was written
			x.rot.X, x.rot.Y, x.rot.Z = p.rot.X, p.rot.Y, p.rot.Z
		}
		for k := l.firstJoint; k < l.firstJoint+l.jointCount; k++ {
			d.moveByJoint(x, k)
		}
	}
}

// moveByJoint moves the frame x by joint k, a hinge or a slide, and stores the joint's axis.
func (d *Data) moveByJoint(x *frame, k int32) {
	j := &d.m.joints[k]
	axis := x.rot.axisOf(j)
	d.axis[k], d.anchor[k] = axis, x.pos
	switch {
	case j.Type == Slide:
		x.pos = x.pos.AddScaled(axis, d.Qpos[j.qposAt]-j.Ref)
	case j.hasPos: // the joint's point stays where it is
		anchor := x.point(j.Pos)
		x.rot.turn(j, d.turns[k])
		x.pos = anchor.Sub(x.rot.Mul(j.Pos))
		d.anchor[k] = anchor
	default:
		x.rot.turn(j, d.turns[k])
	}
}

// axisOf returns the axis of joint j of a body with the axes m, in the world.
func (m *Mat3) axisOf(j *joint) Vec3 {
	switch j.axisCode {
	case 1:
		return m.X
	case 2:
		return m.Y
	case 3:
		return m.Z
	case -1:
		return m.X.Scale(-1)
	case -2:
		return m.Y.Scale(-1)
	case -3:
		return m.Z.Scale(-1)
	}
	return m.Mul(j.Axis)
}

// turn turns the axes m by an angle about joint j's axis, which is fixed to them. A turn about one
// of the axes moves the other two in their plane. A turn about another axis a is the matrix
//
//	cos·1 + sin·[a×] + (1-cos)·a·aᵀ
func (m *Mat3) turn(j *joint, angle turn) {
	s, c := angle.sin, angle.cos
	if j.axisCode < 0 {
		s = -s
	}
	switch j.axisCode {
	case 1, -1:
		turnPair(&m.Y, &m.Z, s, c)
	case 2, -2:
		turnPair(&m.Z, &m.X, s, c)
	case 3, -3:
		turnPair(&m.X, &m.Y, s, c)
	default:
		t, a := 1-c, j.Axis
		tx, ty := float64(t*a.X), float64(t*a.Y)
		sx, sy, sz := float64(s*a.X), float64(s*a.Y), float64(s*a.Z)
		m.mulMat(m, &Mat3{
			Vec3{float64(tx*a.X) + c, float64(tx*a.Y) + sz, float64(tx*a.Z) - sy},
			Vec3{float64(tx*a.Y) - sz, float64(ty*a.Y) + c, float64(ty*a.Z) + sx},
			Vec3{float64(tx*a.Z) + sy, float64(ty*a.Z) - sx, float64(t*a.Z*a.Z) + c},
		})
	}
}

// turnPair turns two orthogonal vectors in their plane, a towards b.
func turnPair(a, b *Vec3, sin, cos float64) {
	x, y := *a, *b
	*a = Vec3{float64(cos*x.X) + float64(sin*y.X), float64(cos*x.Y) + float64(sin*y.Y), float64(cos*x.Z) + float64(sin*y.Z)}
	*b = Vec3{float64(cos*y.X) - float64(sin*x.X), float64(cos*y.Y) - float64(sin*x.Y), float64(cos*y.Z) - float64(sin*x.Z)}
}

// findTreeCenters computes the centre of mass of each link and of each tree.
func (d *Data) findTreeCenters() {
	m := d.m
	for i := range m.trees {
		t := &m.trees[i]
		var sum Vec3
		for n := t.firstLink; n < t.endLink; n++ {
			l := &m.links[n]
			x := &d.frames[n]
			c := x.pos.Add(x.rot.Mul(l.center))
			d.links[n].center = c
			sum = sum.AddScaled(c, l.mass)
		}
		center := d.links[t.firstLink].center
		if t.mass >= minVal {
			center = sum.Scale(1 / t.mass)
		}
		for b := t.firstBody; b < t.endBody; b++ {
			d.treeCenters[b] = center
		}
	}
}

// jointMotions computes the motions of the dofs of joint k, which moves a body with the axes r. A turn
// about an axis a through a point p moves the origin o of the tree's frame by a×(o-p).
func (d *Data) jointMotions(k int32, r *Mat3) {
	j := &d.m.joints[k]
	s := d.dofMotions[j.dofAt:]
	switch o := d.treeCenters[j.body].Sub(d.anchor[k]); j.Type {
	case Slide:
		s[0].Angular, s[0].Linear = Vec3{}, d.axis[k]
	case Hinge:
		a := d.axis[k]
		s[0].Angular, s[0].Linear = a, a.Cross(o)
	case Free:
		s[0], s[1], s[2] = Spatial{Linear: Vec3{X: 1}}, Spatial{Linear: Vec3{Y: 1}}, Spatial{Linear: Vec3{Z: 1}}
		for i, a := range [3]Vec3{r.X, r.Y, r.Z} {
			s[3+i].Angular, s[3+i].Linear = a, a.Cross(o)
		}
	}
}
