package planar

// A separation is the distance of two moving shapes along an axis. Box2D 2.3, b2SeparationFunction.
type separation struct {
	face           int8 // the axis is the normal of a face of shape 1 or 2, or, if 0, between two vertices
	a, b           *Shape
	sweepA, sweepB *sweep
	axis           Vec
	point          Vec // of the face
}

// choose takes the axis from the nearest vertices at time t.
func (g *separation) choose(c *simplexCache, t float32) {
	switch {
	case c.n == 1:
		xa, xb := g.sweepA.at(t), g.sweepB.at(t)
		g.face = 0
		g.axis = xb.apply(g.b.v[c.ib[0]]).sub(xa.apply(g.a.v[c.ia[0]]))
		g.axis.normalize()
	case c.ia[0] == c.ia[1]:
		g.face = 2
		g.chooseFace(g.b, g.sweepB, c.ib[0], c.ib[1], g.a, g.sweepA, c.ia[0], t)
	default:
		g.face = 1
		g.chooseFace(g.a, g.sweepA, c.ia[0], c.ia[1], g.b, g.sweepB, c.ib[0], t)
	}
}

// chooseFace takes the normal of the face of s from vertex i to j, towards vertex k of o.
func (g *separation) chooseFace(s *Shape, ws *sweep, i, j int32, o *Shape, wo *sweep, k int32, t float32) {
	xs, xo := ws.at(t), wo.at(t)
	g.axis = s.v[j].sub(s.v[i]).right()
	g.axis.normalize()
	g.point = s.v[i].add(s.v[j]).scale(0.5)
	if dot(xo.apply(o.v[k]).sub(xs.apply(g.point)), xs.q.apply(g.axis)) < 0 {
		g.axis = g.axis.neg()
	}
}

// least returns the smallest separation at time t, and its vertices.
func (g *separation) least(t float32) (ia, ib int32, s float32) {
	xa, xb := g.sweepA.at(t), g.sweepB.at(t)
	switch g.face {
	case 0:
		ia, ib = g.a.support(xa.q.invert(g.axis)), g.b.support(xb.q.invert(g.axis.neg()))
	case 1:
		ib = g.b.support(xb.q.invert(xa.q.apply(g.axis).neg()))
	case 2:
		ia = g.a.support(xa.q.invert(xb.q.apply(g.axis).neg()))
	}
	return ia, ib, g.between(ia, ib, &xa, &xb)
}

// at returns the separation of two vertices at time t.
func (g *separation) at(ia, ib int32, t float32) float32 {
	xa, xb := g.sweepA.at(t), g.sweepB.at(t)
	return g.between(ia, ib, &xa, &xb)
}

// between returns the separation of two vertices.
func (g *separation) between(ia, ib int32, xa, xb *transform) float32 {
	switch g.face {
	case 0:
		return dot(xb.apply(g.b.v[ib]).sub(xa.apply(g.a.v[ia])), g.axis)
	case 1:
		return dot(xb.apply(g.b.v[ib]).sub(xa.apply(g.point)), xa.q.apply(g.axis))
	}
	return dot(xa.apply(g.a.v[ia]).sub(xb.apply(g.point)), xb.q.apply(g.axis))
}

// root returns the time between a1 and a2 at which the separation of two vertices is target, by
// bisection and secants in turn; s1 and s2 are the separations at a1 and a2. It returns false if 50
// iterations do not find it.
func (g *separation) root(ia, ib int32, a1, s1, a2, s2, target float32) (float32, bool) {
	const maxIterations = 50
	for k := range maxIterations {
		t := mul(0.5, a1+a2)
		if k&1 != 0 {
			t = a1 + mul(target-s1, a2-a1)/(s2-s1)
		}
		s := g.at(ia, ib, t)
		if abs(s-target) < impactTolerance {
			return t, true
		}
		if s > target {
			a1, s1 = t, s
		} else {
			a2, s2 = t, s
		}
	}
	return 0, false
}

// nextTime returns the next time after t1 to look at. It returns done if t1 is the time of impact, or if
// there is none; then t is the result of impact.
func (g *separation) nextTime(t1, target float32) (t float32, hit, done bool) {
	t2 := float32(1)
	for range maxVertices {
		ia, ib, s2 := g.least(t2)
		if s2 > target+impactTolerance {
			return 1, false, true
		}
		if s2 > target-impactTolerance {
			return t2, false, false
		}
		s1 := g.at(ia, ib, t1)
		if s1 < target-impactTolerance {
			return t1, false, true
		}
		if s1 <= target+impactTolerance {
			return t1, true, true
		}
		if r, ok := g.root(ia, ib, t1, s1, t2, s2, target); ok {
			t2 = r
		}
	}
	return t1, false, false
}

// impact returns the share of the motion after which two shapes begin to touch, by conservative
// advancement along separating axes, and whether they do. Box2D 2.3, b2TimeOfImpact.
func impact(sa *Shape, wa sweep, sb *Shape, wb sweep) (float32, bool) {
	const maxIterations = 20
	wa.normalize()
	wb.normalize()
	target := max2(linearSlop, sa.radius+sb.radius-threeSlops)
	t := float32(0)
	var cache simplexCache
	g := separation{a: sa, b: sb, sweepA: &wa, sweepB: &wb}
	for range maxIterations {
		xa, xb := wa.at(t), wb.at(t)
		d := distance(&cache, sa, &xa, sb, &xb)
		if d <= 0 {
			return 0, false
		}
		if d < target+impactTolerance {
			return t, true
		}
		g.choose(&cache, t)
		next, hit, done := g.nextTime(t, target)
		if done {
			return next, hit
		}
		t = next
	}
	return t, false
}
