package mujoco

import "github.com/rlrun/rlrun/multibody"

// pusherModel describes an arm of seven joints, a cylinder that it can push, and the goal. There
// is no gravity. The numbers are from Gymnasium's pusher_v5.xml.
func pusherModel() *multibody.Builder {
	geom := multibody.DefaultGeom()
	geom.Friction, geom.Density, geom.Margin = [3]float64{0.8, 0.1, 0.1}, 300, 0.002
	geom.Condim, geom.Contype, geom.Conaffinity = 1, 0, 0
	table, object, goal := geom, geom, geom
	table.Contype, table.Conaffinity, table.Size = 1, 1, [3]float64{1, 1, 0.1}
	object.Contype, object.Density, object.Color = 1, 0.01, [4]float64{1, 1, 1, 1}
	goal.Density, goal.Color = 0.00001, [4]float64{1, 0, 0, 1}
	upright := multibody.Quat{}

	b := multibody.NewBuilder()
	b.Timestep, b.Gravity, b.Iterations = 0.01, multibody.Vec3{}, 20
	b.World.Geoms = []multibody.Geom{table.Named("table").Plane(xyz(0, 0.5, -0.325))}
	b.World.Bodies = []multibody.Body{
		pusherShoulder(geom),
		{
			Name: "object", Pos: xyz(0.45, -0.05, -0.275), Joints: onTable("obj"),
			Geoms: []multibody.Geom{object.Cylinder(xyz(0, 0, 0), upright, 0.05, 0.05)},
		},
		{
			Name: "goal", Pos: xyz(0.45, -0.05, -0.323), Joints: onTable("goal"),
			Geoms: []multibody.Geom{goal.Cylinder(xyz(0, 0, 0), upright, 0.08, 0.001)},
		},
	}
	for _, joint := range []string{"shoulder_pan", "shoulder_lift", "upper_arm_roll", "elbow_flex", "forearm_roll", "wrist_flex", "wrist_roll"} {
		b.Actuators = append(b.Actuators, multibody.Motor("r_"+joint+"_joint", 1, -2, 2))
	}
	return b
}

// onTable returns the two slides of a body that moves along y and x.
func onTable(name string) []multibody.Joint {
	joint := multibody.DefaultJoint().Between(-10.3213, 10.3)
	joint.Armature, joint.Damping = 0.04, 0.5
	return []multibody.Joint{joint.Slide(name+"_slidey", xyz(0, 1, 0)), joint.Slide(name+"_slidex", xyz(1, 0, 0))}
}

// pusherHinge returns the hinge of one part of the arm, with limits in radians.
func pusherHinge(name string, axis multibody.Vec3, low, high, damping float64) []multibody.Joint {
	joint := multibody.DefaultJoint().Hinge("r_"+name+"_joint", axis).Between(low, high)
	joint.Armature, joint.Damping = 0.04, damping
	return []multibody.Joint{joint}
}

// pusherShoulder returns the post with its eyes, and the arm that begins there.
func pusherShoulder(geom multibody.Geom) multibody.Body {
	eye, pupil := geom, geom
	eye.Color, pupil.Color = [4]float64{0.6, 0.6, 0.6, 1}, [4]float64{0.1, 0.1, 0.1, 1}
	return multibody.Body{
		Name: "r_shoulder_pan_link", Pos: xyz(0, -0.6, 0),
		Joints: pusherHinge("shoulder_pan", xyz(0, 0, 1), -2.2854, 1.714602, 1),
		Geoms: []multibody.Geom{
			eye.Named("e1").Sphere(xyz(-0.06, 0.05, 0.2), 0.05),
			eye.Named("e2").Sphere(xyz(0.06, 0.05, 0.2), 0.05),
			pupil.Named("e1p").Sphere(xyz(-0.06, 0.09, 0.2), 0.03),
			pupil.Named("e2p").Sphere(xyz(0.06, 0.09, 0.2), 0.03),
			geom.Named("sp").CapsuleBetween(xyz(0, 0, -0.4), xyz(0, 0, 0.2), 0.1),
		},
		Bodies: []multibody.Body{{
			Name: "r_shoulder_lift_link", Pos: xyz(0.1, 0, 0),
			Joints: pusherHinge("shoulder_lift", xyz(0, 1, 0), -0.5236, 1.3963, 1),
			Geoms:  []multibody.Geom{geom.Named("sl").CapsuleBetween(xyz(0, -0.1, 0), xyz(0, 0.1, 0), 0.1)},
			Bodies: []multibody.Body{{
				Name:   "r_upper_arm_roll_link",
				Joints: pusherHinge("upper_arm_roll", xyz(1, 0, 0), -1.5, 1.7, 0.1),
				Geoms:  []multibody.Geom{geom.Named("uar").CapsuleBetween(xyz(-0.1, 0, 0), xyz(0.1, 0, 0), 0.02)},
				Bodies: []multibody.Body{{
					Name:   "r_upper_arm_link",
					Geoms:  []multibody.Geom{geom.Named("ua").CapsuleBetween(xyz(0, 0, 0), xyz(0.4, 0, 0), 0.06)},
					Bodies: []multibody.Body{pusherElbow(geom)},
				}},
			}},
		}},
	}
}

// pusherElbow returns the arm from the elbow on.
func pusherElbow(geom multibody.Geom) multibody.Body {
	return multibody.Body{
		Name: "r_elbow_flex_link", Pos: xyz(0.4, 0, 0),
		Joints: pusherHinge("elbow_flex", xyz(0, 1, 0), -2.3213, 0, 0.1),
		Geoms:  []multibody.Geom{geom.Named("ef").CapsuleBetween(xyz(0, -0.02, 0), xyz(0, 0.02, 0), 0.06)},
		Bodies: []multibody.Body{{
			Name:   "r_forearm_roll_link",
			Joints: pusherHinge("forearm_roll", xyz(1, 0, 0), -1.5, 1.5, 0.1),
			Geoms:  []multibody.Geom{geom.Named("fr").CapsuleBetween(xyz(-0.1, 0, 0), xyz(0.1, 0, 0), 0.02)},
			Bodies: []multibody.Body{{
				Name:   "r_forearm_link",
				Geoms:  []multibody.Geom{geom.Named("fa").CapsuleBetween(xyz(0, 0, 0), xyz(0.291, 0, 0), 0.05)},
				Bodies: []multibody.Body{pusherWrist(geom)},
			}},
		}},
	}
}

// pusherWrist returns the wrist with the fork, the only part of the arm that touches anything.
func pusherWrist(geom multibody.Geom) multibody.Body {
	fork := geom
	fork.Contype, fork.Conaffinity = 1, 1
	right, left := xyz(0, -0.1, 0), xyz(0, 0.1, 0)
	rightTip, leftTip := xyz(0.1, -0.1, 0), xyz(0.1, 0.1, 0)
	return multibody.Body{
		Name: "r_wrist_flex_link", Pos: xyz(0.321, 0, 0),
		Joints: pusherHinge("wrist_flex", xyz(0, 1, 0), -1.094, 0, 0.1),
		Geoms:  []multibody.Geom{geom.Named("wf").CapsuleBetween(xyz(0, -0.02, 0), xyz(0, 0.02, 0), 0.01)},
		Bodies: []multibody.Body{{
			Name:   "r_wrist_roll_link",
			Joints: pusherHinge("wrist_roll", xyz(1, 0, 0), -1.5, 1.5, 0.1),
			Geoms: []multibody.Geom{
				fork.CapsuleBetween(right, left, 0.02),
				fork.CapsuleBetween(right, rightTip, 0.02),
				fork.CapsuleBetween(left, leftTip, 0.02),
			},
			Bodies: []multibody.Body{{
				Name: "tips_arm",
				Geoms: []multibody.Geom{
					geom.Named("tip_arml").Sphere(rightTip, 0.01),
					geom.Named("tip_armr").Sphere(leftTip, 0.01),
				},
			}},
		}},
	}
}
