package multibody

import (
	"math"
	"math/rand/v2"
	"testing"
)

// build returns the Model of b, or of b without the planar equations.
func build(t testing.TB, b *Builder) *Model {
	t.Helper()
	m, err := b.Build()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// withoutPlane returns m with the spatial equations.
func withoutPlane(m *Model) *Model {
	n := *m
	n.planar = nil
	return &n
}

// pointMass returns an inertia that is almost that of a point, at pos.
func pointMass(mass float64, pos Vec3) *Inertial {
	const moment = 1e-9
	return &Inertial{Pos: pos, Mass: mass, Moments: Vec3{moment, moment, moment}}
}

// doublePendulum returns two rods of 1 m without mass, with 1 kg at the end of each, which turn about y.
func doublePendulum() *Builder {
	b := NewBuilder()
	b.Integrator = RK4
	shoulder, elbow := DefaultJoint().Hinge("shoulder", Vec3{Y: 1}), DefaultJoint().Hinge("elbow", Vec3{Y: 1})
	lower := Body{Name: "lower", Pos: Vec3{Z: -1}, Inertial: pointMass(1, Vec3{Z: -1}), Joints: []Joint{elbow}}
	b.World.Bodies = []Body{{Name: "upper", Inertial: pointMass(1, Vec3{Z: -1}), Joints: []Joint{shoulder}, Bodies: []Body{lower}}}
	return b
}

// jumper returns a leg with a foot that slides and turns in the plane above a floor, as Gymnasium's
// hopper, with springs, limits and welded bodies.
func jumper() *Builder {
	joint, geom := DefaultJoint(), DefaultGeom()
	joint.Armature, joint.Damping = 0.1, 0.5
	root, flag := DefaultJoint(), Body{Name: "flag", Pos: Vec3{Z: 0.1}}
	flag.Geoms = []Geom{geom.CapsuleBetween(Vec3{}, Vec3{X: 0.1, Z: 0.1}, 0.01)}
	knee := joint.Hinge("knee", Vec3{Y: -1}).Between(-2, -0.1)
	knee.Pos = Vec3{Z: 0.25}
	ankle := joint.Hinge("ankle", Vec3{Y: -1}).Between(-0.8, 0.8)
	ankle.Stiffness, ankle.SpringRef = 20, 0.1
	b := NewBuilder()
	b.Integrator, b.Timestep = RK4, 0.002
	b.World.Geoms = []Geom{geom.Plane(Vec3{})}
	b.World.Bodies = []Body{{
		Name: "trunk", Pos: Vec3{Y: 0.1, Z: 1.1}, Sites: []Site{{"head", Vec3{Z: 0.3}}},
		Joints: []Joint{root.Slide("x", Vec3{X: 1}), root.Slide("z", Vec3{Z: 1}), root.Hinge("pitch", Vec3{Y: 1})},
		Geoms:  []Geom{geom.CapsuleBetween(Vec3{Z: 0.2}, Vec3{Z: -0.2}, 0.05)},
		Bodies: []Body{
			{Name: "pack", Pos: Vec3{X: -0.1, Y: 0.05, Z: 0.1}, Geoms: []Geom{geom.Sphere(Vec3{}, 0.06)}, Bodies: []Body{flag}},
			{Name: "shin", Pos: Vec3{Z: -0.5}, Joints: []Joint{knee},
				Geoms: []Geom{geom.CapsuleBetween(Vec3{Z: 0.25}, Vec3{Z: -0.3}, 0.04)},
				Bodies: []Body{{Name: "foot", Pos: Vec3{Z: -0.3}, Joints: []Joint{ankle},
					Geoms: []Geom{geom.CapsuleBetween(Vec3{X: -0.1}, Vec3{X: 0.2}, 0.05)}}}},
		},
	}}
	b.Actuators = []Actuator{Motor("knee", 100, -1, 1), Motor("ankle", 40, -1, 1)}
	return b
}

// walker returns a free trunk with two legs of three joints about different axes, on a floor, with two
// welded bodies.
func walker() *Builder {
	joint, geom := DefaultJoint(), DefaultGeom()
	joint.Armature, joint.Damping = 0.02, 0.3
	leg := func(side string, y float64) Body {
		hip := joint.Hinge(side+" hip", Vec3{1, 0.5, 0.2})
		hip.Stiffness = 3
		return Body{Name: side + " thigh", Pos: Vec3{Y: y}, Rot: Quat{W: 1, X: 0.1},
			Joints: []Joint{hip.Between(-1, 1), joint.Hinge(side+" twist", Vec3{Z: -1})},
			Geoms:  []Geom{geom.CapsuleBetween(Vec3{}, Vec3{Z: -0.3}, 0.05)},
			Bodies: []Body{{Name: side + " shin", Pos: Vec3{Z: -0.35},
				Joints: []Joint{joint.Hinge(side+" knee", Vec3{Y: -1}).Between(-2, 0)},
				Geoms:  []Geom{geom.CapsuleBetween(Vec3{}, Vec3{Z: -0.3}, 0.04), geom.Sphere(Vec3{X: 0.1, Z: -0.3}, 0.06)},
				Bodies: []Body{{Name: side + " heel", Pos: Vec3{X: -0.05, Z: -0.3}, Rot: Quat{W: 1, Y: 0.3},
					Geoms: []Geom{geom.CapsuleBetween(Vec3{}, Vec3{X: -0.08, Y: 0.02}, 0.03)}}}}}}
	}
	b := NewBuilder()
	b.Timestep = 0.003
	b.World.Geoms = []Geom{geom.Plane(Vec3{})}
	b.World.Bodies = []Body{{Name: "trunk", Pos: Vec3{Z: 0.9}, Joints: []Joint{DefaultJoint().Free("root")},
		Geoms: []Geom{geom.CapsuleBetween(Vec3{Y: -0.15}, Vec3{Y: 0.15}, 0.1)},
		Bodies: []Body{leg("left", 0.15), leg("right", -0.15),
			{Name: "head", Pos: Vec3{X: 0.05, Z: 0.2}, Geoms: []Geom{geom.Sphere(Vec3{}, 0.1)}}}}}
	for _, name := range []string{"left hip", "left twist", "left knee", "right hip", "right twist", "right knee"} {
		b.Actuators = append(b.Actuators, Motor(name, 20, -1, 1))
	}
	return b
}

// eel returns three rods in a dense medium, which slide and turn in the horizontal plane.
func eel() *Builder {
	joint, geom := DefaultJoint(), DefaultGeom()
	geom.Contype, geom.Conaffinity = 0, 0
	rod := func(name string, joints ...Joint) Body {
		return Body{Name: name, Joints: joints, Geoms: []Geom{geom.CapsuleBetween(Vec3{}, Vec3{X: -0.5}, 0.05)}}
	}
	tail := rod("tail", joint.Hinge("back", Vec3{Z: 1}).Between(-1.7, 1.7))
	middle := rod("middle", joint.Hinge("front", Vec3{Z: 1}).Between(-1.7, 1.7))
	head := rod("head", joint.Slide("x", Vec3{X: 1}), joint.Slide("y", Vec3{Y: 1}), joint.Hinge("yaw", Vec3{Z: 1}))
	fin := rod("fin")
	tail.Pos, middle.Pos, fin.Pos = Vec3{X: -0.5}, Vec3{X: -0.5}, Vec3{X: -0.2, Z: 0.1}
	tail.Bodies = []Body{fin}
	middle.Bodies = []Body{tail}
	head.Bodies = []Body{middle}
	b := NewBuilder()
	b.Integrator, b.Timestep, b.Density, b.Viscosity = RK4, 0.01, 2000, 0.3
	b.World.Bodies = []Body{head}
	b.Actuators = []Actuator{Motor("front", 50, -1, 1), Motor("back", 50, -1, 1)}
	return b
}

// mechanisms are the models of this package's tests, all equations and solvers between them.
func mechanisms(t testing.TB) map[string]*Model {
	t.Helper()
	rk4, pgs := walker(), walker()
	rk4.Integrator, rk4.Timestep = RK4, 0.01
	pgs.Solver, pgs.Iterations = PGS, 50
	euler := jumper()
	euler.Integrator = Euler
	return map[string]*Model{
		"double pendulum": build(t, doublePendulum()), "jumper": build(t, jumper()), "jumper, Euler": build(t, euler),
		"jumper, spatial": withoutPlane(build(t, jumper())), "eel": build(t, eel()), "eel, spatial": withoutPlane(build(t, eel())),
		"walker": build(t, walker()), "walker, RK4": build(t, rk4), "walker, PGS": build(t, pgs),
	}
}

// randomControls sets the controls of d to random numbers from -1 to 1.
func randomControls(d *Data, r *rand.Rand) {
	for i := range d.Ctrl {
		d.Ctrl[i] = 2*r.Float64() - 1
	}
}

// difference returns the largest |a - b|, relative to the largest |b| if this is above 1. It is infinite
// for numbers that are not finite.
func difference(a, b []float64) float64 {
	scale, worst := 1.0, 0.0
	for i := range a {
		worst, scale = max(worst, math.Abs(a[i]-b[i])), max(scale, math.Abs(b[i]))
	}
	if w := worst / scale; !math.IsNaN(w) {
		return w
	}
	return math.Inf(1)
}

// numbers returns the components of vectors as one slice.
func numbers(vs ...Vec3) (x []float64) {
	for _, v := range vs {
		x = append(x, v.X, v.Y, v.Z)
	}
	return x
}
