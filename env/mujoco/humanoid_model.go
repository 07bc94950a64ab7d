package mujoco

import "github.com/rlrun/rlrun/multibody"

// A humanoidPose has the lengths in which the files of the two humanoids differ [m]: one stands,
// the other lies on its back. Points are in the frame of their body; those of a leg are of the
// left leg, and the right leg is its mirror image.
type humanoidPose struct {
	torso, head, upperWaist, lowerWaist, pelvis multibody.Vec3 // positions
	hip, thighEnd, knee, shinEnd, foot          multibody.Vec3
	leftHipLow                                  float64 // smallest angle of left_hip_y [degrees]
}

// standingHumanoid returns the pose of Gymnasium's humanoid.xml.
func standingHumanoid() humanoidPose {
	return humanoidPose{
		torso: xyz(0, 0, 1.4), head: xyz(0, 0, 0.19), upperWaist: xyz(-0.01, 0, -0.12), lowerWaist: xyz(-0.01, 0, -0.26),
		pelvis: xyz(0, 0, -0.165), hip: xyz(0, 0.1, -0.04), thighEnd: xyz(0, -0.01, -0.34), knee: xyz(0, -0.01, -0.403),
		shinEnd: xyz(0, 0, -0.3), foot: xyz(0, 0, -0.45), leftHipLow: -110,
	}
}

// lyingHumanoid returns the pose of Gymnasium's humanoidstandup.xml.
func lyingHumanoid() humanoidPose {
	return humanoidPose{
		torso: xyz(0, 0, 0.105), head: xyz(-0.15, 0, 0), upperWaist: xyz(0.11, 0, 0), lowerWaist: xyz(0.21, 0, 0),
		pelvis: xyz(0.165, 0, 0), hip: xyz(0, 0.1, 0), thighEnd: xyz(0.34, -0.01, 0), knee: xyz(0.403, -0.01, 0),
		shinEnd: xyz(0.3, 0, 0), foot: xyz(0.35, 0, -0.1), leftHipLow: -120,
	}
}

// humanoidModel describes a humanoid of 13 bodies and 17 motors. The numbers are from Gymnasium's
// humanoid.xml. Its tendons have no force and are left out.
func humanoidModel(p humanoidPose) *multibody.Builder {
	geom := multibody.DefaultGeom()
	geom.Condim, geom.Margin = 1, 0.001
	floor := geom.Named("floor").Plane(xyz(0, 0, 0))
	floor.Condim, floor.Friction, floor.Size = 3, [3]float64{1, 0.1, 0.1}, [3]float64{20, 20, 0.125}
	geom.Color, floor.Color = [4]float64{0.8, 0.6, 0.4, 1}, [4]float64{0.8, 0.9, 0.8, 1}

	b := multibody.NewBuilder()
	b.Timestep, b.Integrator, b.Solver, b.Iterations = 0.003, multibody.RK4, multibody.PGS, 50
	b.World.Geoms = []multibody.Geom{floor}
	b.World.Bodies = []multibody.Body{{
		Name:   "torso",
		Pos:    p.torso,
		Joints: []multibody.Joint{multibody.DefaultJoint().Free("root")},
		Geoms: []multibody.Geom{
			acrossBody(geom.Named("torso1"), xyz(0, 0, 0), 0.07, 0.07),
			geom.Named("head").Sphere(p.head, 0.09),
			acrossBody(geom.Named("uwaist"), p.upperWaist, 0.06, 0.06),
		},
		Bodies: []multibody.Body{humanoidWaist(geom, &p), rightArm(geom), leftArm(geom)},
	}}
	for _, m := range []struct {
		joint string
		gear  float64
	}{
		{"abdomen_y", 100}, {"abdomen_z", 100}, {"abdomen_x", 100},
		{"right_hip_x", 100}, {"right_hip_z", 100}, {"right_hip_y", 300}, {"right_knee", 200},
		{"left_hip_x", 100}, {"left_hip_z", 100}, {"left_hip_y", 300}, {"left_knee", 200},
		{"right_shoulder1", 25}, {"right_shoulder2", 25}, {"right_elbow", 25},
		{"left_shoulder1", 25}, {"left_shoulder2", 25}, {"left_elbow", 25},
	} {
		motor := multibody.Motor(m.joint, m.gear, -0.4, 0.4)
		motor.Name = m.joint
		b.Actuators = append(b.Actuators, motor)
	}
	return b
}

// acrossBody returns g as a capsule with an axis from right to left through the point at.
func acrossBody(g multibody.Geom, at multibody.Vec3, halfLength, radius float64) multibody.Geom {
	y := xyz(0, halfLength, 0)
	return g.CapsuleBetween(at.Sub(y), at.Add(y), radius)
}

// A joint17 is one of the humanoid's 17 hinges. Its limits are in degrees.
type joint17 struct {
	name                         string
	pos, axis                    multibody.Vec3
	low, high                    float64
	stiffness, damping, armature float64
}

// hinges returns the hinges as Joints.
func hinges(list ...joint17) (joints []multibody.Joint) {
	for _, j := range list {
		joint := multibody.DefaultJoint().Hinge(j.name, j.axis).Between(multibody.Degrees(j.low), multibody.Degrees(j.high))
		joint.Pos, joint.Stiffness, joint.Damping, joint.Armature = j.pos, j.stiffness, j.damping, j.armature
		joints = append(joints, joint)
	}
	return joints
}

// humanoidWaist returns the lower waist with the pelvis and both legs.
func humanoidWaist(geom multibody.Geom, p *humanoidPose) multibody.Body {
	tilt, z, x := multibody.Quat{W: 1, Y: -0.002}, xyz(0, 0, 0.065), xyz(0, 0, 0.1)
	return multibody.Body{
		Name: "lwaist", Pos: p.lowerWaist, Rot: tilt,
		Joints: hinges(
			joint17{"abdomen_z", z, xyz(0, 0, 1), -45, 45, 20, 5, 0.02},
			joint17{"abdomen_y", z, xyz(0, 1, 0), -75, 30, 10, 5, 0.02}),
		Geoms: []multibody.Geom{acrossBody(geom.Named("lwaist"), xyz(0, 0, 0), 0.06, 0.06)},
		Bodies: []multibody.Body{{
			Name: "pelvis", Pos: p.pelvis, Rot: tilt,
			Joints: hinges(joint17{"abdomen_x", x, xyz(1, 0, 0), -35, 35, 10, 5, 0.02}),
			Geoms:  []multibody.Geom{acrossBody(geom.Named("butt"), xyz(-0.02, 0, 0), 0.07, 0.09)},
			Bodies: []multibody.Body{rightLeg(geom, p), leftLeg(geom, p)},
		}},
	}
}

// rightLeg returns the right thigh with its shin and foot.
func rightLeg(geom multibody.Geom, p *humanoidPose) multibody.Body {
	hip, knee := xyz(0, 0, 0), xyz(0, 0, 0.02)
	return leg(geom, p, "right", -1,
		hinges(
			joint17{"right_hip_x", hip, xyz(1, 0, 0), -25, 5, 10, 5, 0.01},
			joint17{"right_hip_z", hip, xyz(0, 0, 1), -60, 35, 10, 5, 0.01},
			joint17{"right_hip_y", hip, xyz(0, 1, 0), -110, 20, 20, 5, 0.008}),
		hinges(joint17{"right_knee", knee, xyz(0, -1, 0), -160, -2, 0, 1, 0.006}))
}

// leftLeg returns the left thigh with its shin and foot. Unlike the right knee, its knee has a
// spring.
func leftLeg(geom multibody.Geom, p *humanoidPose) multibody.Body {
	hip, knee := xyz(0, 0, 0), xyz(0, 0, 0.02)
	return leg(geom, p, "left", 1,
		hinges(
			joint17{"left_hip_x", hip, xyz(-1, 0, 0), -25, 5, 10, 5, 0.01},
			joint17{"left_hip_z", hip, xyz(0, 0, -1), -60, 35, 10, 5, 0.01},
			joint17{"left_hip_y", hip, xyz(0, 1, 0), p.leftHipLow, 20, 20, 5, 0.01}),
		hinges(joint17{"left_knee", knee, xyz(0, -1, 0), -160, -2, 1, 1, 0.006}))
}

// leg returns a thigh with its shin and foot. The argument y is 1 for the left leg and -1 for the
// right leg.
func leg(geom multibody.Geom, p *humanoidPose, side string, y float64, hip, knee []multibody.Joint) multibody.Body {
	mirror := func(v multibody.Vec3) multibody.Vec3 { return xyz(v.X, y*v.Y, v.Z) }
	return multibody.Body{
		Name: side + "_thigh", Pos: mirror(p.hip), Joints: hip,
		Geoms: []multibody.Geom{geom.Named(side+"_thigh1").CapsuleBetween(xyz(0, 0, 0), mirror(p.thighEnd), 0.06)},
		Bodies: []multibody.Body{{
			Name: side + "_shin", Pos: mirror(p.knee), Joints: knee,
			Geoms: []multibody.Geom{geom.Named(side+"_shin1").CapsuleBetween(xyz(0, 0, 0), p.shinEnd, 0.049)},
			Bodies: []multibody.Body{{
				Name: side + "_foot", Pos: p.foot,
				Geoms: []multibody.Geom{geom.Named(side+"_foot").Sphere(xyz(0, 0, 0.1), 0.075)},
			}},
		}},
	}
}

// rightArm returns the right upper arm with its lower arm and hand.
func rightArm(geom multibody.Geom) multibody.Body {
	at := xyz(0, 0, 0)
	return arm(geom, "right", -1,
		hinges(
			joint17{"right_shoulder1", at, xyz(2, 1, 1), -85, 60, 1, 1, 0.0068},
			joint17{"right_shoulder2", at, xyz(0, -1, 1), -85, 60, 1, 1, 0.0051}),
		hinges(joint17{"right_elbow", at, xyz(0, -1, 1), -90, 50, 0, 1, 0.0028}))
}

// leftArm returns the left upper arm with its lower arm and hand.
func leftArm(geom multibody.Geom) multibody.Body {
	at := xyz(0, 0, 0)
	return arm(geom, "left", 1,
		hinges(
			joint17{"left_shoulder1", at, xyz(2, -1, 1), -60, 85, 1, 1, 0.0068},
			joint17{"left_shoulder2", at, xyz(0, 1, 1), -60, 85, 1, 1, 0.0051}),
		hinges(joint17{"left_elbow", at, xyz(0, -1, -1), -90, 50, 0, 1, 0.0028}))
}

// arm returns an upper arm with its lower arm and hand. The argument y is 1 for the left arm and
// -1 for the right arm.
func arm(geom multibody.Geom, side string, y float64, shoulder, elbow []multibody.Joint) multibody.Body {
	return multibody.Body{
		Name: side + "_upper_arm", Pos: xyz(0, 0.17*y, 0.06), Joints: shoulder,
		Geoms: []multibody.Geom{geom.Named(side+"_uarm1").CapsuleBetween(xyz(0, 0, 0), xyz(0.16, 0.16*y, -0.16), 0.04)},
		Bodies: []multibody.Body{{
			Name: side + "_lower_arm", Pos: xyz(0.18, 0.18*y, -0.18), Joints: elbow,
			Geoms: []multibody.Geom{
				geom.Named(side+"_larm").CapsuleBetween(xyz(0.01, -0.01*y, 0.01), xyz(0.17, -0.17*y, 0.17), 0.031),
				geom.Named(side+"_hand").Sphere(xyz(0.18, -0.18*y, 0.18), 0.04),
			},
		}},
	}
}
