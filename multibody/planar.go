package multibody

// planarData has what the planar equations compute in an evaluation.
type planarData struct {
	links        []planarLinkState
	anchor, axis []vec2    // a point of each hinge, and the direction of each slide
	motions      []motion2 // motion of a link at velocity 1 of each dof
}

// A planarLinkState has the quantities of a link in an evaluation, in the frame of its tree.
type planarLinkState struct {
	angle, sin, cos     float64
	pos, center         vec2 // the link's frame, and its centre of mass
	treeCenter          vec2
	inertia             inertia2 // at first of the link alone, in the end with all links that hang from it
	velocity            motion2
	acceleration, force motion2 // as in linkState
}

// newData returns buffers for an evaluation.
func (p *planarModel) newData() *planarData {
	d := &planarData{links: make([]planarLinkState, len(p.links)), anchor: make([]vec2, len(p.joints)),
		axis: make([]vec2, len(p.joints)), motions: make([]motion2, len(p.linkOf))}
	d.links[0].cos = 1
	return d
}

// turn returns v turned by the angle of the link.
func (s *planarLinkState) turn(v vec2) vec2 {
	return vec2{float64(s.cos*v.a) - float64(s.sin*v.b), float64(s.sin*v.a) + float64(s.cos*v.b)}
}

// point returns the place of a point of the link in the world.
func (s *planarLinkState) point(v vec2) vec2 {
	return vec2{s.pos.a + float64(s.cos*v.a) - float64(s.sin*v.b), s.pos.b + float64(s.sin*v.a) + float64(s.cos*v.b)}
}

// planarPosition computes the poses of the links, parents first, and the centres of mass: position
// in the plane. Angles add up, so that no error of a rotation does.
func (d *Data) planarPosition() {
	m, p, pm := d.m, d.planar, d.m.planar
	for n := 1; n < len(p.links); n++ {
		l, s := &pm.links[n], &p.links[n]
		parent := &p.links[l.parent]
		s.angle, s.sin, s.cos = parent.angle, parent.sin, parent.cos
		s.pos = parent.point(l.pos)
		for k := l.firstJoint; k < l.firstJoint+l.jointCount; k++ {
			j := &pm.joints[k]
			q := d.Qpos[j.qposAt] - j.ref
			if j.slide {
				axis := s.turn(j.axis)
				p.axis[k] = axis
				s.pos = vec2{s.pos.a + float64(q*axis.a), s.pos.b + float64(q*axis.b)}
				continue
			}
			anchor := s.pos
			if j.hasPos {
				anchor = s.point(j.pos)
			}
			s.angle += float64(j.sign * q)
			s.sin, s.cos = sincos(s.angle)
			if j.hasPos { // the joint's point stays where it is
				s.pos = anchor.sub(s.turn(j.pos))
			}
			p.anchor[k] = anchor
		}
		s.center = s.point(l.center)
	}
	for i := range m.trees {
		t := &m.trees[i]
		links := p.links[t.firstLink:t.endLink]
		center := links[0].center
		if t.mass >= minVal {
			var a, b float64
			for n := range links {
				mass := pm.links[int(t.firstLink)+n].mass
				a += float64(mass * links[n].center.a)
				b += float64(mass * links[n].center.b)
			}
			inverse := 1 / t.mass
			center = vec2{float64(a * inverse), float64(b * inverse)}
		}
		for n := range links {
			links[n].treeCenter = center
		}
	}
}

// planarVelocity computes inertia, velocity, acceleration and force of each link: velocity in the plane.
// A hinge with the sign g at the point p turns with the motion (g, g·normal×(o-p)), where o is the
// origin of the tree's frame.
func (d *Data) planarVelocity() {
	p, pm := d.planar, d.m.planar
	p.links[0].acceleration = motion2{0, -pm.gravity.a, -pm.gravity.b}
	for n := 1; n < len(p.links); n++ {
		l, s := &pm.links[n], &p.links[n]
		parent := &p.links[l.parent]
		o, mass := s.center.sub(s.treeCenter), l.mass
		ha, hb := float64(mass*o.a), float64(mass*o.b)
		I := l.moment + float64(ha*o.a) + float64(hb*o.b)
		s.inertia = inertia2{I, ha, hb, mass}
		v, a := parent.velocity, parent.acceleration
		for k := l.firstJoint; k < l.firstJoint+l.jointCount; k++ {
			j := &pm.joints[k]
			q := d.Qvel[j.dofAt]
			if j.slide {
				x := p.axis[k]
				p.motions[j.dofAt] = motion2{0, x.a, x.b}
				wq := float64(v.w * q)
				a.a -= float64(wq * x.b)
				a.b += float64(wq * x.a)
				v.a += float64(q * x.a)
				v.b += float64(q * x.b)
				continue
			}
			g := j.sign
			x, y := float64(g*(p.anchor[k].b-s.treeCenter.b)), float64(g*(s.treeCenter.a-p.anchor[k].a))
			p.motions[j.dofAt] = motion2{g, x, y}
			a.a += float64(q * (float64(g*v.b) - float64(v.w*y)))
			a.b += float64(q * (float64(v.w*x) - float64(g*v.a)))
			v.w += float64(q * g)
			v.a += float64(q * x)
			v.b += float64(q * y)
		}
		s.velocity, s.acceleration = v, a
		ma, mb := float64(mass*v.a)-float64(v.w*hb), float64(mass*v.b)+float64(v.w*ha) // momentum
		s.force = motion2{
			float64(I*a.w) + float64(ha*a.b) - float64(hb*a.a) + float64(v.a*mb) - float64(v.b*ma),
			float64(mass*a.a) - float64(a.w*hb) - float64(v.w*mb),
			float64(mass*a.b) + float64(a.w*ha) + float64(v.w*ma),
		}
	}
	for i := range pm.drags {
		p.addDrag(&pm.drags[i])
	}
}

// addDrag takes the drag g off the force that its link needs.
func (p *planarData) addDrag(g *planarDrag) {
	s := &p.links[g.link]
	o := s.point(g.center).sub(s.treeCenter)
	w := s.velocity.w
	va, vb := s.velocity.a-float64(w*o.b), s.velocity.b+float64(w*o.a)
	v := vec2{float64(s.cos*va) + float64(s.sin*vb), float64(s.cos*vb) - float64(s.sin*va)} // along the link's axes
	var force vec2
	var torque float64
	for k := range g.axes {
		x := &g.axes[k]
		f := resist(x.viscous, x.quadratic, float64(x.along.a*v.a)+float64(x.along.b*v.b))
		force.a += float64(x.along.a * f)
		force.b += float64(x.along.b * f)
		torque += float64(x.normal * resist(x.viscousTurn, x.turn, float64(x.normal*w)))
	}
	force = s.turn(force)
	s.force.w -= torque + float64(o.a*force.b) - float64(o.b*force.a)
	s.force.a -= force.a
	s.force.b -= force.b
}

// planarInverseDynamics computes the inertia matrix and the bias, leaves first: inverseDynamics in the plane.
func (d *Data) planarInverseDynamics() {
	m, p, pm := d.m, d.planar, d.m.planar
	for n := len(p.links) - 1; n > 0; n-- {
		l, s := &pm.links[n], &p.links[n]
		in, f := s.inertia, s.force
		for k := l.firstDof + l.dofCount - 1; k >= l.firstDof; k-- {
			x := p.motions[k]
			d.bias[k] = float64(x.w*f.w) + float64(x.a*f.a) + float64(x.b*f.b)
			g := motion2{float64(in.i*x.w) + float64(in.ha*x.b) - float64(in.hb*x.a),
				float64(in.m*x.a) - float64(x.w*in.hb), float64(in.m*x.b) + float64(x.w*in.ha)}
			at := m.dofs[k].row
			row := d.massMatrix[at:][:m.dofs[k].rowSize]
			for t, j := range m.ancestors[at:][:len(row)] {
				y := &p.motions[j]
				row[t] = float64(y.w*g.w) + float64(y.a*g.a) + float64(y.b*g.b)
			}
			row[0] += m.dofs[k].armature
		}
		if l.parent > 0 {
			o := &p.links[l.parent]
			o.inertia = inertia2{o.inertia.i + in.i, o.inertia.ha + in.ha, o.inertia.hb + in.hb, o.inertia.m + in.m}
			o.force = motion2{o.force.w + f.w, o.force.a + f.a, o.force.b + f.b}
		}
	}
}

// planarFrame returns the frame of body i.
func (d *Data) planarFrame(i int) frame {
	pm, b := d.m.planar, &d.m.planar.bodies[i]
	s := &d.planar.links[b.link]
	x := frame{pos: pm.full(s.point(b.pos), b.height)}
	switch sin, cos := s.sin, s.cos; pm.normal {
	case 1:
		x.rot = Mat3{Vec3{1, 0, 0}, Vec3{0, cos, sin}, Vec3{0, -sin, cos}}
	case 2:
		x.rot = Mat3{Vec3{cos, 0, -sin}, Vec3{0, 1, 0}, Vec3{sin, 0, cos}}
	case 3:
		x.rot = Mat3{Vec3{cos, sin, 0}, Vec3{-sin, cos, 0}, Vec3{0, 0, 1}}
	}
	return x
}

// planarTreeCenter returns the centre of mass of the tree of body i.
func (d *Data) planarTreeCenter(i int) Vec3 {
	b := &d.m.planar.bodies[i]
	return d.m.planar.full(d.planar.links[b.link].treeCenter, b.treeHeight)
}
