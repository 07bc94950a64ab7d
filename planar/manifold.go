package planar

// A manifoldKind says which shape has the face that the other shape touches.
type manifoldKind uint8

const (
	noFace manifoldKind = iota // two circles, or a circle and an end of an edge
	faceA
	faceB
)

// A feature names the parts that touch in a contact point: a vertex or a face of each shape. With it an impulse
// finds its contact point again in the next step.
type feature struct{ ia, ib, ta, tb uint8 }

// Types of a feature.
const (
	vertex = 0
	face   = 1
)

// A manifoldPoint is a point where shapes touch, in coordinates of the body without the face.
type manifoldPoint struct {
	local           Vec
	normal, tangent float32 // impulses of the latest step
	id              feature
}

// A manifold is where two shapes touch.
type manifold struct {
	points [2]manifoldPoint
	normal Vec // of the face, in coordinates of its body
	point  Vec // of the face
	kind   manifoldKind
	n      int32 // points; 0: the shapes do not touch
}

// collide finds where a and b touch. They are in the order of Shape.order: an edge before a polygon, a
// circle last.
func (m *manifold) collide(sa *Shape, xa *transform, sb *Shape, xb *transform) {
	m.n = 0
	switch {
	case sa.kind == edge && sb.kind == polygon:
		m.edgePolygon(sa, xa, sb, xb)
	case sa.kind == polygon && sb.kind == polygon:
		m.polygons(sa, xa, sb, xb)
	case sa.kind == edge:
		m.edgeCircle(sa, xa, sb, xb)
	case sa.kind == polygon:
		m.polygonCircle(sa, xa, sb, xb)
	default:
		d := xb.apply(sb.v[0]).sub(xa.apply(sa.v[0]))
		if r := sa.radius + sb.radius; dot(d, d) <= mul(r, r) {
			m.set(noFace, sa.v[0], Vec{}, sb, feature{})
		}
	}
}

// set makes a manifold of one point, the centre of a circle.
func (m *manifold) set(kind manifoldKind, at, normal Vec, circle *Shape, id feature) {
	m.n, m.kind, m.point, m.normal = 1, kind, at, normal
	m.points[0] = manifoldPoint{local: circle.v[0], id: id}
}

// edgeCircle is collide of an edge and a circle. Box2D 2.3, b2CollideEdgeAndCircle.
func (m *manifold) edgeCircle(sa *Shape, xa *transform, sb *Shape, xb *transform) {
	q := xa.invert(xb.apply(sb.v[0]))
	a, b := sa.v[0], sa.v[1]
	e := b.sub(a)
	u, v := dot(e, b.sub(q)), dot(e, q.sub(a))
	r := sa.radius + sb.radius
	switch {
	case v <= 0:
		if within(q.sub(a), r) {
			m.set(noFace, a, Vec{}, sb, feature{})
		}
	case u <= 0:
		if within(q.sub(b), r) {
			m.set(noFace, b, Vec{}, sb, feature{ia: 1})
		}
	default:
		p := a.scale(u).add(b.scale(v)).scale(1 / dot(e, e))
		if !within(q.sub(p), r) {
			return
		}
		n := e.right()
		if dot(n, q.sub(a)) < 0 {
			n = n.neg()
		}
		n.normalize()
		m.set(faceA, a, n, sb, feature{ta: face})
	}
}

// within reports whether d is not longer than r.
func within(d Vec, r float32) bool { return !(dot(d, d) > mul(r, r)) }

// polygonCircle is collide of a polygon and a circle. Box2D 2.3, b2CollidePolygonAndCircle.
func (m *manifold) polygonCircle(sa *Shape, xa *transform, sb *Shape, xb *transform) {
	c := xa.invert(xb.apply(sb.v[0]))
	best, separation := int32(0), -largest
	r := sa.radius + sb.radius
	for i := range sa.n {
		s := dot(sa.normal[i], c.sub(sa.v[i]))
		if s > r {
			return
		}
		if s > separation {
			best, separation = i, s
		}
	}
	v1, v2 := sa.v[best], sa.v[sa.next(best)]
	middle := v1.add(v2).scale(0.5)
	if separation < epsilon { // the centre is inside
		m.set(faceA, middle, sa.normal[best], sb, feature{})
		return
	}
	u1, u2 := dot(c.sub(v1), v2.sub(v1)), dot(c.sub(v2), v1.sub(v2))
	corner := v1
	switch {
	case u1 <= 0:
	case u2 <= 0:
		corner = v2
	default:
		if dot(c.sub(middle), sa.normal[best]) <= r {
			m.set(faceA, middle, sa.normal[best], sb, feature{})
		}
		return
	}
	n := c.sub(corner)
	if dot(n, n) <= mul(r, r) {
		n.normalize()
		m.set(faceA, corner, n, sb, feature{})
	}
}

// world writes the contact points in coordinates of the world, in the middle between the surfaces, and
// returns the normal from a to b. Box2D 2.3, b2WorldManifold::Initialize.
func (m *manifold) world(xa *transform, ra float32, xb *transform, rb float32, points *[2]Vec) Vec {
	if m.kind == noFace {
		n := Vec{1, 0}
		a, b := xa.apply(m.point), xb.apply(m.points[0].local)
		if d := a.sub(b); dot(d, d) > epsilon2 {
			n = b.sub(a)
			n.normalize()
		}
		points[0] = a.add(n.scale(ra)).add(b.sub(n.scale(rb))).scale(0.5)
		return n
	}
	if m.kind == faceB {
		xa, xb, ra, rb = xb, xa, rb, ra
	}
	n := xa.q.apply(m.normal)
	plane := xa.apply(m.point)
	for i := range m.n {
		p := xb.apply(m.points[i&1].local)
		a := p.add(n.scale(ra - dot(p.sub(plane), n)))
		b := p.sub(n.scale(rb))
		points[i&1] = a.add(b).scale(0.5)
	}
	if m.kind == faceB {
		return n.neg()
	}
	return n
}
