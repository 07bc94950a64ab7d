package planar

// A clipVertex is an end of a side that is being clipped.
type clipVertex struct {
	v  Vec
	id feature
}

// clip cuts off the part of a side that is beyond a line, and returns the number of ends that are
// left. Where it cuts, vertex ia is the feature. Box2D 2.3, b2ClipSegmentToLine.
func clip(out, in *[2]clipVertex, n Vec, offset float32, ia int32) int {
	k := 0
	d0, d1 := dot(n, in[0].v)-offset, dot(n, in[1].v)-offset
	if d0 <= 0 {
		out[k] = in[0]
		k++
	}
	if d1 <= 0 {
		out[k&1] = in[1]
		k++
	}
	if mul(d0, d1) < 0 {
		t := d0 / (d0 - d1)
		out[k&1] = clipVertex{in[0].v.add(in[1].v.sub(in[0].v).scale(t)), feature{uint8(ia), in[0].id.ib, vertex, face}}
		k++
	}
	return k
}

// A reference is the face against which the side of the other shape is clipped.
type reference struct {
	i1, i2         int32 // vertices
	v1, v2, normal Vec
	side           Vec // direction from v2 to v1
}

// An edgePair is an edge and a polygon in the edge's coordinates, and the axes that may separate them.
// Box2D 2.3, b2EPCollider, without neighbours of the edge.
type edgePair struct {
	v, n                    [maxVertices]Vec // of the polygon
	along, up               Vec              // direction and normal of the edge
	axis                    Vec              // normal of the edge towards the polygon
	face                    int32            // of the polygon, towards the edge
	separation, separation2 float32          // along axis and along the normal of face
}

// findAxes finds the axes. It returns false if one of them keeps the shapes more than r apart.
func (p *edgePair) findAxes(sa, sb *Shape, x *transform, r float32) bool {
	v1, v2 := sa.v[0], sa.v[1]
	p.along = v2.sub(v1)
	p.along.normalize()
	p.up = p.along.right()
	front, back := largest, largest
	for i := range sb.n {
		p.v[i&7] = x.apply(sb.v[i&7])
		d := p.v[i&7].sub(v1)
		front, back = min2(dot(p.up, d), front), min2(dot(p.up.neg(), d), back)
	}
	p.axis, p.separation = p.up, front
	if dot(p.up, x.apply(sb.centroid).sub(v1)) < 0 {
		p.axis, p.separation = p.up.neg(), back
	}
	if p.separation > r {
		return false
	}
	p.face, p.separation2 = -1, -largest
	for i := range sb.n {
		p.n[i&7] = x.q.apply(sb.normal[i&7])
		k := p.n[i&7].neg()
		if s := min2(dot(k, p.v[i&7].sub(v1)), dot(k, p.v[i&7].sub(v2))); s > p.separation2 {
			p.face, p.separation2 = i, s
		}
	}
	return p.face >= 0 && !(p.separation2 > r)
}

// edgeFace returns the edge as the reference, and writes the side of the polygon that faces it.
func (p *edgePair) edgeFace(sa, sb *Shape, c *[2]clipVertex) reference {
	best, least := int32(0), dot(p.axis, p.n[0])
	for i := int32(1); i < sb.n; i++ {
		if d := dot(p.axis, p.n[i&7]); d < least {
			best, least = i, d
		}
	}
	next := sb.next(best)
	c[0] = clipVertex{p.v[best&7], feature{0, uint8(best), face, vertex}}
	c[1] = clipVertex{p.v[next&7], feature{0, uint8(next), face, vertex}}
	if p.axis != p.up {
		return reference{1, 0, sa.v[1], sa.v[0], p.axis, p.along}
	}
	return reference{0, 1, sa.v[0], sa.v[1], p.axis, p.along.neg()}
}

// polygonFace returns the face of the polygon as the reference, and writes the edge.
func (p *edgePair) polygonFace(sa, sb *Shape, c *[2]clipVertex) reference {
	i1, i2 := p.face, sb.next(p.face)
	c[0] = clipVertex{sa.v[0], feature{0, uint8(i1), vertex, face}}
	c[1] = clipVertex{sa.v[1], feature{0, uint8(i1), vertex, face}}
	n := p.n[i1&7]
	return reference{i1, i2, p.v[i1&7], p.v[i2&7], n, n.right()}
}

// edgePolygon is collide of an edge and a polygon.
func (m *manifold) edgePolygon(sa *Shape, xa *transform, sb *Shape, xb *transform) {
	x := relative(xa, xb)
	r := sb.radius + sa.radius
	var p edgePair
	if !p.findAxes(sa, sb, &x, r) {
		return
	}
	var c, c1, c2 [2]clipVertex
	var f reference
	byB := p.separation2 > mul(faceBias, p.separation)+faceBiasMargin
	if byB {
		m.kind = faceB
		f = p.polygonFace(sa, sb, &c)
	} else {
		m.kind = faceA
		f = p.edgeFace(sa, sb, &c)
	}
	other := f.side.neg()
	if clip(&c1, &c, f.side, dot(f.side, f.v1), f.i1) < 2 || clip(&c2, &c1, other, dot(other, f.v2), f.i2) < 2 {
		return
	}
	if byB {
		m.normal, m.point = sb.normal[f.i1&7], sb.v[f.i1&7]
	} else {
		m.normal, m.point = f.normal, f.v1
	}
	for i := range c2 {
		if dot(f.normal, c2[i].v.sub(f.v1)) > r {
			continue
		}
		q := &m.points[m.n&1]
		q.local, q.id = c2[i].v, c2[i].id
		if byB {
			q.id = feature{q.id.ib, q.id.ia, q.id.tb, q.id.ta}
		} else {
			q.local = x.invert(q.local)
		}
		m.n++
	}
}

// faceSeparation returns the distance of b from a face of a.
func faceSeparation(sa *Shape, xa *transform, e int32, sb *Shape, xb *transform) float32 {
	w := xa.q.apply(sa.normal[e&7])
	n := xb.q.invert(w)
	k, least := int32(0), largest
	for i := range sb.n {
		if s := dot(sb.v[i&7], n); s < least {
			k, least = i, s
		}
	}
	return dot(xb.apply(sb.v[k&7]).sub(xa.apply(sa.v[e&7])), w)
}

// bestFace returns the face of a that is farthest from b, and the distance. It climbs from the face that
// looks most towards b's centroid to the better neighbour. Box2D 2.3, b2FindMaxSeparation.
func bestFace(sa *Shape, xa *transform, sb *Shape, xb *transform) (int32, float32) {
	d := xa.q.invert(xb.apply(sb.centroid).sub(xa.apply(sa.centroid)))
	e, most := int32(0), -largest
	for i := range sa.n {
		if k := dot(sa.normal[i&7], d); k > most {
			e, most = i, k
		}
	}
	s := faceSeparation(sa, xa, e, sb, xb)
	before, after := faceSeparation(sa, xa, sa.previous(e), sb, xb), faceSeparation(sa, xa, sa.next(e), sb, xb)
	forward := false
	switch {
	case before > s && before > after:
		e, s = sa.previous(e), before
	case after > s:
		e, s, forward = sa.next(e), after, true
	default:
		return e, s
	}
	for {
		o := sa.previous(e)
		if forward {
			o = sa.next(e)
		}
		k := faceSeparation(sa, xa, o, sb, xb)
		if !(k > s) {
			return e, s
		}
		e, s = o, k
	}
}

// polygons is collide of two polygons. Box2D 2.3, b2CollidePolygons.
func (m *manifold) polygons(sa *Shape, xa *transform, sb *Shape, xb *transform) {
	r := sa.radius + sb.radius
	ea, separationA := bestFace(sa, xa, sb, xb)
	if separationA > r {
		return
	}
	eb, separationB := bestFace(sb, xb, sa, xa)
	if separationB > r {
		return
	}
	if separationB > mul(faceBias, separationA)+faceBiasMargin {
		m.kind = faceB
		m.clipFace(sb, xb, eb, sa, xa, r)
	} else {
		m.kind = faceA
		m.clipFace(sa, xa, ea, sb, xb, r)
	}
}

// clipFace clips the side of polygon s2 that looks most against face e of polygon s1, and keeps the
// ends that are within r of it.
func (m *manifold) clipFace(s1 *Shape, x1 *transform, e int32, s2 *Shape, x2 *transform, r float32) {
	n1 := x2.q.invert(x1.q.apply(s1.normal[e]))
	incident, least := int32(0), largest
	for i := range s2.n {
		if d := dot(n1, s2.normal[i]); d < least {
			incident, least = i, d
		}
	}
	next := s2.next(incident)
	var c, c1, c2 [2]clipVertex
	c[0] = clipVertex{x2.apply(s2.v[incident]), feature{uint8(e), uint8(incident), face, vertex}}
	c[1] = clipVertex{x2.apply(s2.v[next]), feature{uint8(e), uint8(next), face, vertex}}

	v1, v2 := s1.v[e], s1.v[s1.next(e)]
	along := v2.sub(v1)
	along.normalize()
	normal, point := along.right(), v1.add(v2).scale(0.5)
	t := x1.q.apply(along)
	n := t.right()
	v1, v2 = x1.apply(v1), x1.apply(v2)
	front := dot(n, v1)
	if clip(&c1, &c, t.neg(), -dot(t, v1)+r, e) < 2 || clip(&c2, &c1, t, dot(t, v2)+r, s1.next(e)) < 2 {
		return
	}
	m.normal, m.point = normal, point
	for i := range c2 {
		if dot(n, c2[i].v)-front > r {
			continue
		}
		p := &m.points[m.n&1]
		p.local, p.id = x2.invert(c2[i].v), c2[i].id
		if m.kind == faceB {
			p.id = feature{p.id.ib, p.id.ia, p.id.tb, p.id.ta}
		}
		m.n++
	}
}
