package multibody

// A place says where elements are: the frames around them and the class that they inherit.
type place struct {
	class string
	pos   Vec3 // of <frame> in the body's frame
	rot   Quat // zero: no rotation
}

// inside returns the pose in the body's frame of something in the frame p.
func (p *place) inside(pos Vec3, rot Quat) (Vec3, Quat) {
	if p.rot == (Quat{}) {
		return p.pos.Add(pos), rot
	}
	r := p.rot.mat()
	if rot == (Quat{}) {
		return p.pos.Add(r.Mul(pos)), p.rot
	}
	return p.pos.Add(r.Mul(pos)), p.rot.Mul(rot).unit()
}

// readContent reads what is in a body, in the world or in a frame: joints, geoms, sites and bodies.
func (l *loader) readContent(n *node, b *Body, at place) {
	for _, c := range firstInertial(n.children) {
		if l.err != nil {
			return
		}
		switch c.name {
		case "inertial":
			l.readInertial(c, b)
		case "joint":
			l.readJoint(c, b, at)
		case "freejoint":
			e := l.element(c, "", "")
			e.ignore("group")
			e.only("false", "changing the frame of a body is", "align")
			b.Joints = append(b.Joints, DefaultJoint().Free(e.text("name", "")))
			e.end()
		case "geom":
			l.readGeom(c, b, at)
		case "site":
			e := l.element(c, "site", at.class)
			s := Site{Name: e.text("name", "")}
			s.Pos, _ = at.inside(e.vector("pos", Vec3{}), Quat{}) // where fromto places a site, only drawings show
			b.Sites = append(b.Sites, s)
		case "body":
			l.readBody(c, b, at)
		case "frame":
			l.readFrame(c, b, at)
		case "camera", "light":
		default:
			l.fail(c, "<"+c.name+">", "this element is not supported, want body, frame, inertial, joint, freejoint, geom or site")
		}
	}
}

// readBody reads a body with everything in it.
func (l *loader) readBody(n *node, parent *Body, at place) {
	e := l.element(n, "", "")
	b := Body{Name: e.text("name", "")}
	b.Pos, b.Rot = at.inside(e.vector("pos", Vec3{}), e.orientation())
	class := e.text("childclass", at.class)
	e.only("false", "bodies that follow commands are", "mocap")
	e.only("0", "compensation of gravity is", "gravcomp")
	e.ignore("user", "sleep")
	e.end()
	l.readContent(n, &b, place{class: class})
	parent.Bodies = append(parent.Bodies, b)
}

// readFrame reads a frame: its content is in the body around it.
func (l *loader) readFrame(n *node, b *Body, at place) {
	e := l.element(n, "", "")
	e.ignore("name")
	inner := place{class: e.text("childclass", at.class)}
	inner.pos, inner.rot = at.inside(e.vector("pos", Vec3{}), e.orientation())
	e.end()
	l.readContent(n, b, inner)
}

// readInertial reads the mass of a body.
func (l *loader) readInertial(n *node, b *Body) {
	e := l.element(n, "", "")
	i := &Inertial{Pos: e.vector("pos", Vec3{}), Rot: e.orientation(), Mass: e.number("mass", 0)}
	e.numbers("diaginertia", 3, &i.Moments.X, &i.Moments.Y, &i.Moments.Z)
	var t tensor
	if e.numbers("fullinertia", 6, &t[0][0], &t[1][1], &t[2][2], &t[0][1], &t[0][2], &t[1][2]) > 0 {
		if i.Rot != (Quat{}) || i.Moments != (Vec3{}) {
			l.fail(n, "<inertial>", "fullinertia is given with an orientation or with diaginertia, want only one of them")
		}
		t[1][0], t[2][0], t[2][1] = t[0][1], t[0][2], t[1][2]
		i.Moments, i.Rot = t.principal()
	}
	if _, ok := e.get("mass"); !ok {
		l.fail(n, "<inertial>", "mass is missing, want the mass of the body")
	}
	e.end()
	if l.compiler.inertiafromgeom != "true" {
		b.Inertial = i
	}
}

// readJoint reads a joint.
func (l *loader) readJoint(n *node, b *Body, at place) {
	e, j := l.element(n, "joint", at.class), DefaultJoint()
	j.Name = e.text("name", "")
	switch e.choice("type", "hinge", "hinge", "slide", "free") {
	case "slide":
		j.Type = Slide
	case "free":
		j.Type = Free
	}
	j.Limited, j.Range = e.limits("limited", "range")
	j.Pos, j.Axis = e.vector("pos", Vec3{}), e.vector("axis", j.Axis)
	j.Pos, _ = at.inside(j.Pos, Quat{})
	if at.rot != (Quat{}) {
		r := at.rot.mat()
		j.Axis = r.Mul(j.Axis)
	}
	j.Margin = e.number("margin", 0)
	j.Ref, j.SpringRef = e.number("ref", 0), e.number("springref", 0)
	j.Stiffness, j.Damping = e.linear("stiffness"), e.linear("damping")
	j.Armature = e.number("armature", 0)
	e.softness("solreflimit", "solimplimit", &j.Softness)
	if j.Type == Hinge {
		for _, x := range []*float64{&j.Range[0], &j.Range[1], &j.Ref, &j.SpringRef} {
			*x = l.compiler.angle(*x)
		}
	}
	if j.Type == Free {
		j.Pos, j.Axis, j.Limited, j.Range, j.Ref, j.SpringRef = Vec3{}, Vec3{Z: 1}, false, [2]float64{}, 0, 0
	}
	e.only("0", "friction of joints is", "frictionloss")
	e.only("0", "springs by time constant are", "springdamper")
	e.only("0", "springs that yield are", "springyield")
	e.only("false", "limits of the forces on a joint are", "actuatorfrclimited")
	if e.text("actuatorfrclimited", "auto") != "false" {
		e.only("0", "limits of the forces on a joint are", "actuatorfrcrange")
	}
	e.only("false", "compensation of gravity is", "actuatorgravcomp")
	e.ignore("group", "user", "solreffriction", "solimpfriction", "actuatorfrcrange")
	e.end()
	b.Joints = append(b.Joints, j)
}

// linear returns a coefficient. MuJoCo also has polynomials, which are not supported.
func (e *element) linear(name string) float64 {
	var c [3]float64
	e.numbers(name, 1, &c[0], &c[1], &c[2])
	if c[1] != 0 || c[2] != 0 {
		a, _ := e.get(name)
		e.l.fail(a.at, e.quote(a), "polynomials of %s are not supported, want one number", name)
	}
	return c[0]
}
