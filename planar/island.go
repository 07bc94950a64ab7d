package planar

// A velocity is the velocity of a body in the solver.
type velocity struct {
	v Vec
	w float32
}

// A pose is the place of a body in the solver. The rotation is computed when it is needed and the angle
// has changed.
type pose struct {
	c     Vec     // centre of mass
	a     float32 // angle
	known float32 // angle of q
	q     rotation
}

// rotation returns the rotation by the angle.
func (p *pose) rotation() rotation {
	if p.a != p.known {
		p.known, p.q = p.a, sincos(p.a)
	}
	return p.q
}

// transform returns the transform of the body, whose centre of mass is at local.
func (p *pose) transform(local Vec) transform {
	q := p.rotation()
	return transform{p.c.sub(q.apply(local)), q}
}

// A solver has the island that is being solved, and memory for its constraints.
type solver struct {
	bodies         []int32 // of the island
	islandContacts []int32
	islandJoints   []int32
	stack          []int32
	velocities     []velocity // [bodies]
	poses          []pose     // [bodies]
	contacts       []contactConstraint
	impulses       []contactImpulses // [contacts]
	joints         []jointConstraint
	saved          iterationState
}

// clear empties the island.
func (s *solver) clear() {
	s.bodies, s.islandContacts, s.islandJoints, s.joints = s.bodies[:0], s.islandContacts[:0], s.islandJoints[:0], s.joints[:0]
}

// addBody adds a body to the island.
func (s *solver) addBody(w *World, i int32) {
	w.bodies[i].index = int32(len(s.bodies))
	s.bodies = append(s.bodies, i)
}

// solve moves all bodies that are awake, island by island, and then finds new contacts. An island is
// bodies that contacts and joints connect; static bodies do not connect. Box2D 2.3, b2World::Solve.
func (w *World) solve(st *step) {
	for i := range w.bodies {
		w.bodies[i].inIsland = false
	}
	for i := w.first; i != none; i = w.contacts[i].next {
		w.contacts[i].flags &^= inIsland
	}
	for i := range w.joints {
		w.joints[i].inIsland = false
	}
	for i := int32(len(w.bodies)) - 1; i >= 0; i-- { // the newest first
		if b := &w.bodies[i]; !b.inIsland && b.awake && b.kind == Dynamic {
			w.gather(i)
			w.startIsland(st)
			w.solver.iterate(st.velocities)
			w.finishIsland(st)
		}
	}
	for i := len(w.bodies) - 1; i >= 0; i-- {
		if b := &w.bodies[i]; b.inIsland && b.kind == Dynamic {
			w.syncBoxes(b)
		}
	}
	w.findContacts()
}

// gather finds the island of a body, by depth-first search.
func (w *World) gather(seed int32) {
	s := &w.solver
	s.clear()
	s.stack = append(s.stack[:0], seed)
	w.bodies[seed].inIsland = true
	for len(s.stack) > 0 {
		i := s.stack[len(s.stack)-1]
		s.stack = s.stack[:len(s.stack)-1]
		b := &w.bodies[i]
		s.addBody(w, i)
		if b.kind != Dynamic {
			continue
		}
		b.awake = true
		for e := b.contacts; e != none; {
			c := &w.contacts[e>>1]
			l := &c.edges[e&1]
			if c.flags&(inIsland|enabled|touching) == enabled|touching && !w.hasSensor(c) {
				s.islandContacts = append(s.islandContacts, e>>1)
				c.flags |= inIsland
				w.visit(l.other)
			}
			e = l.next
		}
		for e := b.joints; e != none; {
			j := &w.joints[e>>1]
			l := &j.edges[e&1]
			if !j.inIsland {
				j.inIsland = true
				s.islandJoints = append(s.islandJoints, e>>1)
				w.visit(l.other)
			}
			e = l.next
		}
	}
}

// hasSensor reports whether a fixture of a contact is a sensor.
func (w *World) hasSensor(c *contact) bool { return w.fixtures[c.fa].Sensor || w.fixtures[c.fb].Sensor }

// visit puts a body on the stack of gather, unless it has been there.
func (w *World) visit(i int32) {
	if b := &w.bodies[i]; !b.inIsland {
		b.inIsland = true
		w.solver.stack = append(w.solver.stack, i)
	}
}

// startIsland applies forces, and makes the constraints of the island with the impulses of the step
// before.
func (w *World) startIsland(st *step) {
	s := &w.solver
	h := st.dt
	s.velocities, s.poses = s.velocities[:0], s.poses[:0]
	for _, i := range s.bodies {
		b := &w.bodies[i]
		v, spin := b.v, b.w
		b.sweep.c0, b.sweep.a0 = b.sweep.c, b.sweep.a
		if b.kind == Dynamic {
			v = v.add(w.gravity.add(b.force.scale(b.invMass)).scale(h))
			spin += mul(mul(h, b.invI), b.torque)
		}
		s.velocities = append(s.velocities, velocity{v, spin})
		s.poses = append(s.poses, pose{b.sweep.c, b.sweep.a, b.sweep.a, b.xf.q})
	}
	w.startContacts(st)
	w.prepareContacts()
	s.warmStart()
	w.startJoints(st)
}

// finishIsland keeps the impulses, moves the bodies, corrects their positions, and puts them to sleep if
// all of them rest.
func (w *World) finishIsland(st *step) {
	s := &w.solver
	for i := range s.joints {
		w.joints[s.joints[i].joint].impulse = s.joints[i].impulse
	}
	for i := range s.contacts {
		r := &s.contacts[i]
		for k := range r.n {
			p := &w.contacts[r.contact].m.points[k&1]
			p.normal, p.tangent = s.impulses[i][k&1].normal, s.impulses[i][k&1].tangent
		}
	}
	s.integrate(st.dt)
	settled := w.correct(st.positions)
	w.writeBack()
	if w.restTime(st.dt) >= timeToSleep && settled {
		for _, i := range s.bodies {
			w.bodies[i].setAwake(false)
		}
	}
	for _, i := range s.bodies {
		if b := &w.bodies[i]; b.kind != Dynamic {
			b.inIsland = false // it can be in more islands
		}
	}
}

// writeBack gives the moving bodies of the island their poses and velocities from the solver.
func (w *World) writeBack() {
	s := &w.solver
	for k, i := range s.bodies {
		b, p := &w.bodies[i], &s.poses[k]
		if b.kind != Dynamic {
			continue
		}
		b.sweep.c, b.sweep.a, b.v, b.w = p.c, p.a, s.velocities[k].v, s.velocities[k].w
		b.xf = p.transform(b.sweep.local)
		w.failed = w.failed || !b.finite()
	}
}

// restTime returns the shortest time for which a body of the island has been at rest.
func (w *World) restTime(h float32) float32 {
	least := largest
	for _, i := range w.solver.bodies {
		b := &w.bodies[i]
		if b.kind != Dynamic {
			continue
		}
		if mul(b.w, b.w) > sleepSpin2 || dot(b.v, b.v) > sleepSpeed2 {
			b.rest, least = 0, 0
		} else {
			b.rest += h
			least = min2(least, b.rest)
		}
	}
	return least
}

// integrate moves the bodies by their velocities, which it limits.
func (s *solver) integrate(h float32) {
	for i := range s.velocities {
		m, p := &s.velocities[i], &s.poses[i]
		if t := m.v.scale(h); dot(t, t) > maxTranslation2 {
			m.v = m.v.scale(maxTranslation / t.length())
		}
		if r := mul(h, m.w); mul(r, r) > maxRotation2 {
			m.w = mul(m.w, maxRotation/abs(r))
		}
		p.c = p.c.add(m.v.scale(h))
		p.a += mul(h, m.w)
	}
}
