package multibody

// The methods of this file return poses and motions of the last evaluation: see Step. They take the
// index of a body, a site, a geom or a contact, and panic if there is none with this index.

// BodyPos returns the origin of the frame of body i at the last evaluation [m].
func (d *Data) BodyPos(i int) Vec3 {
	x := d.bodyFrame(i)
	return x.pos
}

// BodyRot returns the axes of the frame of body i at the last evaluation.
func (d *Data) BodyRot(i int) Mat3 {
	x := d.bodyFrame(i)
	return x.rot
}

// BodyCenter returns the centre of mass of body i at the last evaluation [m].
func (d *Data) BodyCenter(i int) Vec3 {
	x := d.bodyFrame(i)
	return x.point(d.m.bodies[i].center)
}

// SitePos returns the position of site i at the last evaluation [m].
func (d *Data) SitePos(i int) Vec3 {
	s := &d.m.sites[i]
	x := d.bodyFrame(int(s.body))
	return x.point(s.pos)
}

// GeomPos returns the centre of geom i at the last evaluation [m].
func (d *Data) GeomPos(i int) Vec3 {
	g := &d.m.geoms[i]
	x := d.bodyFrame(int(g.body))
	return x.point(g.Pos)
}

// GeomRot returns the axes of geom i at the last evaluation.
func (d *Data) GeomRot(i int) Mat3 {
	g := &d.m.geoms[i]
	x := d.bodyFrame(int(g.body))
	x.rot.mulMat(&x.rot, &g.rot)
	return x.rot
}

// BodyInertia returns the inertia of body i at the last evaluation, in the frame of its tree: MuJoCo's
// cinert. The inertia of the world is 0.
func (d *Data) BodyInertia(i int) Inertia {
	if i == 0 {
		return Inertia{}
	}
	b, x := &d.m.bodies[i], d.bodyFrame(i)
	c := b.tensor(&x.rot)
	c.shift(b.mass, x.point(b.center).Sub(d.treeCenter(i)))
	return c
}

// BodyVelocity returns the velocity of body i at the last evaluation, in the frame of its tree: MuJoCo's
// cvel. The linear part is the velocity of the point of the body that is at the centre of mass of
// its tree.
func (d *Data) BodyVelocity(i int) Spatial {
	n := d.m.bodies[i].link
	if p := d.m.planar; p != nil {
		return p.motion(d.planar.links[n].velocity)
	}
	return d.links[n].velocity
}

// bodyFrame returns the frame of body i at the last evaluation, which computes the frames of links only.
func (d *Data) bodyFrame(i int) frame {
	if d.planar != nil && i > 0 {
		return d.planarFrame(i)
	}
	b := &d.m.bodies[i]
	x := d.frames[b.link]
	if int(d.m.links[b.link].body) != i { // welded to the link's body
		x.pos = x.point(b.place.pos)
		x.rot.mulMat(&x.rot, &b.place.rot)
	}
	return x
}

// bodyDirection returns a vector of body b's frame in world axes.
func (d *Data) bodyDirection(b int32, v Vec3) Vec3 {
	if d.planar == nil {
		x := &d.m.bodies[b]
		return d.frames[x.link].rot.Mul(x.place.rot.Mul(v)) // not of a copy, which costs more than the products
	}
	x := d.planarFrame(int(b))
	return x.rot.Mul(v)
}

// treeCenter returns the centre of mass of the tree of body i at the last evaluation.
func (d *Data) treeCenter(i int) Vec3 {
	if d.planar == nil {
		return d.treeCenters[i]
	}
	return d.planarTreeCenter(i)
}

// point returns the place of a point of the frame in the world.
func (x *frame) point(p Vec3) Vec3 { return x.pos.Add(x.rot.Mul(p)) }
