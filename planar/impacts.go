package planar

// solveImpacts finds the bodies that would pass through something static in this step, and moves them
// from where they meet it first. Box2D 2.3, b2World::SolveTOI.
func (w *World) solveImpacts(st *step) {
	if w.failed {
		return
	}
	for i := range w.bodies {
		w.bodies[i].inIsland = false
		w.bodies[i].sweep.alpha0 = 0
	}
	for i := w.first; i != none; i = w.contacts[i].next {
		c := &w.contacts[i]
		c.flags &^= hasTime | inIsland
		c.impacts, c.time = 0, 1
	}
	for !w.failed {
		first, alpha := w.firstImpact()
		if first == none || lastImpact < alpha {
			return
		}
		c := &w.contacts[first]
		ia, ib := w.fixtures[c.fa].body, w.fixtures[c.fb].body
		if !w.moveToImpact(c, alpha) {
			continue
		}
		w.gatherImpact(first, alpha)
		w.solveImpact(st, alpha, ia, ib)
		for _, i := range w.solver.bodies {
			b := &w.bodies[i]
			b.inIsland = false
			if b.kind != Dynamic {
				continue
			}
			w.syncBoxes(b)
			for e := b.contacts; e != none; {
				c := &w.contacts[e>>1]
				c.flags &^= hasTime | inIsland
				e = c.edges[e&1].next
			}
		}
		w.findContacts()
	}
}

// firstImpact returns the contact with the earliest time of impact, and the time.
func (w *World) firstImpact() (first int32, alpha float32) {
	first, alpha = none, 1
	for i := w.first; i != none; i = w.contacts[i].next {
		c := &w.contacts[i]
		if c.flags&enabled == 0 || c.impacts > maxSubSteps {
			continue
		}
		if c.flags&hasTime == 0 && !w.findTime(c) {
			continue
		}
		if c.time < alpha {
			first, alpha = i, c.time
		}
	}
	return first, alpha
}

// findTime computes the time of impact of a contact. It returns false if the contact does not need one:
// if both bodies move, or none is awake, or one is a sensor.
func (w *World) findTime(c *contact) bool {
	if w.hasSensor(c) {
		return false
	}
	fa, fb := &w.fixtures[c.fa], &w.fixtures[c.fb]
	a, b := &w.bodies[fa.body], &w.bodies[fb.body]
	if !a.awake && !b.awake || a.kind == Dynamic && b.kind == Dynamic {
		return false
	}
	alpha := a.sweep.alpha0
	if a.sweep.alpha0 < b.sweep.alpha0 {
		alpha = b.sweep.alpha0
		a.sweep.advance(alpha)
	} else if b.sweep.alpha0 < a.sweep.alpha0 {
		b.sweep.advance(alpha)
	}
	c.flags |= hasTime
	c.time = 1
	if alpha == 0 && b.kind == Dynamic && staysApart(fa, a, fb, b) {
		return true
	}
	if t, ok := impact(&fa.shape, a.sweep, &fb.shape, b.sweep); ok {
		c.time = min2(alpha+mul(1-alpha, t), 1)
	}
	return true
}

// moveToImpact moves the bodies of a contact to the time of impact. If they do not touch there, it moves them
// back, disables the contact and returns false.
func (w *World) moveToImpact(c *contact, alpha float32) bool {
	a, b := &w.bodies[w.fixtures[c.fa].body], &w.bodies[w.fixtures[c.fb].body]
	oldA, oldB := a.sweep, b.sweep
	a.advance(alpha)
	b.advance(alpha)
	w.updateContact(c)
	c.flags &^= hasTime
	c.impacts++
	if c.flags&touching == 0 {
		c.flags &^= enabled
		a.sweep, b.sweep = oldA, oldB
		a.place()
		b.place()
		return false
	}
	a.setAwake(true)
	b.setAwake(true)
	return true
}

// gatherImpact makes the island of an impact: the bodies of the contact, and the static bodies that they
// touch at that time.
func (w *World) gatherImpact(first int32, alpha float32) {
	s := &w.solver
	c := &w.contacts[first]
	pair := [2]int32{w.fixtures[c.fa].body, w.fixtures[c.fb].body}
	s.clear()
	s.islandContacts = append(s.islandContacts, first)
	c.flags |= inIsland
	for _, i := range pair {
		s.addBody(w, i)
		w.bodies[i].inIsland = true
	}
	for _, i := range pair {
		body := &w.bodies[i]
		if body.kind != Dynamic {
			continue
		}
		for e := body.contacts; e != none; {
			if len(s.bodies) == 2*maxImpactRows || len(s.islandContacts) == maxImpactRows {
				break
			}
			w.gatherNeighbour(e, alpha)
			e = w.contacts[e>>1].edges[e&1].next
		}
	}
}

// gatherNeighbour adds the contact of edge e and its other body to the island of an impact, if the body
// is static and they touch.
func (w *World) gatherNeighbour(e int32, alpha float32) {
	c := &w.contacts[e>>1]
	i := c.edges[e&1].other
	other := &w.bodies[i]
	if c.flags&inIsland != 0 || other.kind == Dynamic || w.hasSensor(c) {
		return
	}
	old := other.sweep
	if !other.inIsland {
		other.advance(alpha)
	}
	w.updateContact(c)
	if c.flags&touching == 0 {
		other.sweep = old
		other.place()
		return
	}
	c.flags |= inIsland
	w.solver.islandContacts = append(w.solver.islandContacts, e>>1)
	if !other.inIsland {
		other.inIsland = true
		w.solver.addBody(w, i)
	}
}

// solveImpact moves the island of an impact for the rest of the step. Impulses of the step before are not
// used, and impulses of the impact are not kept. Box2D 2.3, b2Island::SolveTOI.
func (w *World) solveImpact(st *step, alpha float32, ia, ib int32) {
	s := &w.solver
	sub := step{dt: mul(1-alpha, st.dt), ratio: 1}
	s.velocities, s.poses = s.velocities[:0], s.poses[:0]
	for _, i := range s.bodies {
		b := &w.bodies[i]
		s.velocities = append(s.velocities, velocity{b.v, b.w})
		s.poses = append(s.poses, pose{b.sweep.c, b.sweep.a, b.sweep.a, sincos(b.sweep.a)})
	}
	w.startContacts(&sub)
	ta, tb := w.bodies[ia].index, w.bodies[ib].index
	for range impactPosSteps {
		if w.correctContacts(impactRate, ta, tb) >= impactOverlap {
			break
		}
	}
	for _, i := range [2]int32{ia, ib} {
		if b := &w.bodies[i]; b.kind == Dynamic {
			b.sweep.c0, b.sweep.a0 = s.poses[b.index].c, s.poses[b.index].a
		}
	}
	w.prepareContacts()
	s.iterate(st.velocities)
	s.integrate(sub.dt)
	w.writeBack()
}
