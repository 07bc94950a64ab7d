package multibody

import "math"

// sphereCylinder adds the contact of a sphere at p1 and a cylinder about p2. The nearest point of
// the cylinder is on its side, on an end or on a rim; from a centre inside the cylinder the way out
// is the shorter one of across and along its axis.
func (d *Data) sphereCylinder(pair int32, p1, p2, axis Vec3) {
	p := &d.m.pairs[pair]
	r, size := d.m.geoms[p.g1].size.X, d.m.geoms[p.g2].size
	radius, height := size.X, size.Y
	v := p1.Sub(p2)
	z := v.Dot(axis)
	across := v.AddScaled(axis, -z)
	side, end := math.Abs(z) < height, across.Dot(across) < radius*radius
	if side && end {
		side = height-math.Abs(z) >= radius-across.Norm()
		end = !side
	}
	switch {
	case side:
		d.spheres(pair, p1, p2.AddScaled(axis, z)) // the cylinder is as a sphere about this point of its axis
	case end:
		n := axis.Scale(math.Copysign(1, z)) // out of the end
		dist := math.Abs(z) - height - r
		d.addContact(pair, dist, p1.AddScaled(n, -float64(dist/2)-r), n.Scale(-1), Vec3{})
	default:
		rim := p2.AddScaled(axis, math.Copysign(height, z)).AddScaled(across, radius/across.Norm())
		n, l := rim.Sub(p1).unit()
		dist := l - r
		d.addContact(pair, dist, p1.AddScaled(n, r+float64(dist/2)), n, Vec3{})
	}
}
