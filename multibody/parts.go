package multibody

// Joints returns the number of joints.
func (m *Model) Joints() int { return len(m.joints) }

// Joint returns the description of joint i, the index of its body, and the index of its first
// velocity in Data.Qvel.
func (m *Model) Joint(i int) (j Joint, body, dof int) {
	return m.joints[i].Joint, int(m.joints[i].body), int(m.joints[i].dofAt)
}

// Actuator returns the description of actuator i, and the index of its joint's velocity in Data.Qvel.
func (m *Model) Actuator(i int) (a Actuator, dof int) {
	return m.motors[i].Actuator, int(m.motors[i].dof)
}

// Parent returns the index of the body from which body i hangs. The world is its own parent.
func (m *Model) Parent(i int) int { return int(m.bodies[i].parent) }
