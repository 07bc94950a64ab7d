package multibody

import "math"

// collide finds the contacts of all pairs of geoms that may touch, in MuJoCo's order.
func (d *Data) collide() {
	m := d.m
	d.Contacts = d.Contacts[:0]
	if len(m.pairs) == 0 {
		return
	}
	d.placeActiveGeoms()
	for _, i := range d.nearPairs() {
		p := &m.pairs[i]
		between := d.gpos[p.g2].Sub(d.gpos[p.g1])
		if m.geoms[p.g1].Shape == Plane {
			normal := d.gaxis[p.g1]
			if height := between.Dot(normal); !(height > p.bound) {
				d.collidePlane(i, normal, height)
			}
		} else if !(between.Dot(between) > p.bound*p.bound) {
			d.collideShapes(i)
		}
	}
}

// placeActiveGeoms sets the centre and the z axis of each geom that may touch another.
func (d *Data) placeActiveGeoms() {
	if d.planar != nil {
		d.placeGeoms()
		return
	}
	for _, i := range d.m.active {
		g := &d.m.geoms[i]
		x := &d.frames[g.link]
		d.gpos[i] = x.pos.Add(x.rot.Mul(g.center))
		if g.Shape != Sphere {
			d.gaxis[i] = x.rot.Mul(g.axis)
		}
	}
}

// collidePlane tests a pair whose first geom is a plane with this normal. The second geom's centre is
// at the given height above it [m].
func (d *Data) collidePlane(pair int32, normal Vec3, height float64) {
	p := &d.m.pairs[pair]
	g := &d.m.geoms[p.g2]
	center, axis := d.gpos[p.g2], d.gaxis[p.g2]
	switch g.Shape {
	case Sphere:
		d.planeSphere(pair, normal, center, Vec3{})
	case Capsule: // the end along +axis first
		half := axis.Scale(g.size.Y)
		d.planeSphere(pair, normal, center.Add(half), axis)
		d.planeSphere(pair, normal, center.Sub(half), axis)
	case Cylinder:
		d.planeCylinder(pair, normal, height, axis)
	}
}

// collideShapes tests a pair of two geoms that are not planes. Their order is that of their Shapes.
func (d *Data) collideShapes(pair int32) {
	p := &d.m.pairs[pair]
	g, h := &d.m.geoms[p.g1], &d.m.geoms[p.g2]
	p1, p2 := d.gpos[p.g1], d.gpos[p.g2]
	half2 := d.gaxis[p.g2].Scale(h.size.Y)
	switch {
	case g.Shape == Sphere && h.Shape == Sphere:
		d.spheres(pair, p1, p2)
	case g.Shape == Sphere && h.Shape == Capsule:
		x := half2.Dot(p1.Sub(p2)) / half2.Dot(half2)
		d.spheres(pair, p1, p2.AddScaled(half2, clip(x)))
	case g.Shape == Sphere && h.Shape == Cylinder:
		d.sphereCylinder(pair, p1, p2, d.gaxis[p.g2])
	case g.Shape == Capsule && h.Shape == Capsule:
		d.capsules(pair, p1, d.gaxis[p.g1].Scale(g.size.Y), p2, half2)
	case g.Shape == Capsule && h.Shape == Cylinder:
		d.capsuleCylinder(pair, p1, d.gaxis[p.g1].Scale(g.size.Y), p2, d.gaxis[p.g2])
	}
}

// clip returns x limited to [−1, 1].
func clip(x float64) float64 { return min(1, max(-1, x)) }

// planeSphere tests the first geom of a pair, a plane, against a ball of the second one's radius.
func (d *Data) planeSphere(pair int32, normal, center, tangent Vec3) {
	p := &d.m.pairs[pair]
	radius := d.m.geoms[p.g2].size.X
	height := center.Sub(d.gpos[p.g1]).Dot(normal)
	if height > p.margin+radius {
		return
	}
	dist := height - radius
	d.addPlaneContact(pair, dist, center.AddScaled(normal, -float64(0.5*dist)-radius), normal, tangent)
}

// spheres tests two balls with the radii of the pair's geoms, and reports whether they are near
// enough for a contact. Balls with the same centre have as normal the axis across both geoms'
// axes, or x.
func (d *Data) spheres(pair int32, p1, p2 Vec3) bool {
	p := &d.m.pairs[pair]
	r1, r2 := d.m.geoms[p.g1].size.X, d.m.geoms[p.g2].size.X
	between := p2.Sub(p1)
	l := between.Norm()
	if l > p.margin+r1+r2 {
		return false
	}
	normal := Vec3{1, 0, 0}
	if l >= minVal {
		normal = between.Scale(1 / l)
	} else if across := d.gaxis[p.g1].Cross(d.gaxis[p.g2]); across.Norm() >= minVal {
		normal = across
	}
	dist := l - r1 - r2
	d.addContact(pair, dist, p1.AddScaled(normal, r1+float64(0.5*dist)), normal, Vec3{})
	return true
}

// capsules tests two capsules with axes p1 + x₁·e1 and p2 + x₂·e2, −1 ≤ x ≤ 1. Parallel capsules have up to
// two contacts.
func (d *Data) capsules(pair int32, p1, e1, p2, e2 Vec3) {
	x1, x2, parallel := nearestOnAxes(p1, e1, p2, e2)
	if parallel {
		d.parallelCapsules(pair, p1, e1, p2, e2)
		return
	}
	d.spheres(pair, p1.AddScaled(e1, x1), p2.AddScaled(e2, x2))
}

// nearestOnAxes returns where two axes are nearest. The nearest points of two lines that are not parallel solve
//
//	a·x₁ + b·x₂ = s,  b·x₁ + c·x₂ = t,    a = e1·e1, b = −e1·e2, c = e2·e2
//
// and a point beyond an end moves to the end. MuJoCo takes axes for parallel if a·c − b² < 1e-15; here
// this is relative to a·c where that is above 1, because rounding alone exceeds it for capsules of
// several metres.
func nearestOnAxes(p1, e1, p2, e2 Vec3) (x1, x2 float64, parallel bool) {
	v := p1.Sub(p2)
	a, b, c := e1.Dot(e1), -e1.Dot(e2), e2.Dot(e2)
	s, t := -e1.Dot(v), e2.Dot(v)
	det := float64(a*c) - float64(b*b)
	if !(math.Abs(det) >= minVal*max(1, float64(a*c))) {
		return 0, 0, true
	}
	x1, x2 = (float64(c*s)-float64(b*t))/det, (float64(a*t)-float64(b*s))/det
	if x1 > 1 {
		x1, x2 = 1, (t-b)/c
	} else if x1 < -1 {
		x1, x2 = -1, (t+b)/c
	}
	if x2 > 1 {
		x2, x1 = 1, clip((s-b)/a)
	} else if x2 < -1 {
		x2, x1 = -1, clip((s+b)/a)
	}
	return x1, x2, false
}

// parallelCapsules is capsules for parallel axes. It tests each end against the other axis, until two
// are near enough. As in MuJoCo, the first capsule's ends come first, so inside a wide margin the
// contacts need not be the nearest ones.
func (d *Data) parallelCapsules(pair int32, p1, e1, p2, e2 Vec3) {
	v := p1.Sub(p2)
	a, b, c := e1.Dot(e1), -e1.Dot(e2), e2.Dot(e2)
	s, t := -e1.Dot(v), e2.Dot(v)
	contacts := 0
	for k := 0; k < 4 && contacts < 2; k++ {
		x1, x2 := 1.0, 1.0
		if k&1 == 1 {
			x1, x2 = -1, -1
		}
		if k < 2 {
			x2 = clip((t - float64(x1*b)) / c)
		} else {
			x1 = clip((s - float64(x2*b)) / a)
		}
		if d.spheres(pair, p1.AddScaled(e1, x1), p2.AddScaled(e2, x2)) {
			contacts++
		}
	}
}
