package multibody

// addWeights sets the inverse inertias of bodies and joints in the initial pose, by which MuJoCo
// scales the softness of contacts and limits: invweight0, section "Constraint model" of
// https://mujoco.readthedocs.io/en/stable/computation/index.html. A body's is the mean of the
// diagonal of J M⁻¹ Jᵀ at its centre of mass, for the three linear and for the three angular rows.
func (m *Model) addWeights() {
	if m.NV == 0 {
		return
	}
	d := m.NewData()
	d.position()
	d.inverseDynamics()
	var sum float64
	for i := range m.dofs {
		sum += d.massMatrix[m.dofs[i].row]
	}
	m.scale = 1 / (sum / float64(m.NV) * float64(m.NV))
	column := make([]float64, m.NV)
	m.factor(d.factored, d.massMatrix, column)
	for b := 1; b < m.NBody; b++ {
		m.addBodyWeight(d, b, column)
	}
	for i := range m.joints {
		j := &m.joints[i]
		if j.Type == Free {
			continue
		}
		if b := int(j.body); m.isSlider(b) {
			j.invWeight = 1 / max(minVal, m.bodies[b].mass)
			continue
		}
		clear(column)
		column[j.dofAt] = 1
		m.solve(column, d.factored)
		j.invWeight = column[j.dofAt]
	}
}

// addBodyWeight sets the inverse weights of body b. It overwrites column [NV].
func (m *Model) addBodyWeight(d *Data, b int, column []float64) {
	if m.isSlider(b) {
		m.bodies[b].invMass, m.bodies[b].invInertia = 1/max(minVal, m.bodies[b].mass), 0
		return
	}
	chain := m.chainOf(int32(b))
	offset := d.BodyCenter(b).Sub(d.treeCenters[m.bodies[b].root])
	var w [2]float64
	for k := range 6 {
		clear(column)
		row := func(i int32) float64 {
			s := &d.dofMotions[i]
			v := s.Angular
			if k < 3 {
				v = s.Linear.Add(s.Angular.Cross(offset))
			}
			return [3]float64{v.X, v.Y, v.Z}[k%3]
		}
		for _, i := range chain {
			column[i] = row(i)
		}
		m.solve(column, d.factored)
		for t := len(chain) - 1; t >= 0; t-- {
			w[k/3] += float64(column[chain[t]] * row(chain[t]))
		}
	}
	m.bodies[b].invMass, m.bodies[b].invInertia = w[0]/3, w[1]/3
}

// isSlider reports whether body b hangs from the world by slides along its own axes and carries
// no other body. MuJoCo leaves the armature of such a body out of its inverse weight.
func (m *Model) isSlider(b int) bool {
	x := &m.bodies[b]
	if x.parent != 0 || x.jointCount == 0 || (x.center != Vec3{}) || (x.principalQuat != Quat{W: 1}) {
		return false
	}
	for i := x.firstJoint; i < x.firstJoint+x.jointCount; i++ {
		if j := &m.joints[i]; j.Type != Slide || j.axisCode == 0 {
			return false
		}
	}
	return b+1 == len(m.bodies) || int(m.bodies[b+1].parent) != b // a first child has the next number
}
