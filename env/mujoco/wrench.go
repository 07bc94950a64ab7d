package mujoco

import "github.com/rlrun/rlrun/multibody"

// writeWrenches writes the contact wrenches of all bodies but the world: torque and then force, as in
// MuJoCo's cfrc_ext.
func (s *simulation) writeWrenches(dst []float64) {
	s.data.ContactWrenches(s.wrenches)
	for i, w := range s.wrenches[1:] {
		writeSpatial(dst[6*i:], w)
	}
}

// writeSpatial writes the angular and the linear part of v: 6 numbers.
func writeSpatial(dst []float64, v multibody.Spatial) {
	a, l := v.Angular, v.Linear
	_ = dst[5] // one bounds check for all elements
	dst[0], dst[1], dst[2], dst[3], dst[4], dst[5] = a.X, a.Y, a.Z, l.X, l.Y, l.Z
}
