package planar

// Ray returns the share of the way from one point to another at which it first meets a fixture whose
// Category has a bit of mask, and 1 if it meets none. A circle or a polygon in which it begins is not
// met. Edges are met from both sides, and sensors are met.
func (w *World) Ray(from, to Vec, mask uint16) float32 {
	var share [1]float32
	w.Rays(from, []Vec{to}, mask, share[:])
	return share[0]
}

// A ray is the way from a point to another one.
type ray struct {
	to    Vec
	limit float32 // share of the way to what it meets
	box   box     // of the way so far
	side  Vec     // unit vector across the way
	size  Vec     // absolute values of side
}

// newRay returns the ray from a point to another one.
func newRay(from, to Vec) ray {
	r := ray{to: to, limit: 1, box: box{lesser(from, to), greater(from, to)}}
	d := to.sub(from)
	d.normalize()
	r.side = Vec{-d.Y, d.X}
	r.size = Vec{abs(r.side.X), abs(r.side.Y)}
	return r
}

// passes reports whether the line of the ray passes a box.
func (r *ray) passes(from Vec, b *box) bool {
	return abs(dot(r.side, from.sub(b.center())))-dot(r.size, b.high.sub(b.low).scale(0.5)) > 0
}

// shorten ends the ray at a share of its way.
func (r *ray) shorten(from Vec, share float32) {
	end := from.add(r.to.sub(from).scale(share))
	r.limit, r.box = share, box{lesser(from, end), greater(from, end)}
}

// Rays writes for each ray from a point to the points of to the share that Ray returns. It takes less time than
// as many calls of Ray, because it looks up once what is near. The slice shares must be as long as to.
func (w *World) Rays(from Vec, to []Vec, mask uint16, shares []float32) {
	rays := w.rays[:0]
	all := box{from, from}
	for _, q := range to {
		r := newRay(from, q)
		rays, all = append(rays, r), union(all, r.box)
	}
	w.rays = rays
	var memory [64]int32
	stack := append(memory[:0], w.tree.root)
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if i == none {
			continue
		}
		t := &w.tree.nodes[i]
		switch {
		case !t.box.overlaps(&all):
		case t.height > 0:
			stack = append(stack, t.left, t.right)
		case w.fixtures[t.fixture].Category&mask != 0:
			w.meetLeaf(rays, from, t)
		}
	}
	for i := range rays {
		shares[i] = rays[i].limit
	}
}

// meetLeaf shortens those of the rays from a point that meet the fixture of a leaf.
func (w *World) meetLeaf(rays []ray, from Vec, leaf *node) {
	f := &w.fixtures[leaf.fixture]
	x := &w.bodies[f.body].xf
	p := x.invert(from)
	for i := range rays {
		r := &rays[i]
		if !leaf.box.overlaps(&r.box) || r.passes(from, &leaf.box) {
			continue
		}
		if s, ok := f.shape.ray(p, x.invert(r.to), r.limit); ok {
			r.shorten(from, s)
		}
	}
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
	n := s.normal[0]
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
