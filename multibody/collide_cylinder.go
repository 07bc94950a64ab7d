package multibody

import "math"

// planeCylinder puts up to four contacts under a cylinder whose centre is at the given height above a
// plane: the lowest point of each disc, and two more on the rim of the lower disc, which make a triangle
// with its lowest point.
func (d *Data) planeCylinder(pair int32, normal Vec3, height float64, axis Vec3) {
	p := &d.m.pairs[pair]
	g := &d.m.geoms[p.g2]
	center := d.gpos[p.g2]
	along := normal.Dot(axis)
	if along > 0 {
		axis, along = axis.Scale(-1), -along
	}
	down := Vec3{float64(axis.X*along) - normal.X, float64(axis.Y*along) - normal.Y, float64(axis.Z*along) - normal.Z} // in the plane of the disc
	if l := down.Norm(); l >= minVal {
		down = down.Scale(g.size.X / l)
	} else { // an upright cylinder
		down = d.bodyDirection(g.body, g.rot.X).Scale(g.size.X)
	}
	drop := down.Dot(normal)
	axis, along = axis.Scale(g.size.Y), float64(along*g.size.Y)
	add := func(dist float64, at Vec3) {
		d.addPlaneContact(pair, dist, at.AddScaled(normal, float64(-0.5*dist)), normal, Vec3{})
	}
	if height+along+drop > p.margin {
		return
	}
	add(height+along+drop, center.Add(down).Add(axis))
	if height-along+drop <= p.margin {
		add(height-along+drop, center.Add(down).Sub(axis))
	}
	if dist := height + along + float64(-0.5*drop); dist <= p.margin {
		side, _ := down.Cross(axis).unit()
		side = side.Scale(g.size.X * math.Sqrt(3) / 2)
		add(dist, center.Add(side).Add(axis).AddScaled(down, -0.5))
		add(dist, center.Sub(side).Add(axis).AddScaled(down, -0.5))
	}
}

// capsuleCylinder tests a capsule with the axis p1 + t·e1, −1 ≤ t ≤ 1, against a cylinder. MuJoCo
// searches for the nearest points to 1e-6, and may make several contacts where faces lie together;
// this makes one contact, of the exact distance. While the capsule's axis is outside the cylinder, its
// squared distance from it is convex along t, and bisection finds where its slope vanishes.
func (d *Data) capsuleCylinder(pair int32, p1, e1, p2, axis Vec3) {
	p := &d.m.pairs[pair]
	radius, size := d.m.geoms[p.g1].size.X, d.m.geoms[p.g2].size
	gap := func(t float64) Vec3 { return cylinderGap(p1.AddScaled(e1, t).Sub(p2), axis, size.X, size.Y) }
	low, high, t := -1.0, 1.0, 0.0
	switch {
	case gap(low).Dot(e1) <= 0:
		t = low
	case gap(high).Dot(e1) >= 0:
		t = high
	default:
		for range 60 {
			t = 0.5 * (low + high)
			if gap(t).Dot(e1) > 0 {
				low = t
			} else {
				high = t
			}
		}
	}
	v := gap(t)
	l := v.Norm()
	if l-radius > p.margin {
		return
	}
	if l < minVal {
		d.capsuleInCylinder(pair, p1.Sub(p2), e1, p2, axis)
		return
	}
	normal := v.Scale(1 / l)
	dist := l - radius
	d.addContact(pair, dist, p1.AddScaled(e1, t).AddScaled(normal, radius+float64(0.5*dist)), normal, Vec3{})
}

// cylinderGap returns the vector from a point v, relative to the cylinder's centre, to the nearest point
// of the cylinder; 0 if v is inside.
func cylinderGap(v, axis Vec3, radius, half float64) Vec3 {
	z := v.Dot(axis)
	across := v.AddScaled(axis, -z)
	var gap Vec3
	if l := across.Norm(); l > radius {
		gap = across.Scale(radius/l - 1)
	}
	return gap.AddScaled(axis, min(half, max(-half, z))-z)
}

// An escape is a way by which a capsule's axis leaves a cylinder: depth [m] along the unit vector normal.
// The point of the capsule's axis that leaves last is at, relative to the cylinder's centre.
type escape struct {
	depth      float64
	normal, at Vec3
}

// capsuleInCylinder tests a capsule with the axis v + t·e, relative to the cylinder's centre, that enters
// the cylinder. The shortest way out is along the cylinder's axis, across it, or across both axes.
func (d *Data) capsuleInCylinder(pair int32, v, e, center, axis Vec3) {
	p := &d.m.pairs[pair]
	capsule, cylinder := d.m.geoms[p.g1].size.X, d.m.geoms[p.g2].size
	best := escapeAlong(v, e, axis, cylinder.Y)
	if x := escapeAcross(v, e, axis, cylinder.X); x.depth < best.depth {
		best = x
	}
	if x, ok := escapeRim(v, e, axis, cylinder.X, cylinder.Y); ok && x.depth < best.depth-1e-12 {
		best = x
	}
	dist := -best.depth - capsule
	at := center.Add(best.at).AddScaled(best.normal, -capsule-float64(0.5*dist))
	d.addContact(pair, dist, at, best.normal.Scale(-1), Vec3{})
}

// escapeAlong returns the way out through the nearer disc of a cylinder.
func escapeAlong(v, e, axis Vec3, half float64) escape {
	va, ea := v.Dot(axis), e.Dot(axis)
	normal := axis.Scale(math.Copysign(1, va))
	return escape{half + math.Abs(ea) - math.Abs(va), normal, v.AddScaled(e, -math.Copysign(1, normal.Dot(e)))}
}

// escapeAcross returns the way out through the side of a cylinder at the point of the capsule's axis
// that is nearest to the cylinder's axis.
func escapeAcross(v, e, axis Vec3, radius float64) escape {
	f, g := v.AddScaled(axis, -v.Dot(axis)), e.AddScaled(axis, -e.Dot(axis))
	t := 0.0
	if q := g.Dot(g); q > minVal {
		t = clip(-f.Dot(g) / q)
	}
	normal, l := f.AddScaled(g, t).unit()
	if l < minVal {
		normal, _ = axis.Cross(g).unit()
	}
	return escape{radius - l, normal, v.AddScaled(e, t)}
}

// escapeRim returns the shortest way out across the capsule's axis, by which a point of the cylinder's
// rim leaves last. Its normal n = x·cos φ + y·sin φ has x and y across e, and y also across the
// cylinder's axis; the depth is the cylinder's extent along n less the capsule's position,
//
//	R·√(1 − c²cos²φ) + H·|c·cos φ| − v·n,    c = axis·x
//
// The least of 24 directions is the start, and steps of half the size follow until they are 1e-9.
// ok is false if the axes are parallel or the capsule has no length.
func escapeRim(v, e, axis Vec3, radius, half float64) (best escape, ok bool) {
	u, l := e.unit()
	x := axis.AddScaled(u, -axis.Dot(u))
	if x.Norm() <= 1e-9 || l <= minVal {
		return escape{}, false
	}
	x, _ = x.unit()
	y := u.Cross(x)
	c, a, b := axis.Dot(x), v.Dot(x), v.Dot(y)
	depth := func(t turn) float64 {
		z := float64(c * t.cos)
		return float64(radius*math.Sqrt(max(0, 1-float64(z*z)))) + float64(half*math.Abs(z)) - float64(a*t.cos) - float64(b*t.sin)
	}
	step := turn{cos15, sin15}
	var at turn
	least := math.Inf(1)
	for i, t := 0, (turn{1, 0}); i < 24; i, t = i+1, t.by(step) {
		if w := depth(t); w < least {
			at, least = t, w
		}
	}
	for range 28 { // from 15° to 1e-9
		for _, t := range [2]turn{at.by(step.back()), at.by(step)} {
			if w := depth(t); w < least {
				at, least = t, w
			}
		}
		step = step.half()
	}
	n := x.Scale(at.cos).AddScaled(y, at.sin)
	na := n.Dot(axis)
	rim, _ := n.AddScaled(axis, -na).unit()
	rim = Vec3{}.AddScaled(rim, radius).AddScaled(axis, math.Copysign(half, na))
	return escape{least, n, v.AddScaled(u, min(l, max(-l, rim.Sub(v).Dot(u))))}, true
}

// A turn is an angle by its cosine and sine, which need no trigonometric function.
type turn struct{ cos, sin float64 }

// Cosine and sine of 15°: (√6 ± √2)/4.
const (
	cos15 = 0.96592582628906828674974319972890
	sin15 = 0.25881904510252076234889883762405
)

// by returns the sum of two angles.
func (t turn) by(s turn) turn {
	return turn{float64(t.cos*s.cos) - float64(t.sin*s.sin), float64(t.sin*s.cos) + float64(t.cos*s.sin)}
}

// back returns the opposite angle.
func (t turn) back() turn { return turn{t.cos, -t.sin} }

// half returns half of an angle in [0, π).
func (t turn) half() turn {
	c := math.Sqrt((1 + t.cos) / 2)
	return turn{c, t.sin / (2 * c)}
}
