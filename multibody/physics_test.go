package multibody

import (
	"math"
	"math/rand/v2"
	"testing"
)

// pendulumRates returns the accelerations of a double pendulum with masses of 1 kg on rods of 1 m, for
// the angles a, b of the rods against the vertical and their rates: the solution of the equations of
// Lagrange,
//
//	2a″ + b″cos(a-b) = -b′² sin(a-b) - 2g sin a
//	a″cos(a-b) + b″ = a′² sin(a-b) - g sin b
func pendulumRates(a, b, ra, rb float64) (aa, ab float64) {
	s, c := math.Sincos(a - b)
	p, q := -rb*rb*s-2*9.81*math.Sin(a), ra*ra*s-9.81*math.Sin(b)
	return (p - c*q) / (2 - c*c), (2*q - c*p) / (2 - c*c)
}

// pendulumEnergy returns the energy of the same double pendulum.
func pendulumEnergy(a, b, ra, rb float64) float64 {
	return ra*ra + 0.5*rb*rb + ra*rb*math.Cos(a-b) - 9.81*(2*math.Cos(a)+math.Cos(b))
}

// TestDoublePendulum compares accelerations with the equations of Lagrange, and the error of RK4 with its
// order: half the time step leaves a sixteenth, of the position and of the energy.
func TestDoublePendulum(t *testing.T) {
	run := func(h, end float64) (x [4]float64) {
		b := doublePendulum()
		b.Timestep = h
		d := build(t, b).NewData()
		d.Qpos[0], d.Qpos[1] = 1, 0.5
		for range int(math.Round(end / h)) {
			a, r := d.Qpos[0]+d.Qpos[1], d.Qvel[0]+d.Qvel[1]
			aa, ab := pendulumRates(d.Qpos[0], a, d.Qvel[0], r)
			d.Forward()
			if e := difference([]float64{d.Qacc[0], d.Qacc[0] + d.Qacc[1]}, []float64{aa, ab}); e > 1e-7 { // moments of 1e-9 beside 1
				t.Fatalf("accelerations differ by %v", e)
			}
			if err := d.Step(); err != nil {
				t.Fatal(err)
			}
		}
		return [4]float64{d.Qpos[0], d.Qpos[0] + d.Qpos[1], d.Qvel[0], d.Qvel[0] + d.Qvel[1]}
	}
	energy := func(x [4]float64) float64 { return pendulumEnergy(x[0], x[1], x[2], x[3]) }
	const end = 2
	start := pendulumEnergy(1, 1.5, 0, 0)
	coarse, fine, exact := run(0.02, end), run(0.01, end), run(0.00125, end)
	if e, f := energy(coarse)-start, energy(fine)-start; math.Abs(f) > 1e-4 || math.Abs(e/f) < 14 {
		t.Errorf("the energy changes by %v, %v with half the step", e, f)
	}
	if e := energy(exact) - start; math.Abs(e) > 1e-7 {
		t.Errorf("the energy changes by %v with a short step", e)
	}
	for i := range exact {
		if ratio := (coarse[i] - exact[i]) / (fine[i] - exact[i]); ratio < 12 || ratio > 22 {
			t.Errorf("number %d: an error of %v, and %v with half the step", i, coarse[i]-exact[i], fine[i]-exact[i])
		}
	}
}

// box returns a free box without symmetry, at rest at the origin of a world without floor.
func box(integrator Integrator, h float64) *Builder {
	b := NewBuilder()
	b.Integrator, b.Timestep = integrator, h
	b.World.Bodies = []Body{{Name: "box", Joints: []Joint{DefaultJoint().Free("root")},
		Inertial: &Inertial{Mass: 2, Moments: Vec3{0.3, 0.2, 0.12}, Rot: Quat{W: 1, X: 0.3, Y: -0.2, Z: 0.4}}}}
	return b
}

// TestFreeFall compares a body in gravity with the parabola. Semi-implicit Euler is g·h·t/2 lower, since its
// velocity is that of the end of the step: z = v·t - g·t(t+h)/2.
func TestFreeFall(t *testing.T) {
	const h, n = 0.01, 150
	for _, k := range []struct {
		integrator Integrator
		late       float64
	}{{RK4, 0}, {Euler, h}} {
		d := build(t, box(k.integrator, h)).NewData()
		copy(d.Qvel, []float64{1, -2, 3, 0.5, 2, -1})
		for range n {
			if err := d.Step(); err != nil {
				t.Fatal(err)
			}
		}
		const end = h * n
		want := []float64{end, -2 * end, 3*end - 9.81*end*(end+k.late)/2}
		if e := difference(d.Qpos[:3], want); e > 1e-13 {
			t.Errorf("integrator %d: at %v, want %v", k.integrator, d.Qpos[:3], want)
		}
	}
}

// momentumOf returns the momentum of all bodies at the last evaluation, about the point at which the frame of
// their tree is.
func momentumOf(d *Data) (sum Spatial) {
	for i := range d.m.NBody {
		c, v := d.BodyInertia(i), d.BodyVelocity(i)
		angular, linear := c.momentum(v.Angular, v.Linear)
		sum.addScaled(&Spatial{angular, linear}, 1)
	}
	return sum
}

// TestSpin spins a body without symmetry about its unstable axis, the middle one, so that it tumbles. Its
// angular momentum in the world stays, to an error of fourth order.
func TestSpin(t *testing.T) {
	drift := func(h float64) (worst float64) {
		b := box(RK4, h)
		b.Gravity = Vec3{}
		d := build(t, b).NewData()
		axes := (Quat{W: 1, X: 0.3, Y: -0.2, Z: 0.4}).unit().mat()
		w := axes.Mul(Vec3{0.01, 6, 0.02})
		d.Qvel[3], d.Qvel[4], d.Qvel[5] = w.X, w.Y, w.Z
		d.Forward()
		start := momentumOf(d).Angular
		flipped := false
		for range int(math.Round(4 / h)) {
			if err := d.Step(); err != nil {
				t.Fatal(err)
			}
			d.Forward()
			worst = max(worst, momentumOf(d).Angular.Sub(start).Norm()/start.Norm())
			flipped = flipped || axes.MulT(Vec3{d.Qvel[3], d.Qvel[4], d.Qvel[5]}).Y < -5
		}
		if !flipped {
			t.Error("the body did not tumble")
		}
		return worst
	}
	coarse, fine := drift(0.01), drift(0.005)
	if fine > 1e-6 || coarse/fine < 12 {
		t.Errorf("the angular momentum changes by %v, and by %v with half the step", coarse, fine)
	}
}

// TestMomentum compares the inertia matrix with momentum and kinetic energy of the bodies, and velocities
// with differences of positions.
func TestMomentum(t *testing.T) {
	for name, m := range mechanisms(t) {
		t.Run(name, func(t *testing.T) {
			d, later := m.NewData(), m.NewData()
			r := rand.New(rand.NewPCG(7, 8))
			for i := range d.Qpos {
				d.Qpos[i] += 0.5 * r.NormFloat64()
			}
			for i := range d.Qvel {
				d.Qvel[i] = r.NormFloat64()
			}
			d.Forward()
			p := make([]float64, m.NV)
			d.mulM(p, d.Qvel)
			var energy, bodies float64
			for i, v := range d.Qvel {
				energy += 0.5 * v * (p[i] - m.dofs[i].armature*v)
			}
			for i := range m.NBody {
				c, v := d.BodyInertia(i), d.BodyVelocity(i)
				bodies += 0.5 * v.dot(c.momentum(v.Angular, v.Linear))
			}
			if math.Abs(energy-bodies) > 1e-12*max(1, bodies) {
				t.Errorf("vᵀMv/2 = %v, the bodies have %v", energy, bodies)
			}
			if m.bodies[1].free {
				total := momentumOf(d).Linear
				if e := difference(p[:3], numbers(total)); e > 1e-12 {
					t.Errorf("M·v = %v, the bodies have %v", p[:3], total)
				}
			}

			const h = 1e-6
			copy(later.Qpos, d.Qpos)
			for i := range m.joints { // an unnormalised quaternion would not move by its velocity
				if j := &m.joints[i]; j.Type == Free {
					x := d.Qpos[j.qposAt+3:]
					q := Quat{x[0], x[1], x[2], x[3]}.unit()
					copy(later.Qpos[j.qposAt+3:], []float64{q.W, q.X, q.Y, q.Z})
				}
			}
			m.integrate(later.Qpos, later.Qpos, d.Qvel, h)
			later.Forward()
			for i := 1; i < m.NBody; i++ {
				v := d.BodyVelocity(i)
				o := d.BodyCenter(i).Sub(d.treeCenter(i))
				moved := later.BodyCenter(i).Sub(d.BodyCenter(i)).Scale(1 / h)
				if e := difference(numbers(moved), numbers(v.Linear.Add(v.Angular.Cross(o)))); e > 1e-4 {
					t.Errorf("body %d moves with %v, differs by %v", i, moved, e)
				}
			}
		})
	}
}

// TestWelded compares bodies that are welded to others with one body that has all their geoms. It has the
// same mass and moments, so it moves alike.
func TestWelded(t *testing.T) {
	welded, single := walker(), walker()
	for b := range single.World.Bodies[0].Bodies[:2] {
		shin := &single.World.Bodies[0].Bodies[b].Bodies[0]
		heel := shin.Bodies[0]
		r := heel.Rot.unit().mat()
		for _, g := range heel.Geoms {
			g.Pos, g.Rot = heel.Pos.Add(r.Mul(g.Pos)), heel.Rot.unit().Mul(g.Rot.unit())
			shin.Geoms = append(shin.Geoms, g)
		}
		shin.Bodies = nil
	}
	trunk := &single.World.Bodies[0]
	head := trunk.Bodies[2].Geoms[0]
	head.Pos = trunk.Bodies[2].Pos
	trunk.Geoms, trunk.Bodies = append(trunk.Geoms, head), trunk.Bodies[:2]
	m, n := build(t, welded), build(t, single)
	m.pairs, n.pairs = nil, nil // the stiffness of a contact depends on the body
	d, e := m.NewData(), n.NewData()
	r := rand.New(rand.NewPCG(9, 10))
	for i := range 200 {
		randomControls(d, r)
		copy(e.Ctrl, d.Ctrl)
		e.SetState(d.State(nil))
		if err := d.Step(); err != nil {
			t.Fatal(err)
		}
		e.Step()
		if w := max(difference(e.Qpos, d.Qpos), difference(e.Qvel, d.Qvel)); w > 1e-11 {
			t.Fatalf("step %d differs by %v", i, w)
		}
	}
}
