package multibody

// A link is a body with the bodies that are welded to it, directly or through others. The equations of
// motion see links only, since welded bodies have one velocity. A body without joints is a link
// of its own if it is a child of the world.
type link struct {
	body                   int32 // the body that its joints move, in whose frame the link is described
	parent                 int32 // the link that it moves against; link 0 is the world
	firstJoint, jointCount int32
	firstDof, dofCount     int32
	free                   bool  // moved by a free joint
	floating               bool  // the first link of its tree is free
	turned                 bool  // its frame is turned against its parent's
	place                  frame // in the frame of its parent
	round                  bool  // two principal moments are equal, so the tensor follows from one axis
	mass                   float64
	center                 Vec3    // centre of mass
	axis                   Vec3    // of a round link: its axis of symmetry
	across, along          float64 // of a round link: the moment across the axis, and how much greater the moment about it is
	tensor                 Mat3    // of a link that is not round, about its centre of mass
}

// A tree is a child of the world with all bodies that hang from it. Bodies and links of a tree follow
// one another, since Model lists both depth first.
type tree struct {
	firstBody, endBody int32
	firstLink, endLink int32
	mass               float64
}

// makeLinks lists the links and the trees of m. It needs the masses of the bodies.
func (m *Model) makeLinks() {
	m.links, m.trees = []link{{}}, nil
	for i := 1; i < len(m.bodies); i++ {
		b := &m.bodies[i]
		if b.parent == 0 {
			m.trees = append(m.trees, tree{firstBody: int32(i), firstLink: int32(len(m.links))})
		}
		t := &m.trees[len(m.trees)-1]
		t.endBody, t.mass = int32(i+1), t.mass+b.mass
		b.link = m.bodies[b.parent].link
		if b.jointCount > 0 || b.parent == 0 {
			m.links = append(m.links, link{body: int32(i), parent: b.link, firstJoint: b.firstJoint, jointCount: b.jointCount,
				firstDof: b.firstDof, dofCount: b.dofCount, free: b.free, floating: m.bodies[b.root].free})
			b.link = int32(len(m.links) - 1)
		}
		t.endLink = int32(len(m.links))
	}
	for n := 1; n < len(m.links); n++ {
		m.links[n].weld(m)
	}
	m.placeInLinks()
}

// placeInLinks finds the places of bodies and geoms in their links, and of links in their parents.
func (m *Model) placeInLinks() {
	for i := range m.bodies {
		b := &m.bodies[i]
		b.place = m.placeIn(i, int(m.links[b.link].body))
		if l := &m.links[b.link]; i > 0 && int(l.body) == i {
			x := m.bodies[b.parent].place
			l.place.pos = x.point(b.pos)
			l.place.rot.mulMat(&x.rot, &b.rot)
			l.turned = l.place.rot != identity
		}
	}
	for i := range m.geoms {
		g := &m.geoms[i]
		b := &m.bodies[g.body]
		g.link, g.center, g.axis = b.link, b.place.point(g.Pos), b.place.rot.Mul(g.rot.Z)
	}
}

// weld computes mass, centre and tensor of l from its bodies.
func (l *link) weld(m *Model) {
	parts := 0
	var weighted Vec3
	for i := range m.bodies {
		if m.partOf(i, l) {
			x := m.placeIn(i, int(l.body))
			weighted = weighted.AddScaled(x.pos.Add(x.rot.Mul(m.bodies[i].center)), m.bodies[i].mass)
			l.mass += m.bodies[i].mass
			parts++
		}
	}
	first := &m.bodies[l.body]
	if parts == 1 || l.mass < minVal { // the numbers of the body itself, without another rounding
		l.center, l.round = first.center, first.axisym
	} else {
		l.center = weighted.Scale(1 / l.mass)
	}
	if l.round {
		l.across, l.along, l.axis = first.inertia.X, first.inertia.Z-first.inertia.X, first.principalRot.Z
		return
	}
	var sum Inertia
	for i := range m.bodies {
		if m.partOf(i, l) {
			b := &m.bodies[i]
			x := m.placeIn(i, int(l.body))
			part := b.tensor(&x.rot)
			part.shift(b.mass, x.pos.Add(x.rot.Mul(b.center)).Sub(l.center))
			sum.add(&part)
		}
	}
	l.tensor = Mat3{Vec3{sum.XX, sum.XY, sum.XZ}, Vec3{sum.XY, sum.YY, sum.YZ}, Vec3{sum.XZ, sum.YZ, sum.ZZ}}
}

// partOf reports whether body i belongs to l.
func (m *Model) partOf(i int, l *link) bool { return i > 0 && &m.links[m.bodies[i].link] == l }

// placeIn returns the frame of body i in the frame of a body that it is welded to.
func (m *Model) placeIn(i, carrier int) frame {
	x := frame{rot: identity}
	for ; i != carrier; i = int(m.bodies[i].parent) {
		b := &m.bodies[i]
		x.pos = b.pos.Add(b.rot.Mul(x.pos))
		x.rot.mulMat(&b.rot, &x.rot)
	}
	return x
}

// tensor returns the inertia of b about its centre of mass, along the axes in which the frame of b is
// r. Mass and centre are left out.
//
//	R·diag(moments)·Rᵀ, where R has the principal axes as columns
func (b *body) tensor(r *Mat3) (c Inertia) {
	I := b.inertia
	x, y, z := r.Mul(b.principalRot.X), r.Mul(b.principalRot.Y), r.Mul(b.principalRot.Z)
	c.XX = float64(I.X*x.X*x.X) + float64(I.Y*y.X*y.X) + float64(I.Z*z.X*z.X)
	c.YY = float64(I.X*x.Y*x.Y) + float64(I.Y*y.Y*y.Y) + float64(I.Z*z.Y*z.Y)
	c.ZZ = float64(I.X*x.Z*x.Z) + float64(I.Y*y.Z*y.Z) + float64(I.Z*z.Z*z.Z)
	c.XY = float64(I.X*x.X*x.Y) + float64(I.Y*y.X*y.Y) + float64(I.Z*z.X*z.Y)
	c.XZ = float64(I.X*x.X*x.Z) + float64(I.Y*y.X*y.Z) + float64(I.Z*z.X*z.Z)
	c.YZ = float64(I.X*x.Y*x.Z) + float64(I.Y*y.Y*y.Z) + float64(I.Z*z.Y*z.Z)
	return c
}

// inertia sets c to the inertia of l in the frame of its tree, if the body of l has the axes r, and the
// centre of mass of l is at o from that of the tree.
func (l *link) inertia(c *Inertia, r *Mat3, o Vec3) {
	if l.round { // across·1 + along·a·aᵀ
		a := r.Mul(l.axis)
		x, y, z := float64(l.along*a.X), float64(l.along*a.Y), float64(l.along*a.Z)
		c.XX, c.YY, c.ZZ = l.across+float64(x*a.X), l.across+float64(y*a.Y), l.across+float64(z*a.Z)
		c.XY, c.XZ, c.YZ = float64(x*a.Y), float64(x*a.Z), float64(y*a.Z)
	} else { // R·tensor·Rᵀ
		x, y, z := r.Mul(l.tensor.X), r.Mul(l.tensor.Y), r.Mul(l.tensor.Z)
		c.XX = float64(x.X*r.X.X) + float64(y.X*r.Y.X) + float64(z.X*r.Z.X)
		c.YY = float64(x.Y*r.X.Y) + float64(y.Y*r.Y.Y) + float64(z.Y*r.Z.Y)
		c.ZZ = float64(x.Z*r.X.Z) + float64(y.Z*r.Y.Z) + float64(z.Z*r.Z.Z)
		c.XY = float64(x.X*r.X.Y) + float64(y.X*r.Y.Y) + float64(z.X*r.Z.Y)
		c.XZ = float64(x.X*r.X.Z) + float64(y.X*r.Y.Z) + float64(z.X*r.Z.Z)
		c.YZ = float64(x.Y*r.X.Z) + float64(y.Y*r.Y.Z) + float64(z.Y*r.Z.Z)
	}
	c.shift(l.mass, o)
}
