package multibody

// A mechanism is planar if every hinge turns about one axis, the normal, and every slide moves
// across it: the pendulums, the reacher, the swimmer, the hopper, the cheetah and the walker of
// Gymnasium are. A motion then has three components instead of six, an inertia four instead of ten, and a
// rotation is one angle. The planar equations are those of position.go, massmatrix.go and velocity.go in
// these components. Contacts and the solvers are the same for both.

// A vec2 is a vector in the plane: its components along two axes with axis a × axis b = normal.
type vec2 struct{ a, b float64 }

// add returns x + y.
func (x vec2) add(y vec2) vec2 { return vec2{x.a + y.a, x.b + y.b} }

// sub returns x - y.
func (x vec2) sub(y vec2) vec2 { return vec2{x.a - y.a, x.b - y.b} }

// A motion2 is a motion or a wrench in the plane, in the frame of its tree: the angular part about the
// normal, and the linear part.
type motion2 struct{ w, a, b float64 }

// An inertia2 is an inertia in the frame of its tree: the moment about the normal, the mass times
// the centre of mass, and the mass.
type inertia2 struct{ i, ha, hb, m float64 }

// A planarModel is a planar mechanism as the planar equations see it. Each link, joint and body has the
// index that it has in the Model.
type planarModel struct {
	normal  int // 1, 2, 3: the axis x, y, z
	gravity vec2
	links   []planarLink
	joints  []planarJoint
	bodies  []planarBody
	geoms   []planarGeom
	drags   []planarDrag
	linkOf  []int32 // of each dof
}

// A planarLink is a link in the plane.
type planarLink struct {
	parent                 int32
	firstJoint, jointCount int32
	firstDof, dofCount     int32
	pos                    vec2 // in the frame of the parent
	center                 vec2
	mass, moment           float64 // moment about the normal through the centre of mass
}

// A planarJoint is a hinge or a slide in the plane.
type planarJoint struct {
	slide     bool
	hasPos    bool
	sign      float64 // of a hinge: 1 or -1, its axis along the normal
	axis, pos vec2
	ref       float64
	qposAt    int32
	dofAt     int32
}

// A planarBody is the place of a body in its link. Heights are along the normal, and constant.
type planarBody struct {
	link               int32
	pos                vec2
	height, treeHeight float64 // of the body's frame, and of the centre of mass of its tree
}

// A planarGeom is the place of a geom in its link.
type planarGeom struct {
	id, link           int32
	pos, axis          vec2
	height, axisHeight float64
}

// A planarDrag is a drag in its link.
type planarDrag struct {
	link   int32
	center vec2
	axes   [3]dragAxis
}

// A dragAxis is a principal axis of a body, with the coefficients of the drag along it.
type dragAxis struct {
	along                                 vec2
	normal                                float64 // component along the normal
	viscous, viscousTurn, quadratic, turn float64
}

// flat returns v's components in the plane, and the component along the normal.
func (p *planarModel) flat(v Vec3) (vec2, float64) {
	switch p.normal {
	case 1:
		return vec2{v.Y, v.Z}, v.X
	case 2:
		return vec2{v.Z, v.X}, v.Y
	}
	return vec2{v.X, v.Y}, v.Z
}

// full is the inverse of flat.
func (p *planarModel) full(v vec2, n float64) Vec3 {
	switch p.normal {
	case 1:
		return Vec3{n, v.a, v.b}
	case 2:
		return Vec3{v.b, n, v.a}
	}
	return Vec3{v.a, v.b, n}
}

// motion returns v as a spatial motion.
func (p *planarModel) motion(v motion2) Spatial {
	return Spatial{p.full(vec2{}, v.w), p.full(vec2{v.a, v.b}, 0)}
}

// makePlanar sets m.planar if m is planar. A frame that is turned against its parent's, even about the
// normal, leaves m to the spatial equations. Geoms follow in planarGeoms.
func (m *Model) makePlanar() {
	p := &planarModel{}
	for i := range m.joints {
		if j := &m.joints[i]; j.Type == Hinge {
			p.normal = int(max(j.axisCode, -j.axisCode))
			break
		}
	}
	if p.normal == 0 {
		return
	}
	for i := range m.bodies {
		if m.bodies[i].hasRot {
			return
		}
	}
	for i := range m.joints {
		j := &m.joints[i]
		axis, n := p.flat(j.Axis)
		if j.Type == Free || j.Type == Hinge && n*n != 1 || j.Type == Slide && n != 0 {
			return
		}
		pos, _ := p.flat(j.Pos)
		p.joints = append(p.joints, planarJoint{slide: j.Type == Slide, hasPos: pos != vec2{}, sign: n, axis: axis, pos: pos,
			ref: j.Ref, qposAt: j.qposAt, dofAt: j.dofAt})
	}
	p.gravity, _ = p.flat(m.Gravity)
	p.addLinks(m)
	p.addBodies(m)
	p.addDrags(m)
	for i := range m.dofs {
		p.linkOf = append(p.linkOf, m.bodies[m.dofs[i].body].link)
	}
	m.planar = p
}

// addLinks lists the links.
func (p *planarModel) addLinks(m *Model) {
	p.links = []planarLink{{}}
	for n := 1; n < len(m.links); n++ {
		l := &m.links[n]
		b := &m.bodies[l.body]
		pos, _ := p.flat(m.placeIn(int(b.parent), int(m.links[l.parent].body)).pos.Add(b.pos))
		center, _ := p.flat(l.center)
		var c Inertia
		l.inertia(&c, &identity, Vec3{})
		p.links = append(p.links, planarLink{parent: l.parent, firstJoint: l.firstJoint, jointCount: l.jointCount,
			firstDof: l.firstDof, dofCount: l.dofCount, pos: pos, center: center, mass: l.mass,
			moment: [...]float64{c.XX, c.YY, c.ZZ}[p.normal-1]})
	}
}

// addBodies lists the bodies.
func (p *planarModel) addBodies(m *Model) {
	p.bodies = make([]planarBody, len(m.bodies))
	for _, t := range m.trees {
		var sum float64
		for i := t.firstBody; i < t.endBody; i++ {
			b, x := &m.bodies[i], &p.bodies[i]
			x.link = b.link
			x.pos, _ = p.flat(m.placeIn(int(i), int(m.links[b.link].body)).pos)
			_, h := p.flat(b.pos)
			x.height = p.bodies[b.parent].height + h
			_, h = p.flat(b.center)
			sum += float64(b.mass * (x.height + h))
		}
		_, h := p.flat(m.links[t.firstLink].center)
		h += p.bodies[t.firstBody].height
		if t.mass >= minVal {
			h = sum / t.mass
		}
		for i := t.firstBody; i < t.endBody; i++ {
			p.bodies[i].treeHeight = h
		}
	}
}

// addDrags lists the drags.
func (p *planarModel) addDrags(m *Model) {
	for _, g := range m.drags {
		b := &m.bodies[g.body]
		center, _ := p.flat(b.center)
		x := planarDrag{link: b.link, center: p.bodies[g.body].pos.add(center)}
		r, area, turn := b.principalRot, g.area, g.turn
		for k, axis := range [3]Vec3{r.X, r.Y, r.Z} {
			a := &x.axes[k]
			a.along, a.normal = p.flat(axis)
			a.viscous, a.viscousTurn = g.viscous, g.viscousTurn
			a.quadratic, a.turn = [3]float64{area.X, area.Y, area.Z}[k], [3]float64{turn.X, turn.Y, turn.Z}[k]
		}
		p.drags = append(p.drags, x)
	}
}

// planarGeoms lists the geoms that can touch others, which makePairs has found.
func (m *Model) planarGeoms() {
	p := m.planar
	if p == nil {
		return
	}
	for _, i := range m.active {
		g, b := &m.geoms[i], &p.bodies[m.geoms[i].body]
		x := planarGeom{id: i, link: b.link}
		pos, h := p.flat(g.Pos)
		x.pos, x.height = b.pos.add(pos), b.height+h
		x.axis, x.axisHeight = p.flat(g.rot.Z)
		p.geoms = append(p.geoms, x)
	}
}
