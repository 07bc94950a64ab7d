package multibody

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// simulate steps d for the given time [s].
func simulate(t testing.TB, d *Data, seconds float64) {
	t.Helper()
	for end := d.Time + seconds; d.Time < end; {
		if err := d.Step(); err != nil {
			t.Fatal(err)
		}
	}
}

// onFloor returns a builder with a floor and one body above it.
func onFloor(solver Solver, g Geom, joints ...Joint) *Builder {
	b := NewBuilder()
	b.Solver, b.Tolerance = solver, 0
	b.World.Geoms = []Geom{DefaultGeom().Plane(Vec3{})}
	b.World.Bodies = []Body{{Name: "body", Joints: joints, Geoms: []Geom{g}}}
	return b
}

// TestRestingWeight expects contact forces to carry exactly the weight of a body at rest.
func TestRestingWeight(t *testing.T) {
	g := DefaultGeom
	lying := Quat{math.Sqrt2 / 2, 0, math.Sqrt2 / 2, 0}
	for _, test := range []struct {
		name     string
		geom     Geom
		height   float64
		contacts int
	}{
		{"sphere", g().Sphere(Vec3{}, 0.1).WithMass(2), 0.1, 1},
		{"capsule", g().Capsule(Vec3{}, lying, 0.1, 0.3).WithMass(2), 0.1, 2},
		{"upright cylinder", g().Cylinder(Vec3{}, Quat{}, 0.1, 0.3).WithMass(2), 0.3, 3},
		{"lying cylinder", g().Cylinder(Vec3{}, lying, 0.1, 0.3).WithMass(2), 0.1, 2},
	} {
		for solver, name := range map[Solver]string{Newton: "Newton", PGS: "PGS"} {
			t.Run(test.name+"/"+name, func(t *testing.T) {
				m := build(t, onFloor(solver, test.geom, DefaultJoint().Free("root")))
				d := m.NewData()
				d.Qpos[2] = test.height
				simulate(t, d, 2)
				var force Vec3
				for i, c := range d.Contacts {
					force = force.Add(d.ContactForce(i))
					if c.Geoms != [2]int{0, 1} || c.Frame.X.Sub(Vec3{Z: 1}).Norm() > 1e-12 || c.Dist > 0 || c.Dist < -0.001 {
						t.Errorf("contact %d is %+v, want the floor, then the body, a normal upwards and a distance in [-1 mm, 0]", i, c)
					}
				}
				weight := 2 * 9.81
				if len(d.Contacts) != test.contacts || force.Sub(Vec3{Z: weight}).Norm() > 1e-7*weight {
					t.Errorf("%d contacts with the force %v, want %d with %v upwards", len(d.Contacts), force, test.contacts, weight)
				}
				wrenches := make([]Spatial, m.NBody)
				wrenches[0].Linear.X = 1
				d.ContactWrenches(wrenches)
				if w := wrenches[1]; wrenches[0] != (Spatial{}) || w.Linear.Sub(force).Norm() > 1e-12*weight || w.Angular.Norm() > 1e-7*weight {
					t.Errorf("wrenches = %v, want 0 on the world and the force %v without torque", wrenches, force)
				}
			})
		}
	}
}

// TestSliding expects Coulomb's friction of a sliding body: at each moment μ times the normal force, which
// decelerates by μg on average. (Soft contacts with a pyramid make a fast body hop, so the normal force
// is not constant.) A capsule stands on two points; with a hinge, its model is planar.
func TestSliding(t *testing.T) {
	lying := Quat{math.Sqrt2 / 2, 0, math.Sqrt2 / 2, 0}
	slides := []Joint{DefaultJoint().Slide("x", Vec3{X: 1}), DefaultJoint().Slide("z", Vec3{Z: 1})}
	hinge := DefaultJoint().Hinge("y", Vec3{Y: 1})
	for _, test := range []struct {
		name   string
		geom   Geom
		joints []Joint
	}{
		{"sphere", DefaultGeom().Sphere(Vec3{}, 0.1), slides},
		{"capsule", DefaultGeom().Capsule(Vec3{}, lying, 0.1, 0.3), slides},
		{"long planar capsule", DefaultGeom().Capsule(Vec3{}, lying, 0.1, 3), append(slides[:2:2], hinge)},
	} {
		for _, mu := range []float64{0.1, 0.3} {
			t.Run(fmt.Sprintf("%s/%v", test.name, mu), func(t *testing.T) {
				g := test.geom
				g.Friction[0] = mu
				b := onFloor(Newton, g, test.joints...)
				b.World.Geoms[0].Friction[0] = 0
				d := build(t, b).NewData()
				d.Qpos[1] = 0.1
				d.Qvel[0] = 5
				for d.Time < 1 {
					if err := d.Step(); err != nil {
						t.Fatal(err)
					}
					var force Vec3
					for i := range d.Contacts {
						force = force.Add(d.ContactForce(i))
					}
					if want := -mu * force.Z; math.Abs(force.X-want) > 1e-9*(1+force.Z) {
						t.Fatalf("friction = %v N at %v s, want %v", force.X, d.Time, want)
					}
				}
				if v, want := d.Qvel[0], 5-mu*9.81*d.Time; math.Abs(v-want) > 0.02*(5-want) {
					t.Errorf("velocity after %v s = %v m/s, want %v", d.Time, v, want)
				}
			})
		}
	}
}

// TestLimitHolds expects a limit to carry the torque of gravity on a pendulum's arm.
func TestLimitHolds(t *testing.T) {
	for _, solver := range []Solver{Newton, PGS} {
		for _, sign := range []float64{1, -1} {
			b := NewBuilder()
			b.Solver = solver
			arm := DefaultGeom().CapsuleBetween(Vec3{}, Vec3{X: sign}, 0.05).WithMass(1)
			b.World.Bodies = []Body{{Joints: []Joint{DefaultJoint().Hinge("arm", Vec3{Y: 1}).Between(-0.3, 0.3)}, Geoms: []Geom{arm}}}
			d := build(t, b).NewData()
			simulate(t, d, 3)
			torque := -sign * 9.81 * 0.5 * math.Cos(d.Qpos[0])
			if q := d.Qpos[0] * sign; q < 0.3 || q > 0.31 || math.Abs(d.ConstraintForce[0]-torque) > 1e-6 || math.Abs(d.Qvel[0]) > 1e-6 {
				t.Errorf("solver %d, arm along %vx: position %v, velocity %v, torque %v, want rest at the limit with %v",
					solver, sign, d.Qpos[0], d.Qvel[0], d.ConstraintForce[0], torque)
			}
		}
	}
}

// TestPower compares power with math.Pow, which has an error below 1 ulp.
func TestPower(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	for range 10000 {
		x, p := rng.Float64(), 1+10*rng.Float64()
		if got, want := power(x, p), math.Pow(x, p); math.Abs(got-want) > 1e-13*want {
			t.Fatalf("power(%v, %v) = %v, want %v", x, p, got, want)
		}
	}
	for _, test := range [][3]float64{{0.5, 0, 1}, {0.5, 1, 0.5}, {0.5, 3, 0.125}, {0.25, 1.5, 0.125}, {0, 2.5, 0}, {1, 7.3, 1}, {0.5, 1e300, 0}} {
		if got := power(test[0], test[1]); got != test[2] {
			t.Errorf("power(%v, %v) = %v, want %v", test[0], test[1], got, test[2])
		}
	}
}

// TestImpedance compares impedances with values of MuJoCo's documentation, "Solver parameters": dmin at
// 0, dmax from the width on, the midpoint's value at the midpoint, the same from both sides.
func TestImpedance(t *testing.T) {
	for _, p := range []float64{1, 1.5, 2, 3, 4.25} {
		for _, mid := range []float64{0.2, 0.5} {
			s := newSoftness(Softness{Ref: [2]float64{0.02, 1}, Imp: [5]float64{0.1, 0.9, 0.01, mid, p}}, 0.002)
			for _, test := range [][2]float64{{0, 0.1}, {0.01, 0.9}, {-0.02, 0.9}, {0.01 * mid, 0.1 + 0.8*mid}, {-0.01*mid - 1e-15, 0.1 + 0.8*mid}} {
				if got := s.impedance(test[0]); math.Abs(got-test[1]) > 1e-12 {
					t.Errorf("power %v, midpoint %v: impedance(%v) = %v, want %v", p, mid, test[0], got, test[1])
				}
			}
		}
	}
}
