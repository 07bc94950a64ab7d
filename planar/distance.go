package planar

// A support is a vertex of the difference of two shapes.
type support struct {
	a, b   Vec     // vertices of the shapes
	w      Vec     // b - a
	t      float32 // weight in the nearest point
	ia, ib int32
}

// A simplex is one to three vertices of the difference of two shapes, whose hull is near the origin.
type simplex struct {
	v [3]support
	n int32
}

// A simplexCache has the vertices that a distance query found, for the next query of the same shapes.
type simplexCache struct {
	metric float32
	n      int32
	ia, ib [3]int32
}

// support returns the vertex that is farthest in direction d.
func (s *Shape) support(d Vec) int32 {
	best, most := int32(0), dot(s.v[0], d)
	for i := int32(1); i < s.n; i++ {
		if x := dot(s.v[i&7], d); x > most {
			best, most = i, x
		}
	}
	return best
}

// set makes vertex i of the simplex of two vertices of the shapes.
func (s *simplex) set(i int32, sa *Shape, xa *transform, ia int32, sb *Shape, xb *transform, ib int32) {
	p := &s.v[i]
	p.ia, p.ib = ia, ib
	p.a, p.b = xa.apply(sa.v[ia&7]), xb.apply(sb.v[ib&7])
	p.w = p.b.sub(p.a)
}

// metric returns the length or the area of the simplex.
func (s *simplex) metric() float32 {
	switch s.n {
	case 2:
		return s.v[0].w.sub(s.v[1].w).length()
	case 3:
		return cross(s.v[1].w.sub(s.v[0].w), s.v[2].w.sub(s.v[0].w))
	}
	return 0
}

// reduce2 keeps the part of a line that is nearest to the origin.
func (s *simplex) reduce2() {
	e := s.v[1].w.sub(s.v[0].w)
	d2 := -dot(s.v[0].w, e)
	if d2 <= 0 {
		s.v[0].t, s.n = 1, 1
		return
	}
	d1 := dot(s.v[1].w, e)
	if d1 <= 0 {
		s.v[1].t, s.n = 1, 1
		s.v[0] = s.v[1]
		return
	}
	s.setWeights(0, d1, 1, d2)
}

// setWeights sets the weights of two vertices.
func (s *simplex) setWeights(i int, di float32, j int, dj float32) {
	inv := 1 / (di + dj)
	s.v[i].t, s.v[j].t = mul(di, inv), mul(dj, inv)
	s.n = 2
}

// reduce3 keeps the part of a triangle that is nearest to the origin.
func (s *simplex) reduce3() {
	w1, w2, w3 := s.v[0].w, s.v[1].w, s.v[2].w
	e12, e13, e23 := w2.sub(w1), w3.sub(w1), w3.sub(w2)
	a12, b12 := dot(w2, e12), -dot(w1, e12)
	a13, b13 := dot(w3, e13), -dot(w1, e13)
	a23, b23 := dot(w3, e23), -dot(w2, e23)
	n := cross(e12, e13)
	t1, t2, t3 := mul(n, cross(w2, w3)), mul(n, cross(w3, w1)), mul(n, cross(w1, w2))
	switch {
	case b12 <= 0 && b13 <= 0:
		s.v[0].t, s.n = 1, 1
	case a12 > 0 && b12 > 0 && t3 <= 0:
		s.setWeights(0, a12, 1, b12)
	case a13 > 0 && b13 > 0 && t2 <= 0:
		s.setWeights(0, a13, 2, b13)
		s.v[1] = s.v[2]
	case a12 <= 0 && b23 <= 0:
		s.v[1].t, s.n = 1, 1
		s.v[0] = s.v[1]
	case a13 <= 0 && a23 <= 0:
		s.v[2].t, s.n = 1, 1
		s.v[0] = s.v[2]
	case a23 > 0 && b23 > 0 && t1 <= 0:
		s.setWeights(1, a23, 2, b23)
		s.v[0] = s.v[2]
	default:
		inv := 1 / (t1 + t2 + t3)
		s.v[0].t, s.v[1].t, s.v[2].t = mul(t1, inv), mul(t2, inv), mul(t3, inv)
		s.n = 3
	}
}

// load starts with the vertices of a cache, or with the first vertices if they are of little use.
func (s *simplex) load(cache *simplexCache, sa *Shape, xa *transform, sb *Shape, xb *transform) {
	s.n = cache.n
	for i := range s.n {
		s.set(i, sa, xa, cache.ia[i], sb, xb, cache.ib[i])
	}
	if s.n > 1 {
		if m := s.metric(); m < mul(0.5, cache.metric) || mul(2, cache.metric) < m || m < epsilon {
			s.n = 0
		}
	}
	if s.n == 0 {
		s.set(0, sa, xa, 0, sb, xb, 0)
		s.v[0].t, s.n = 1, 1
	}
}

// save writes the vertices to a cache.
func (s *simplex) save(cache *simplexCache) {
	cache.metric, cache.n = s.metric(), s.n
	for i := range s.n {
		cache.ia[i], cache.ib[i] = s.v[i].ia, s.v[i].ib
	}
}

// direction returns the direction from the simplex to the origin.
func (s *simplex) direction() Vec {
	d := s.v[0].w.neg()
	if s.n == 2 {
		e := s.v[1].w.sub(s.v[0].w)
		if cross(e, d) > 0 {
			return Vec{-e.Y, e.X}
		}
		return e.right()
	}
	return d
}

// length returns the distance of the simplex from the origin.
func (s *simplex) length() float32 {
	var a, b Vec
	switch s.n {
	case 1:
		a, b = s.v[0].a, s.v[0].b
	case 2:
		a = s.v[0].a.scale(s.v[0].t).add(s.v[1].a.scale(s.v[1].t))
		b = s.v[0].b.scale(s.v[0].t).add(s.v[1].b.scale(s.v[1].t))
	}
	return a.sub(b).length()
}

// distance returns the distance between two shapes without their radii, by the algorithm of Gilbert,
// Johnson and Keerthi 1988, "A fast procedure for computing the distance between complex objects in
// three-dimensional space". Box2D 2.3, b2Distance.
func distance(cache *simplexCache, sa *Shape, xa *transform, sb *Shape, xb *transform) float32 {
	const maxIterations = 20
	var s simplex
	s.load(cache, sa, xa, sb, xb)
	var la, lb [3]int32 // vertices of the iteration before
search:
	for range maxIterations {
		last := s.n
		for i := range last {
			la[i], lb[i] = s.v[i].ia, s.v[i].ib
		}
		if s.n == 2 {
			s.reduce2()
		} else if s.n == 3 {
			s.reduce3()
		}
		if s.n == 3 {
			break // the origin is inside
		}
		d := s.direction()
		if dot(d, d) < epsilon2 {
			break
		}
		ia, ib := sa.support(xa.q.invert(d.neg())), sb.support(xb.q.invert(d))
		s.set(s.n, sa, xa, ia, sb, xb, ib)
		for i := range last {
			if ia == la[i] && ib == lb[i] {
				break search // it comes no nearer
			}
		}
		s.n++
	}
	s.save(cache)
	return s.length()
}

// touches reports whether two shapes overlap, with their radii: whether a sensor notices.
func touches(sa *Shape, xa *transform, sb *Shape, xb *transform) bool {
	var cache simplexCache
	d := distance(&cache, sa, xa, sb, xb)
	r := sa.radius + sb.radius
	if d > r && d > epsilon {
		d -= r
	} else {
		d = 0
	}
	return d < touchDistance
}
