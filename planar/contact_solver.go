package planar

// A contactConstraint is a contact in the solver, for one step. Box2D 2.3, b2ContactSolver.
type contactConstraint struct {
	contact        int32
	ia, ib         int32 // bodies, in the island
	n, points      int32 // points in velocity iterations and in position iterations
	mA, mB, iA, iB float32
	normal         Vec
	friction       float32
	restitution    float32
	rA, rB         [2]Vec // from the centres of mass to the points
	normalMass     [2]float32
	tangentMass    [2]float32
	bounce         [2]float32 // velocity along the normal after a bounce
	k11, k12, k22  float32    // matrix of two points
	b11, b12, b22  float32    // its inverse
	localA, localB Vec        // centres of mass, in coordinates of the bodies
	radA, radB     float32
}

// contactImpulses are the impulses of the points of a contact.
type contactImpulses [2]struct{ normal, tangent float32 }

// startContacts makes the constraints of the island's contacts, with the impulses of the step before.
func (w *World) startContacts(st *step) {
	s := &w.solver
	s.contacts, s.impulses = s.contacts[:0], s.impulses[:0]
	for _, i := range s.islandContacts {
		c := &w.contacts[i]
		fa, fb := &w.fixtures[c.fa], &w.fixtures[c.fb]
		a, b := &w.bodies[fa.body], &w.bodies[fb.body]
		s.contacts = append(s.contacts, contactConstraint{
			contact: i, ia: a.index, ib: b.index, n: c.m.n, points: c.m.n,
			mA: a.invMass, mB: b.invMass, iA: a.invI, iB: b.invI, friction: c.friction, restitution: c.restitution,
			localA: a.sweep.local, localB: b.sweep.local, radA: fa.shape.radius, radB: fb.shape.radius,
		})
		var l contactImpulses
		if st.warm {
			for k := range c.m.n {
				p := &c.m.points[k&1]
				l[k&1].normal, l[k&1].tangent = mul(st.ratio, p.normal), mul(st.ratio, p.tangent)
			}
		}
		s.impulses = append(s.impulses, l)
	}
}

// prepareContacts computes the points, the effective masses and the bounces of the contacts, from positions and
// velocities at the start of the iterations.
func (w *World) prepareContacts() {
	s := &w.solver
	for i := range s.contacts {
		r := &s.contacts[i]
		m := &w.contacts[r.contact].m
		mA, mB, iA, iB := r.mA, r.mB, r.iA, r.iB
		pa, pb := &s.poses[r.ia], &s.poses[r.ib]
		xa, xb := pa.transform(r.localA), pb.transform(r.localB)
		va, vb := &s.velocities[r.ia], &s.velocities[r.ib]
		var points [2]Vec
		n := m.world(&xa, r.radA, &xb, r.radB, &points)
		t := n.right()
		r.normal = n
		for k := range r.n {
			k &= 1
			rA, rB := points[k].sub(pa.c), points[k].sub(pb.c)
			r.rA[k], r.rB[k] = rA, rB
			r.normalMass[k] = effectiveMass(mA, mB, iA, iB, cross(rA, n), cross(rB, n))
			r.tangentMass[k] = effectiveMass(mA, mB, iA, iB, cross(rA, t), cross(rB, t))
			r.bounce[k] = 0
			v := dot(n, vb.v.add(spinAt(vb.w, rB)).sub(va.v).sub(spinAt(va.w, rA)))
			if v < -bounceSpeed {
				r.bounce[k] = mul(-r.restitution, v)
			}
		}
		if r.n == 2 {
			r.prepareBlock()
		}
	}
}

// effectiveMass returns the mass that an impulse at a point meets.
func effectiveMass(mA, mB, iA, iB, a, b float32) float32 {
	k := mA + mB + mul(mul(iA, a), a) + mul(mul(iB, b), b)
	if k > 0 {
		return 1 / k
	}
	return 0
}

// prepareBlock computes the matrix of two points. If it is nearly singular, one point is enough.
func (r *contactConstraint) prepareBlock() {
	mA, mB, iA, iB, n := r.mA, r.mB, r.iA, r.iB, r.normal
	a1, b1 := cross(r.rA[0], n), cross(r.rB[0], n)
	a2, b2 := cross(r.rA[1], n), cross(r.rB[1], n)
	k11 := mA + mB + mul(mul(iA, a1), a1) + mul(mul(iB, b1), b1)
	k22 := mA + mB + mul(mul(iA, a2), a2) + mul(mul(iB, b2), b2)
	k12 := mA + mB + mul(mul(iA, a1), a2) + mul(mul(iB, b1), b2)
	det := mul(k11, k22) - mul(k12, k12)
	if !(mul(k11, k11) < mul(condition, det)) {
		r.n = 1
		return
	}
	r.k11, r.k12, r.k22 = k11, k12, k22
	det = 1 / det
	r.b11, r.b12, r.b22 = mul(det, k22), mul(-det, k12), mul(det, k11)
}

// warmStart applies the impulses of the step before.
func (s *solver) warmStart() {
	for i := range s.contacts {
		r := &s.contacts[i]
		va, vb := &s.velocities[r.ia], &s.velocities[r.ib]
		t := r.normal.right()
		for k := range r.n {
			k &= 1
			l := &s.impulses[i][k]
			p := r.normal.scale(l.normal).add(t.scale(l.tangent))
			va.w -= mul(r.iA, cross(r.rA[k], p))
			va.v = va.v.sub(p.scale(r.mA))
			vb.w += mul(r.iB, cross(r.rB[k], p))
			vb.v = vb.v.add(p.scale(r.mB))
		}
	}
}

// relativeVelocity returns the velocity of B's point against A's.
func relativeVelocity(vA, vB Vec, wA, wB float32, rA, rB Vec) Vec {
	return Vec{vB.X - mul(wB, rB.Y) - vA.X + mul(wA, rA.Y), vB.Y + mul(wB, rB.X) - vA.Y - mul(wA, rA.X)}
}

// solve does one velocity iteration: the friction of all points, then the normal of one point, or of
// both together.
func (r *contactConstraint) solve(va, vb *velocity, load *contactImpulses) {
	vA, wA, vB, wB := va.v, va.w, vb.v, vb.w
	mA, mB, iA, iB := r.mA, r.mB, r.iA, r.iB
	n := r.normal
	t := n.right()
	for k := range r.n {
		k &= 1
		l := &load[k]
		rA, rB := r.rA[k], r.rB[k]
		vt := dot(relativeVelocity(vA, vB, wA, wB, rA, rB), t)
		most := mul(r.friction, l.normal)
		old := l.tangent
		l.tangent = clamp(old+mul(r.tangentMass[k], -vt), -most, most)
		p := t.scale(l.tangent - old)
		vA = vA.sub(p.scale(mA))
		wA -= mul(iA, cross(rA, p))
		vB = vB.add(p.scale(mB))
		wB += mul(iB, cross(rB, p))
	}
	if r.n == 1 {
		l := &load[0]
		rA, rB := r.rA[0], r.rB[0]
		vn := dot(relativeVelocity(vA, vB, wA, wB, rA, rB), n)
		old := l.normal
		l.normal = max2(old+mul(-r.normalMass[0], vn-r.bounce[0]), 0)
		p := n.scale(l.normal - old)
		va.v, va.w = vA.sub(p.scale(mA)), wA-mul(iA, cross(rA, p))
		vb.v, vb.w = vB.add(p.scale(mB)), wB+mul(iB, cross(rB, p))
		return
	}
	a1, a2 := load[0].normal, load[1].normal
	b1 := dot(relativeVelocity(vA, vB, wA, wB, r.rA[0], r.rB[0]), n) - r.bounce[0]
	b2 := dot(relativeVelocity(vA, vB, wA, wB, r.rA[1], r.rB[1]), n) - r.bounce[1]
	b1 -= mul(r.k11, a1) + mul(r.k12, a2)
	b2 -= mul(r.k12, a1) + mul(r.k22, a2)
	x1, x2 := r.complement(b1, b2, a1, a2)
	load[0].normal, load[1].normal = x1, x2
	p1, p2 := n.scale(x1-a1), n.scale(x2-a2)
	p := p1.add(p2)
	va.v, va.w = vA.sub(p.scale(mA)), wA-mul(iA, cross(r.rA[0], p1)+cross(r.rA[1], p2))
	vb.v, vb.w = vB.add(p.scale(mB)), wB+mul(iB, cross(r.rB[0], p1)+cross(r.rB[1], p2))
}

// complement returns impulses x ≥ 0 of two points with velocities K x + b ≥ 0, one of them 0 for each point.
// It tries the four cases in order: both points press, one of them, none. If no case fits, the impulses a
// stay.
func (r *contactConstraint) complement(b1, b2, a1, a2 float32) (x1, x2 float32) {
	x1, x2 = -(mul(r.b11, b1) + mul(r.b12, b2)), -(mul(r.b12, b1) + mul(r.b22, b2))
	if x1 >= 0 && x2 >= 0 {
		return x1, x2
	}
	if x1 = mul(-r.normalMass[0], b1); x1 >= 0 && mul(r.k12, x1)+b2 >= 0 {
		return x1, 0
	}
	if x2 = mul(-r.normalMass[1], b2); x2 >= 0 && mul(r.k12, x2)+b1 >= 0 {
		return 0, x2
	}
	if b1 >= 0 && b2 >= 0 {
		return 0, 0
	}
	return a1, a2
}

// correctContacts does one position iteration: it pushes bodies apart by a share of their overlap. It returns
// the deepest overlap before, as a negative number. If ta is not negative, only the bodies ta and tb move.
func (w *World) correctContacts(rate float32, ta, tb int32) float32 {
	s := &w.solver
	var least float32
	for i := range s.contacts {
		r := &s.contacts[i]
		m := &w.contacts[r.contact].m
		mA, mB, iA, iB := r.mA, r.mB, r.iA, r.iB
		if ta >= 0 {
			if r.ia != ta && r.ia != tb {
				mA, iA = 0, 0
			}
			if r.ib != ta && r.ib != tb {
				mB, iB = 0, 0
			}
		}
		pa, pb := &s.poses[r.ia], &s.poses[r.ib]
		for k := range r.points {
			xa, xb := pa.transform(r.localA), pb.transform(r.localB)
			n, at, separation := m.overlap(&xa, &xb, k, r.radA, r.radB)
			rA, rB := at.sub(pa.c), at.sub(pb.c)
			least = min2(least, separation)
			c := clamp(mul(rate, separation+linearSlop), -maxLinearCorrection, 0)
			a, b := cross(rA, n), cross(rB, n)
			mass := mA + mB + mul(mul(iA, a), a) + mul(mul(iB, b), b)
			var p float32
			if mass > 0 {
				p = -c / mass
			}
			v := n.scale(p)
			pa.c = pa.c.sub(v.scale(mA))
			pa.a -= mul(iA, cross(rA, v))
			pb.c = pb.c.add(v.scale(mB))
			pb.a += mul(iB, cross(rB, v))
		}
	}
	return least
}

// overlap returns the normal, the place and the separation of point k.
func (m *manifold) overlap(xa, xb *transform, k int32, radA, radB float32) (n, at Vec, separation float32) {
	switch m.kind {
	case noFace:
		a, b := xa.apply(m.point), xb.apply(m.points[0].local)
		n = b.sub(a)
		n.normalize()
		at = a.add(b).scale(0.5)
		separation = dot(b.sub(a), n) - radA - radB
	case faceA:
		n = xa.q.apply(m.normal)
		at = xb.apply(m.points[k&1].local)
		separation = dot(at.sub(xa.apply(m.point)), n) - radA - radB
	case faceB:
		n = xb.q.apply(m.normal)
		at = xa.apply(m.points[k&1].local)
		separation = dot(at.sub(xb.apply(m.point)), n) - radA - radB
		n = n.neg()
	}
	return n, at, separation
}
