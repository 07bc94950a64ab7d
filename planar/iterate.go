package planar

// An iterationState is the state of the iterations of an island.
type iterationState struct {
	velocities []velocity
	poses      []pose
	joints     []jointImpulse
	impulses   []contactImpulses
}

// A cycle finds when the state of an iteration comes back. An iteration is a function of this state, so
// then all later states are known, and whole rounds of them can be left out without changing a bit. It
// compares the state with one that is saved after 0, 4, 12, 28, … iterations: Brent 1980, "An improved
// Monte Carlo factorization algorithm".
type cycle struct {
	left  int // iterations
	since int // iterations since the state was saved
	next  int // iterations until the state is saved anew
	found bool
}

// count counts an iteration. It returns true if the state must be saved. The argument same reports whether
// the state is the saved one.
func (c *cycle) count(same bool) (save bool) {
	c.since++
	switch {
	case same:
		c.left %= c.since
		c.found = true
	case c.since == c.next:
		c.since, c.next = 0, c.next*2
		return true
	}
	return false
}

// iterate does n velocity iterations: all joints, then all contacts.
func (s *solver) iterate(n int) {
	c := cycle{left: n, next: 4}
	s.save()
	joints, contacts, velocities := s.joints, s.contacts, s.velocities
	for c.left > 0 {
		for i := range joints {
			j := &joints[i]
			j.solve(&velocities[j.ia], &velocities[j.ib])
		}
		for i := range contacts {
			r := &contacts[i]
			r.solve(&velocities[r.ia], &velocities[r.ib], &s.impulses[i])
		}
		c.left--
		if !c.found && c.count(s.same()) {
			s.save()
		}
	}
}

// save saves velocities and impulses.
func (s *solver) save() {
	m := &s.saved
	m.velocities = append(m.velocities[:0], s.velocities...)
	m.impulses = append(m.impulses[:0], s.impulses...)
	m.joints = m.joints[:0]
	for i := range s.joints {
		m.joints = append(m.joints, s.joints[i].impulse)
	}
}

// same reports whether velocities and impulses are the saved ones.
func (s *solver) same() bool {
	m := &s.saved
	for i := range s.velocities {
		if s.velocities[i] != m.velocities[i] {
			return false
		}
	}
	for i := range s.joints {
		if s.joints[i].impulse != m.joints[i] {
			return false
		}
	}
	for i := range s.impulses {
		if s.impulses[i] != m.impulses[i] {
			return false
		}
	}
	return true
}

// correct does up to n position iterations: all contacts, then all joints. It returns true as soon as
// all errors are within the slops.
func (w *World) correct(n int) bool {
	s := &w.solver
	c := cycle{left: n, next: 4}
	s.savePoses()
	for c.left > 0 {
		settled := w.correctContacts(positionRate, -1, -1) >= settledOverlap
		for i := range s.joints {
			settled = s.joints[i].correct(s) && settled
		}
		if settled {
			return true
		}
		c.left--
		if !c.found && c.count(s.samePoses()) {
			s.savePoses()
		}
	}
	return false
}

// savePoses saves the poses.
func (s *solver) savePoses() { s.saved.poses = append(s.saved.poses[:0], s.poses...) }

// samePoses reports whether the poses are the saved ones.
func (s *solver) samePoses() bool {
	for i := range s.poses {
		if s.poses[i].c != s.saved.poses[i].c || s.poses[i].a != s.saved.poses[i].a {
			return false
		}
	}
	return true
}
