package multibody

import (
	"errors"
	"math"
)

// Build returns the model of the mechanism. It keeps nothing of b. If a value is out of its range
// or a name is missing or used twice, it returns an error that names the body, joint, geom or
// actuator.
func (b *Builder) Build() (*Model, error) {
	bodies, geoms, err := b.check()
	if err != nil {
		return nil, err
	}
	m := &Model{Options: b.Options, bodyNames: map[string]int{worldName: 0}, siteNames: map[string]int{}}
	m.bodies = append(m.bodies, body{rot: identity, principalRot: identity, quat: Quat{W: 1}, principalQuat: Quat{W: 1}})
	joints := map[string]int{}
	m.addContent(&b.World, 0, joints)
	for _, a := range b.Actuators {
		j := &m.joints[joints[a.Joint]]
		m.motors = append(m.motors, motor{dof: j.dofAt, qposAt: j.qposAt, Actuator: a})
	}
	m.NV, m.NU, m.NBody = len(m.dofs), len(m.motors), len(m.bodies)
	m.addMasses(b.TotalMass)
	if err := m.checkMasses(bodies); err != nil {
		return nil, err
	}
	m.indexDofs()
	m.makeLinks()
	m.makeDrags()
	m.addWeights()
	if !m.finite() {
		return nil, errors.New("multibody: the inertia matrix is singular, want masses and sizes of more similar magnitude")
	}
	m.makePlanar()
	if err := m.addPairs(b.Exclude, geoms); err != nil {
		return nil, err
	}
	m.planarGeoms()
	return m, nil
}

// addContent adds the joints, geoms and sites of body b, then its children, depth first, which is
// the order of bodies in MuJoCo.
func (m *Model) addContent(n *Body, b int32, joints map[string]int) {
	m.bodies[b].firstJoint, m.bodies[b].firstDof = int32(len(m.joints)), int32(len(m.dofs))
	for i := range n.Joints {
		joints[n.Joints[i].Name] = len(m.joints)
		m.addJoint(&n.Joints[i], b)
	}
	for i := range n.Geoms {
		m.addGeom(&n.Geoms[i], b)
	}
	for _, s := range n.Sites {
		m.siteNames[s.Name] = len(m.sites)
		m.sites = append(m.sites, site{b, s.Pos})
	}
	m.bodies[b].jointCount = int32(len(m.joints)) - m.bodies[b].firstJoint
	m.bodies[b].dofCount = int32(len(m.dofs)) - m.bodies[b].firstDof
	for i := range n.Bodies {
		m.addBody(&n.Bodies[i], b, joints)
	}
}

// addBody adds a child of body parent, with everything in it.
func (m *Model) addBody(n *Body, parent int32, joints map[string]int) {
	id := int32(len(m.bodies))
	b := body{parent: parent, root: id, pos: n.Pos, quat: n.Rot.unit(), principalQuat: Quat{W: 1}}
	if parent > 0 {
		b.root = m.bodies[parent].root
	}
	if n.Inertial != nil {
		inertial := *n.Inertial
		b.inertial = &inertial
	}
	b.rot = b.quat.mat()
	b.hasRot = b.quat != Quat{W: 1}
	m.bodies = append(m.bodies, b)
	if n.Name != "" {
		m.bodyNames[n.Name] = int(id)
	}
	m.addContent(n, id, joints)
}

// addJoint adds a joint of body b and its degrees of freedom.
func (m *Model) addJoint(n *Joint, b int32) {
	j := joint{Joint: *n, body: b, qposAt: int32(m.NQ), dofAt: int32(len(m.dofs)), hasPos: n.Pos != Vec3{}}
	j.Axis, _ = j.Axis.unit()
	j.axisCode = axisCode(j.Axis)
	j.sol = newSoftness(j.Softness, m.Timestep)
	dofs := 1
	if j.Type == Free {
		dofs = 6
		q, p := m.bodies[b].quat, m.bodies[b].pos
		m.Qpos0 = append(m.Qpos0, p.X, p.Y, p.Z, q.W, q.X, q.Y, q.Z)
		m.bodies[b].free = true
	} else {
		m.Qpos0 = append(m.Qpos0, j.Ref)
	}
	m.NQ = len(m.Qpos0)
	for range dofs {
		m.dofs = append(m.dofs, dof{parent: m.dofAbove(b), body: b, armature: j.Armature, damping: j.Damping})
	}
	if j.Stiffness != 0 && j.Type != Free {
		m.springs = append(m.springs, spring{j.dofAt, j.qposAt, j.Stiffness, j.SpringRef})
	}
	if j.Limited {
		m.limits = append(m.limits, int32(len(m.joints)))
	}
	m.damped = m.damped || j.Damping > 0 && !m.ExplicitDamping
	m.joints = append(m.joints, j)
}

// axisCode returns ±1, ±2 or ±3 for a unit vector along the x, y or z axis, and 0 for another one.
func axisCode(v Vec3) int8 {
	for k, a := range [3]Vec3{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}} {
		switch a.Dot(v) {
		case 1:
			return int8(k + 1)
		case -1:
			return -int8(k + 1)
		}
	}
	return 0
}

// dofAbove returns the parent of the next degree of freedom of body b: the last one so far of the
// body, or else of its nearest moving ancestor. It returns -1 if there is no such ancestor.
func (m *Model) dofAbove(b int32) int32 {
	if last := int32(len(m.dofs)) - 1; last >= m.bodies[b].firstDof {
		return last
	}
	for b > 0 {
		b = m.bodies[b].parent
		if m.bodies[b].dofCount > 0 {
			return m.bodies[b].firstDof + m.bodies[b].dofCount - 1
		}
	}
	return -1
}

// addGeom adds a geom of body b.
func (m *Model) addGeom(n *Geom, b int32) {
	g := geom{Geom: *n, body: b, quat: n.Rot.unit(), size: Vec3{n.Size[0], n.Size[1], n.Size[2]}}
	g.rot = g.quat.mat()
	switch r, h := n.Size[0], n.Size[1]; g.Shape {
	case Sphere:
		g.rbound = r
	case Capsule:
		g.rbound = r + h
	case Cylinder:
		g.rbound = math.Sqrt(float64(r*r) + float64(h*h))
	}
	g.mass, g.inertia = n.inertia()
	m.geoms = append(m.geoms, g)
}

// indexDofs lays out the rows of the inertia matrix. The row of a degree of freedom has an entry
// for itself and for each of its ancestors.
func (m *Model) indexDofs() {
	for i := range m.dofs {
		d := &m.dofs[i]
		d.row = int32(len(m.ancestors))
		for a := int32(i); a >= 0; a = m.dofs[a].parent {
			m.ancestors = append(m.ancestors, a)
			m.ancestorRows = append(m.ancestorRows, ancestorRow{a, m.dofs[a].row})
		}
		d.rowSize = int32(len(m.ancestors)) - d.row
	}
	m.massMatrixSize = len(m.ancestors)
}
