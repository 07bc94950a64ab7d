package multibody_test

import (
	"testing"

	"github.com/rlrun/rlrun/multibody"
)

// TestParts checks the descriptions of joints and actuators and the tree of bodies: a free body, and
// another on it with a hinge and a motor.
func TestParts(t *testing.T) {
	joint, geom := multibody.DefaultJoint(), multibody.DefaultGeom().Sphere(multibody.Vec3{}, 0.1)
	b := multibody.NewBuilder()
	b.World.Bodies = []multibody.Body{{
		Joints: []multibody.Joint{joint.Free("root")}, Geoms: []multibody.Geom{geom},
		Bodies: []multibody.Body{{Joints: []multibody.Joint{joint.Hinge("hinge", multibody.Vec3{Y: 1})}, Geoms: []multibody.Geom{geom}}},
	}}
	b.Actuators = []multibody.Actuator{multibody.Motor("hinge", 30, -1, 1)}
	m, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	if m.Joints() != 2 || m.Parent(0) != 0 || m.Parent(1) != 0 || m.Parent(2) != 1 {
		t.Errorf("%d joints, parents %d, %d, %d, want 2 joints, parents 0, 0, 1", m.Joints(), m.Parent(0), m.Parent(1), m.Parent(2))
	}
	if j, body, dof := m.Joint(1); j.Name != "hinge" || body != 2 || dof != 6 { // a free joint has six velocities
		t.Errorf("joint 1 is %q of body %d with velocity %d, want hinge, 2, 6", j.Name, body, dof)
	}
	if a, dof := m.Actuator(0); a.Gear != 30 || dof != 6 {
		t.Errorf("actuator 0 has gear %v and velocity %d, want 30, 6", a.Gear, dof)
	}
}
