package mujoco

import "github.com/rlrun/rlrun/multibody"

// antModel describes the ant: a sphere with four legs of two moving parts each. The numbers are
// from Gymnasium's ant.xml.
func antModel() *multibody.Builder {
	geom := multibody.DefaultGeom()
	geom.Conaffinity, geom.Density, geom.Margin = 0, 5, 0.01
	geom.Friction = [3]float64{1, 0.5, 0.5}
	floor := geom.Named("floor").Plane(xyz(0, 0, 0))
	floor.Conaffinity, floor.Size = 1, [3]float64{40, 40, 40}
	geom.Color, floor.Color = [4]float64{0.8, 0.6, 0.4, 1}, [4]float64{0.8, 0.9, 0.8, 1}
	root := multibody.DefaultJoint().Free("root")
	root.Margin = 0.01

	b := multibody.NewBuilder()
	b.Timestep, b.Integrator = 0.01, multibody.RK4
	b.World.Geoms = []multibody.Geom{floor}
	b.World.Bodies = []multibody.Body{{
		Name:   "torso",
		Pos:    xyz(0, 0, 0.75),
		Joints: []multibody.Joint{root},
		Geoms:  []multibody.Geom{geom.Named("torso_geom").Sphere(xyz(0, 0, 0), 0.25)},
		Bodies: []multibody.Body{
			antLeg(geom, [3]string{"front_left_leg", "left_leg_geom", "left_ankle_geom"}, "1", 1, 1),
			antLeg(geom, [3]string{"front_right_leg", "right_leg_geom", "right_ankle_geom"}, "2", -1, 1),
			antLeg(geom, [3]string{"back_leg", "back_leg_geom", "third_ankle_geom"}, "3", -1, -1),
			antLeg(geom, [3]string{"right_back_leg", "rightback_leg_geom", "fourth_ankle_geom"}, "4", 1, -1),
		},
	}}
	for _, leg := range []string{"4", "1", "2", "3"} { // the motors' order, which is not the joints'
		b.Actuators = append(b.Actuators,
			multibody.Motor("hip_"+leg, 150, -1, 1), multibody.Motor("ankle_"+leg, 150, -1, 1))
	}
	return b
}

// antLeg returns a leg that points to x and y, each 1 or -1: a part welded to the torso, a part
// that the hip turns about the vertical, and a part that the ankle bends. The names are for the
// leg and for the geoms of the moving parts.
func antLeg(geom multibody.Geom, names [3]string, number string, x, y float64) multibody.Body {
	const radius = 0.08
	joint := multibody.DefaultJoint()
	joint.Armature, joint.Damping = 1, 1
	hip, center := xyz(0.2*x, 0.2*y, 0), xyz(0, 0, 0)
	bent := joint.Between(multibody.Degrees(30), multibody.Degrees(70))
	if x < 0 {
		bent = joint.Between(multibody.Degrees(-70), multibody.Degrees(-30))
	}
	return multibody.Body{
		Name:  names[0],
		Geoms: []multibody.Geom{geom.Named("aux_"+number+"_geom").CapsuleBetween(center, hip, radius)},
		Bodies: []multibody.Body{{
			Name:   "aux_" + number,
			Pos:    hip,
			Joints: []multibody.Joint{joint.Hinge("hip_"+number, xyz(0, 0, 1)).Between(multibody.Degrees(-30), multibody.Degrees(30))},
			Geoms:  []multibody.Geom{geom.Named(names[1]).CapsuleBetween(center, hip, radius)},
			Bodies: []multibody.Body{{
				Pos:    hip,
				Joints: []multibody.Joint{bent.Hinge("ankle_"+number, xyz(-x*y, 1, 0))},
				Geoms:  []multibody.Geom{geom.Named(names[2]).CapsuleBetween(center, xyz(0.4*x, 0.4*y, 0), radius)},
			}},
		}},
	}
}
