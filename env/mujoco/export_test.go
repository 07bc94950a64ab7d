package mujoco

// A Forcer is an environment of this package, with methods for tests.
type Forcer interface {
	task

	// Force sets positions, velocities and the solver's start, and keeps the numbers of the last
	// evaluation.
	Force(state, warm []float64)

	// Contacts returns the number of contacts in the last evaluation, and the deepest penetration [m].
	Contacts() (n int, depth float64)

	// Velocities returns the number of velocities.
	Velocities() int
}

func (s *simulation) Force(state, warm []float64) {
	n := copy(s.data.Qpos, state)
	copy(s.data.Qvel, state[n:])
	copy(s.data.Warmstart, warm)
}

func (s *simulation) Contacts() (n int, depth float64) {
	for _, c := range s.data.Contacts {
		depth = max(depth, -c.Dist)
	}
	return len(s.data.Contacts), depth
}

func (s *simulation) Velocities() int { return s.model.NV }
