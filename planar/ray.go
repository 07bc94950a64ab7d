package planar

// Ray returns the share of the way from one point to another at which it first meets a fixture whose
// Category has a bit of mask, and 1 if it meets none. A fixture in which it begins is not met, nor is one
// from behind. Sensors are met.
func (w *World) Ray(from, to Vec, mask uint16) float32 {
	limit := float32(1)
	d := to.sub(from)
	r := d
	r.normalize()
	v := Vec{-r.Y, r.X}
	size := Vec{abs(v.X), abs(v.Y)}
	b := box{lesser(from, to), greater(from, to)}
	var memory [64]int32
	stack := append(memory[:0], w.tree.root)
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if i == none {
			continue
		}
		t := &w.tree.nodes[i]
		if !t.box.overlaps(&b) {
			continue
		}
		if abs(dot(v, from.sub(t.box.center())))-dot(size, t.box.high.sub(t.box.low).scale(0.5)) > 0 {
			continue // the line passes the box
		}
		if t.height > 0 {
			stack = append(stack, t.left, t.right)
			continue
		}
		f := &w.fixtures[t.fixture]
		if f.Category&mask == 0 {
			continue
		}
		x := &w.bodies[f.body].xf
		if s, ok := f.shape.ray(x.invert(from), x.invert(to), limit); ok {
			if s == 0 {
				return 0
			}
			limit = s
			end := from.add(d.scale(s))
			b = box{lesser(from, end), greater(from, end)}
		}
	}
	return limit
}

// ray returns the share of the way from p to q, in coordinates of the body, at which it meets the
// shape. It returns false if that is beyond limit.
func (s *Shape) ray(p, q Vec, limit float32) (float32, bool) {
	d := q.sub(p)
	switch s.kind {
	case edge:
		return s.rayEdge(p, d, limit)
	case polygon:
		return s.rayPolygon(p, d, limit)
	}
	o := p.sub(s.v[0])
	b, c, rr := dot(o, d), dot(o, o)-mul(s.radius, s.radius), dot(d, d)
	disc := mul(b, b) - mul(rr, c)
	if disc < 0 || rr < epsilon {
		return 0, false
	}
	a := -(b + sqrt(disc))
	if 0 <= a && a <= mul(limit, rr) {
		return a / rr, true
	}
	return 0, false
}

// rayEdge is ray of an edge, from p in the direction d.
func (s *Shape) rayEdge(p, d Vec, limit float32) (float32, bool) {
	a := s.v[0]
	e := s.v[1].sub(a)
	n := e.right()
	n.normalize()
	num, den := dot(n, a.sub(p)), dot(n, d)
	if den == 0 {
		return 0, false
	}
	t := num / den
	if t < 0 || limit < t {
		return 0, false
	}
	ee := dot(e, e)
	if ee == 0 {
		return 0, false
	}
	u := dot(p.add(d.scale(t)).sub(a), e) / ee
	return t, !(u < 0 || 1 < u)
}

// rayPolygon is ray of a polygon, from p in the direction d.
func (s *Shape) rayPolygon(p, d Vec, limit float32) (float32, bool) {
	low, high, hit := float32(0), limit, false
	for i := range s.n {
		num, den := dot(s.normal[i], s.v[i].sub(p)), dot(s.normal[i], d)
		switch {
		case den == 0:
			if num < 0 {
				return 0, false
			}
		case den < 0 && num < mul(low, den):
			low, hit = num/den, true
		case den > 0 && num < mul(high, den):
			high = num / den
		}
		if high < low {
			return 0, false
		}
	}
	return low, hit
}
