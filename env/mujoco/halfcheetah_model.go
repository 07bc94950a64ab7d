package mujoco

import "github.com/rlrun/rlrun/multibody"

// halfCheetahModel describes the mechanism, with the numbers of Gymnasium's half_cheetah.xml.
func halfCheetahModel() *multibody.Builder {
	b := multibody.NewBuilder()
	b.Timestep, b.TotalMass = 0.01, 14

	geom := multibody.DefaultGeom()
	geom.Conaffinity, geom.Friction = 0, [3]float64{0.4, 0.1, 0.1}
	geom.Softness.Imp = [5]float64{0, 0.8, 0.01, 0.5, 2}
	geom.Color = [4]float64{0.8, 0.6, 0.4, 1}
	floor := geom.Named("floor").Plane(xyz(0, 0, 0))
	floor.Conaffinity, floor.Size, floor.Color = 1, [3]float64{40, 40, 40}, [4]float64{0.8, 0.9, 0.8, 1}

	root := multibody.DefaultJoint()
	root.Softness.Imp = cheetahLimit
	b.World.Geoms = []multibody.Geom{floor}
	b.World.Bodies = []multibody.Body{{
		Name:   "torso",
		Pos:    xyz(0, 0, 0.7),
		Joints: []multibody.Joint{root.Slide("rootx", xyz(1, 0, 0)), root.Slide("rootz", xyz(0, 0, 1)), root.Hinge("rooty", xyz(0, 1, 0))},
		Geoms: []multibody.Geom{
			geom.Named("torso").CapsuleBetween(xyz(-0.5, 0, 0), xyz(0.5, 0, 0), cheetahRadius),
			geom.Named("head").Capsule(xyz(0.6, 0, 0.1), aboutY(0.87), cheetahRadius, 0.15),
		},
		Bodies: []multibody.Body{
			cheetahLeg(geom, xyz(-0.5, 0, 0), []cheetahPart{
				{name: "bthigh", center: xyz(0.1, 0, -0.13), angle: -3.8, half: 0.145, next: xyz(0.16, 0, -0.25), damping: 6, stiffness: 240, low: -0.52, high: 1.05},
				{name: "bshin", center: xyz(-0.14, 0, -0.07), angle: -2.03, half: 0.15, next: xyz(-0.28, 0, -0.14), damping: 4.5, stiffness: 180, low: -0.785, high: 0.785, red: true},
				{name: "bfoot", center: xyz(0.03, 0, -0.097), angle: -0.27, half: 0.094, damping: 3, stiffness: 120, low: -0.4, high: 0.785, red: true},
			}),
			cheetahLeg(geom, xyz(0.5, 0, 0), []cheetahPart{
				{name: "fthigh", center: xyz(-0.07, 0, -0.12), angle: 0.52, half: 0.133, next: xyz(-0.14, 0, -0.24), damping: 4.5, stiffness: 180, low: -1, high: 0.7},
				{name: "fshin", center: xyz(0.065, 0, -0.09), angle: -0.6, half: 0.106, next: xyz(0.13, 0, -0.18), damping: 3, stiffness: 120, low: -1.2, high: 0.87, red: true},
				{name: "ffoot", center: xyz(0.045, 0, -0.07), angle: -0.6, half: 0.07, damping: 1.5, stiffness: 60, low: -0.5, high: 0.5, red: true},
			}),
		},
	}}
	for _, m := range []struct {
		joint string
		gear  float64
	}{{"bthigh", 120}, {"bshin", 90}, {"bfoot", 60}, {"fthigh", 120}, {"fshin", 60}, {"ffoot", 30}} {
		b.Actuators = append(b.Actuators, named(m.joint, multibody.Motor(m.joint, m.gear, -1, 1)))
	}
	return b
}

// cheetahRadius is the radius of all capsules [m].
const cheetahRadius = 0.046

// cheetahLimit is how soft the limits of the joints are.
var cheetahLimit = [5]float64{0, 0.8, 0.03, 0.5, 2}

// A cheetahPart is a part of a leg: a capsule on a hinge with a spring and a damper.
type cheetahPart struct {
	name               string
	center             multibody.Vec3 // of the capsule, from the joint [m]
	angle              float64        // of the capsule from the vertical, about the y axis [rad]
	half               float64        // half length of the capsule's axis [m]
	next               multibody.Vec3 // the joint of the next part, from the joint of this part [m]
	damping, stiffness float64        // [N m s/rad], [N m/rad]
	low, high          float64        // limits of the joint [rad]
	red                bool           // color
}

// cheetahLeg returns a leg whose first joint is at pos.
func cheetahLeg(geom multibody.Geom, pos multibody.Vec3, parts []cheetahPart) multibody.Body {
	p := parts[0]
	joint := multibody.DefaultJoint().Hinge(p.name, xyz(0, 1, 0)).Between(p.low, p.high)
	joint.Armature, joint.Damping, joint.Stiffness, joint.Softness.Imp = 0.1, p.damping, p.stiffness, cheetahLimit
	if geom = geom.Named(p.name); p.red {
		geom.Color = [4]float64{0.9, 0.6, 0.6, 1}
	}
	body := multibody.Body{
		Name:   p.name,
		Pos:    pos,
		Joints: []multibody.Joint{joint},
		Geoms:  []multibody.Geom{geom.Capsule(p.center, aboutY(p.angle), cheetahRadius, p.half)},
	}
	if len(parts) > 1 {
		body.Bodies = []multibody.Body{cheetahLeg(geom, p.next, parts[1:])}
	}
	return body
}
