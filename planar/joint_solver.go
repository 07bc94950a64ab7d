package planar

// A jointConstraint is a joint in the solver, for one step. Box2D 2.3, b2RevoluteJoint.
type jointConstraint struct {
	impulse        jointImpulse
	ia, ib         int32 // bodies, in the island
	joint          int32
	motor          bool
	rA, rB         Vec // from the centres of mass to the point
	mA, mB, iA, iB float32
	k11, k12, k22  float32 // matrix of the point
	invDet         float32 // 1 / its determinant
	axial          float32 // effective mass of the angle
	speed          float32
	ex, ey, ez     float32 // row of the angle in the matrix of point and angle, with a limit in force
	cx, cy, cz     float32 // cofactors of the first column
	negInvDet3     float32 // -1 / its determinant
	maxImpulse     float32 // of the motor
	lA, lB         Vec     // from the centres of mass to the point, in coordinates of the bodies
	reference      float32
	lower, upper   float32
}

// startJoints makes the constraints of the island's joints, and applies the impulses of the step
// before.
func (w *World) startJoints(st *step) {
	s := &w.solver
	s.joints = s.joints[:0]
	for _, i := range s.islandJoints {
		s.joints = append(s.joints, jointConstraint{})
		j := &s.joints[len(s.joints)-1]
		j.prepare(w, i, st)
		j.warmStart(&s.velocities[j.ia], &s.velocities[j.ib], st.ratio)
	}
}

// prepare computes the constraint of joint i.
func (j *jointConstraint) prepare(w *World, i int32, st *step) {
	r := &w.joints[i]
	a, b := &w.bodies[r.A], &w.bodies[r.B]
	j.joint, j.impulse = i, r.impulse
	j.ia, j.ib = a.index, b.index
	j.reference, j.lower, j.upper, j.speed = r.Reference, r.Lower, r.Upper, r.Speed
	j.lA, j.lB = r.AnchorA.sub(a.sweep.local), r.AnchorB.sub(b.sweep.local)
	j.mA, j.mB, j.iA, j.iB = a.invMass, b.invMass, a.invI, b.invI
	j.rA, j.rB = a.xf.q.apply(j.lA), b.xf.q.apply(j.lB)
	mA, mB, iA, iB := j.mA, j.mB, j.iA, j.iB
	rA, rB := j.rA, j.rB
	j.k11 = mA + mB + mul(mul(rA.Y, rA.Y), iA) + mul(mul(rB.Y, rB.Y), iB)
	j.k12 = mul(mul(-rA.Y, rA.X), iA) - mul(mul(rB.Y, rB.X), iB)
	j.k22 = mA + mB + mul(mul(rA.X, rA.X), iA) + mul(mul(rB.X, rB.X), iB)
	j.invDet = inverse(mul(j.k11, j.k22) - mul(j.k12, j.k12))
	j.axial = iA + iB
	fixed := !(j.axial > 0) // neither body can turn
	if !fixed {
		j.axial = 1 / j.axial
	}
	j.maxImpulse = mul(st.dt, r.MaxTorque)
	state := between
	angle := b.sweep.a - a.sweep.a - r.Reference
	switch {
	case !r.Limited || fixed:
	case r.Upper-r.Lower < mul(2, angularSlop):
		state = locked
	case angle <= r.Lower:
		state = atLower
	case angle >= r.Upper:
		state = atUpper
	}
	j.motor = r.Motor && !fixed && state != locked
	if !j.motor {
		j.impulse.motor = 0
	}
	if state != j.impulse.state {
		j.impulse.limit, j.impulse.state = 0, state
	}
	if state != between {
		j.prepareLimit()
	}
}

// inverse returns 1/x, and 0 for 0.
func inverse(x float32) float32 {
	if x != 0 {
		return 1 / x
	}
	return x
}

// prepareLimit computes the matrix of point and angle.
func (j *jointConstraint) prepareLimit() {
	rA, rB, iA, iB := j.rA, j.rB, j.iA, j.iB
	j.ex, j.ey, j.ez = mul(-rA.Y, iA)-mul(rB.Y, iB), mul(rA.X, iA)+mul(rB.X, iB), iA+iB
	ex, ey, ez := j.ex, j.ey, j.ez
	j.cx, j.cy, j.cz = mul(j.k22, ez)-mul(ey, ey), mul(ey, ex)-mul(j.k12, ez), mul(j.k12, ey)-mul(j.k22, ex)
	j.negInvDet3 = -inverse(mul(j.k11, j.cx) + mul(j.k12, j.cy) + mul(ex, j.cz))
}

// warmStart applies the impulse of the step before, scaled by the ratio of the steps' times.
func (j *jointConstraint) warmStart(va, vb *velocity, ratio float32) {
	p := &j.impulse
	p.point = Vec{mul(p.point.X, ratio), mul(p.point.Y, ratio)}
	p.motor, p.limit = mul(p.motor, ratio), mul(p.limit, ratio)
	va.v = va.v.sub(p.point.scale(j.mA))
	va.w -= mul(j.iA, cross(j.rA, p.point)+p.motor+p.limit)
	vb.v = vb.v.add(p.point.scale(j.mB))
	vb.w += mul(j.iB, cross(j.rB, p.point)+p.motor+p.limit)
}

// solve does one velocity iteration. What the motor and the limits do is the same for many steps, so
// the processor predicts the branches on it and need not wait for the comparisons.
func (j *jointConstraint) solve(va, vb *velocity) {
	wA, wB := va.w, vb.w
	iA, iB := j.iA, j.iB
	l := &j.impulse
	if j.motor {
		old := l.motor
		l.motor = clamp(old-mul(j.axial, wB-wA-j.speed), -j.maxImpulse, j.maxImpulse)
		if p := l.motor - old; p != 0 {
			wA -= mul(iA, p)
			wB += mul(iB, p)
		}
	}
	if l.state != between {
		j.solveLimit(va, vb, wA, wB)
		return
	}
	rA, rB := j.rA, j.rB
	vA, vB := va.v, vb.v
	x := -(vB.X - mul(wB, rB.Y) - vA.X + mul(wA, rA.Y))
	y := -(vB.Y + mul(wB, rB.X) - vA.Y - mul(wA, rA.X))
	px, py := mul(j.invDet, mul(j.k22, x)-mul(j.k12, y)), mul(j.invDet, mul(j.k11, y)-mul(j.k12, x))
	l.point.X += px
	l.point.Y += py
	va.v.X, va.v.Y = vA.X-mul(j.mA, px), vA.Y-mul(j.mA, py)
	va.w = wA - mul(iA, mul(rA.X, py)-mul(rA.Y, px))
	vb.v.X, vb.v.Y = vB.X+mul(j.mB, px), vB.Y+mul(j.mB, py)
	vb.w = wB + mul(iB, mul(rB.X, py)-mul(rB.Y, px))
}

// solveLimit solves the point and the limit in force as one system, by Cramer's rule. Where the limit
// would have to pull, it solves the point alone and takes the limit's impulse back. The columns of the
// matrix are (k11, k12, ex), (k12, k22, ey) and (ex, ey, ez).
func (j *jointConstraint) solveLimit(va, vb *velocity, wA, wB float32) {
	rA, rB, iA, iB := j.rA, j.rB, j.iA, j.iB
	l := &j.impulse
	vA, vB := va.v, vb.v
	x := vB.X - mul(wB, rB.Y) - vA.X + mul(wA, rA.Y)
	y := vB.Y + mul(wB, rB.X) - vA.Y - mul(wA, rA.X)
	z := wB - wA
	ex, ey, ez := j.ex, j.ey, j.ez
	k11, k12, k22 := j.k11, j.k12, j.k22
	px := mul(j.negInvDet3, mul(x, j.cx)+mul(y, j.cy)+mul(z, j.cz))
	bx, by, bz := mul(y, ez)-mul(z, ey), mul(z, ex)-mul(x, ez), mul(x, ey)-mul(y, ex)
	py := mul(j.negInvDet3, mul(k11, bx)+mul(k12, by)+mul(ex, bz))
	bx, by, bz = mul(k22, z)-mul(ey, y), mul(ey, x)-mul(k12, z), mul(k12, y)-mul(k22, x)
	pz := mul(j.negInvDet3, mul(k11, bx)+mul(k12, by)+mul(ex, bz))
	limit := l.limit + pz
	if l.state == atLower && limit < 0 || l.state == atUpper && limit > 0 {
		x, y = -x+mul(l.limit, ex), -y+mul(l.limit, ey)
		px, py, pz = mul(j.invDet, mul(k22, x)-mul(k12, y)), mul(j.invDet, mul(k11, y)-mul(k12, x)), -l.limit
		limit = 0
	}
	l.limit = limit
	l.point.X += px
	l.point.Y += py
	va.v.X, va.v.Y = vA.X-mul(j.mA, px), vA.Y-mul(j.mA, py)
	va.w = wA - mul(iA, mul(rA.X, py)-mul(rA.Y, px)+pz)
	vb.v.X, vb.v.Y = vB.X+mul(j.mB, px), vB.Y+mul(j.mB, py)
	vb.w = wB + mul(iB, mul(rB.X, py)-mul(rB.Y, px)+pz)
}

// correct does one position iteration: it moves the bodies so that the point closes and the angle
// returns to its limits. It reports whether both errors were within the slops before.
func (j *jointConstraint) correct(s *solver) bool {
	a, b := &s.poses[j.ia], &s.poses[j.ib]
	mA, mB, iA, iB := j.mA, j.mB, j.iA, j.iB
	var angular float32
	if state := j.impulse.state; state != between {
		angle := b.a - a.a - j.reference
		var c float32
		switch state {
		case locked:
			c = clamp(angle-j.lower, -maxAngularCorrection, maxAngularCorrection)
			angular = abs(c)
		case atLower:
			c = clamp(angle-j.lower+angularSlop, -maxAngularCorrection, 0)
			angular = j.lower - angle
		default:
			c = clamp(angle-j.upper-angularSlop, 0, maxAngularCorrection)
			angular = angle - j.upper
		}
		p := mul(-j.axial, c)
		a.a -= mul(iA, p)
		b.a += mul(iB, p)
	}
	rA, rB := a.rotation().apply(j.lA), b.rotation().apply(j.lB)
	c := b.c.add(rB).sub(a.c).sub(rA)
	k11 := mA + mB + mul(mul(iA, rA.Y), rA.Y) + mul(mul(iB, rB.Y), rB.Y)
	k12 := mul(mul(-iA, rA.X), rA.Y) - mul(mul(iB, rB.X), rB.Y)
	k22 := mA + mB + mul(mul(iA, rA.X), rA.X) + mul(mul(iB, rB.X), rB.X)
	invDet := inverse(mul(k11, k22) - mul(k12, k12))
	p := Vec{-mul(invDet, mul(k22, c.X)-mul(k12, c.Y)), -mul(invDet, mul(k11, c.Y)-mul(k12, c.X))}
	a.c = a.c.sub(p.scale(mA))
	a.a -= mul(iA, cross(rA, p))
	b.c = b.c.add(p.scale(mB))
	b.a += mul(iB, cross(rB, p))
	return c.length() <= linearSlop && angular <= angularSlop
}
