package mujoco

// freeJointNames returns the names of a free joint's positions and velocities.
func freeJointNames(body string) (positions, velocities []string) {
	positions = append(suffixed(body, "x", "y", "z"), suffixed(body+" orientation", "w", "x", "y", "z")...)
	velocities = append(suffixed(body+" velocity", "x", "y", "z"), suffixed(body+" angular velocity", "x", "y", "z")...)
	return positions, velocities
}

// planarNames returns the names of the positions and velocities of a body that moves in a plane, whose
// coordinates are two slides with the given names and an angle, and of the joints below it.
func planarNames(body, first, second string, joints ...string) (positions, velocities []string) {
	positions = []string{body + " " + first, body + " " + second}
	velocities = []string{body + " velocity " + first, body + " velocity " + second}
	for _, name := range append([]string{body}, joints...) {
		positions = append(positions, name+" angle")
		velocities = append(velocities, name+" angular velocity")
	}
	return positions, velocities
}

// wrenchNames returns the names of the contact torque and force on each body.
func wrenchNames(bodies []string) (names []string) {
	for _, b := range bodies {
		names = append(names, suffixed(b+" contact torque", "x", "y", "z")...)
		names = append(names, suffixed(b+" contact force", "x", "y", "z")...)
	}
	return names
}

// suffixed returns the name with each of the suffixes.
func suffixed(name string, suffixes ...string) (names []string) {
	for _, s := range suffixes {
		names = append(names, name+" "+s)
	}
	return names
}

// eachWith returns the names with the same suffix.
func eachWith(names []string, suffix string) (all []string) {
	for _, n := range names {
		all = append(all, n+" "+suffix)
	}
	return all
}
