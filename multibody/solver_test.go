package multibody

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// quadruped returns a free body with four legs of two hinges each, with limits, above a floor. The
// feet are spheres, capsules, cylinders and a frictionless sphere. With selfContact, legs can touch
// each other, so that constraints join branches of the tree.
func quadruped(solver Solver, selfContact bool) *Builder {
	b := NewBuilder()
	b.Solver = solver
	floor := DefaultGeom().Plane(Vec3{})
	b.World.Geoms = []Geom{floor}
	g := DefaultGeom()
	if !selfContact {
		g.Contype = 0
	}
	torso := Body{Name: "torso", Joints: []Joint{DefaultJoint().Free("root")}, Geoms: []Geom{g.Sphere(Vec3{}, 0.25)}}
	smooth := g
	smooth.Condim = 1
	for i, foot := range []Geom{g.Sphere(Vec3{Z: -0.4}, 0.08), g.CapsuleBetween(Vec3{}, Vec3{Z: -0.4}, 0.06), g.CylinderBetween(Vec3{Z: -0.3}, Vec3{Z: -0.4}, 0.07), smooth.Sphere(Vec3{Z: -0.4}, 0.08)} {
		x, y := float64(1-2*(i&1)), float64(1-(i&2))
		hip := DefaultJoint().Hinge("", Vec3{X: x, Y: -y}).Between(-0.5, 0.5)
		knee := DefaultJoint().Hinge("", Vec3{X: y, Y: x}).Between(-0.3, 0.8)
		hip.Armature, knee.Armature, hip.Damping, knee.Damping = 0.02, 0.02, 0.5, 0.5
		if floor := &b.World.Geoms[0]; i == 3 {
			floor.Condim = 1 // so that a foot of condim 1 has no friction
		}
		foot.Friction[0] = 0.5 + 0.2*float64(i)
		torso.Bodies = append(torso.Bodies, Body{Pos: Vec3{0.2 * x, 0.2 * y, -0.1}, Joints: []Joint{hip},
			Geoms:  []Geom{g.CapsuleBetween(Vec3{}, Vec3{0.1 * x, 0.1 * y, -0.3}, 0.06)},
			Bodies: []Body{{Pos: Vec3{0.1 * x, 0.1 * y, -0.3}, Joints: []Joint{knee}, Geoms: []Geom{foot}}}})
	}
	b.World.Bodies = []Body{torso}
	return b
}

// hopper returns a planar chain of four links above a floor, biped a planar body with two legs that can
// touch each other.
func hopper(solver Solver) *Builder { return planarLegs(solver, 1) }
func biped(solver Solver) *Builder  { return planarLegs(solver, 2) }

func planarLegs(solver Solver, legs int) *Builder {
	b := NewBuilder()
	b.Solver = solver
	b.World.Geoms = []Geom{DefaultGeom().Plane(Vec3{})}
	link := func(length float64, children ...Body) Body {
		return Body{Pos: Vec3{Z: -0.3}, Joints: []Joint{DefaultJoint().Hinge("", Vec3{Y: 1}).Between(-0.6, 0.4)},
			Geoms: []Geom{DefaultGeom().CapsuleBetween(Vec3{}, Vec3{X: length / 2, Z: -length}, 0.05)}, Bodies: children}
	}
	torso := link(0.3)
	for i := range legs {
		leg := link(0.3, link(0.3, link(0.2)))
		leg.Pos.X = 0.15 * float64(i)
		torso.Bodies = append(torso.Bodies, leg)
	}
	torso.Pos = Vec3{Z: 1}
	torso.Joints = []Joint{DefaultJoint().Slide("x", Vec3{X: 1}), DefaultJoint().Slide("z", Vec3{Z: 1}), DefaultJoint().Hinge("y", Vec3{Y: 1})}
	b.World.Bodies = []Body{torso}
	return b
}

// scramble sets a random state near the floor.
func scramble(d *Data, rng *rand.Rand) {
	m := d.m
	for i := range d.Qpos {
		d.Qpos[i] = m.Qpos0[i] + 1.2*(rng.Float64()-0.5)
	}
	if m.bodies[1].free {
		d.Qpos[2] = 0.2 + 0.8*rng.Float64()
	} else {
		d.Qpos[1] = -0.5 * rng.Float64()
	}
	for i := range d.Qvel {
		d.Qvel[i] = 4 * rng.NormFloat64()
		d.Warmstart[i] = 20 * rng.NormFloat64()
	}
}

// gradient returns the largest entry of the gradient of the cost at Qacc, over the largest force.
func gradient(d *Data) float64 {
	for i := range d.constraints {
		c := &d.constraints[i]
		d.multiplyRows(c, d.Qacc, &c.residual)
	}
	d.updateForces()
	d.generalizedForces()
	inertial := make([]float64, d.m.NV)
	d.mulM(inertial, d.Qacc)
	var worst, largest float64
	for i, f := range inertial {
		worst = max(worst, math.Abs(f-d.smooth[i]-d.ConstraintForce[i]))
		largest = max(largest, math.Abs(f), math.Abs(d.smooth[i]))
	}
	return worst / largest
}

// solverModels are the models of the solvers' tests.
func solverModels(solver Solver) map[string]*Builder {
	return map[string]*Builder{"quadruped": quadruped(solver, false), "quadruped that touches itself": quadruped(solver, true), "hopper": hopper(solver), "biped": biped(solver)}
}

// searchOnly solves the last evaluation's problem again, from the warm start, by steps with a line search.
func searchOnly(d *Data) {
	copy(d.Qacc, d.Warmstart)
	for i := range d.constraints {
		c := &d.constraints[i]
		d.multiplyRows(c, d.Qacc, &c.residual)
	}
	d.Iterations = 0
	d.takeSearchedSteps()
}

// TestNewtonOptimality expects the gradient of the cost to vanish at Newton's solution:
// M·a − smooth − Jᵀf(a) = 0.
func TestNewtonOptimality(t *testing.T) {
	for name, b := range solverModels(Newton) {
		t.Run(name, func(t *testing.T) {
			b.Tolerance = 0
			d := build(t, b).NewData()
			rng := rand.New(rand.NewPCG(1, 2))
			constrained, dense := 0, 0
			for i := range 1000 {
				scramble(d, rng)
				d.Forward()
				if len(d.constraints) == 0 {
					continue
				}
				constrained++
				if !d.allTree {
					dense++
				}
				if g := gradient(d); !(g < 1e-9) {
					t.Fatalf("state %d, %d constraints, %d iterations: gradient = %g of the largest force, want 0", i, len(d.constraints), d.Iterations, g)
				}
				searchOnly(d)
				if g := gradient(d); !(g < 1e-9) {
					t.Fatalf("state %d, %d constraints, %d iterations of line search: gradient = %g of the largest force, want 0", i, len(d.constraints), d.Iterations, g)
				}
			}
			if branches := name == "quadruped that touches itself" || name == "biped"; constrained < 500 || branches != (dense > 20) {
				t.Errorf("%d of 1000 states have constraints, %d a dense Hessian", constrained, dense)
			}
		})
	}
}

// TestPGSConverges compares PGS after many sweeps with Newton: both problems have the same solution.
func TestPGSConverges(t *testing.T) {
	for name, b := range solverModels(PGS) {
		t.Run(name, func(t *testing.T) {
			b.Iterations, b.Tolerance = 20000, 0
			pgs := build(t, b).NewData()
			b.Solver, b.Iterations = Newton, 100
			newton := build(t, b).NewData()
			rng := rand.New(rand.NewPCG(3, 4))
			for i := range 10 {
				scramble(newton, rng)
				pgs.SetState(newton.State(nil))
				newton.Forward()
				pgs.Forward()
				scale := max(slices.Max(newton.Qacc), -slices.Min(newton.Qacc))
				for k, a := range pgs.Qacc {
					if want := newton.Qacc[k]; math.Abs(a-want) > 1e-6*scale {
						t.Errorf("state %d: acceleration %d = %v, want %v", i, k, a, want)
					}
				}
			}
		})
	}
}

// TestContactWrenches expects the wrenches of the contacts to have the generalised forces Jᵀf of the contacts:
// for each dof the power of the wrenches on all bodies that it moves.
func TestContactWrenches(t *testing.T) {
	for name, b := range solverModels(PGS) { // PGS has both tangents in planar models too
		t.Run(name, func(t *testing.T) {
			m := build(t, b)
			d := m.NewData()
			e := withoutPlane(m).NewData()
			rng := rand.New(rand.NewPCG(7, 8))
			wrenches, others := make([]Spatial, m.NBody), make([]Spatial, m.NBody)
			contacts := 0
			for i := range 200 {
				scramble(d, rng)
				e.SetState(d.State(nil))
				d.Forward()
				e.Forward()
				d.ContactWrenches(wrenches)
				e.ContactWrenches(others)
				if slices.ContainsFunc(d.Contacts, func(c Contact) bool { return c.Geoms[0] > 0 && c.Dist < -0.099 }) {
					continue // axes that cross: rounding decides the normal
				}
				contacts += len(d.Contacts)
				scale := 1.0
				for j := range e.Contacts {
					scale = max(scale, e.ContactForce(j).Norm())
				}
				for k, w := range wrenches {
					v := others[k]
					if w.Linear.Sub(v.Linear).Norm() > 1e-9*scale || w.Angular.Sub(v.Angular).Norm() > 1e-9*scale {
						t.Fatalf("state %d: wrench of body %d = %v, want %v", i, k, w, v)
					}
				}
				for k := range e.constraints {
					if c := &e.constraints[k]; len(c.chain) == 1 {
						c.active = 0 // leaves the limits out
					}
				}
				e.generalizedForces()
				for k, want := range e.ConstraintForce {
					var power float64
					for body := range m.NBody {
						if slices.Contains(m.chainOf(int32(body)), int32(k)) {
							power += e.dofMotions[k].dot(others[body].Angular, others[body].Linear)
						}
					}
					if math.Abs(power-want) > 1e-9*scale {
						t.Fatalf("state %d: wrenches give the force %v on dof %d, want %v", i, power, k, want)
					}
				}
			}
			if contacts < 100 {
				t.Errorf("%d contacts in 200 states, want more", contacts)
			}
		})
	}
}

// TestSweepOrder compares the orders beyond the kept ones with shuffles from the first one on.
func TestSweepOrder(t *testing.T) {
	b := quadruped(PGS, false)
	b.Iterations = keptSweeps + 10
	m := build(t, b)
	var o sweepOrder
	for range 2 {
		var g pcg32
		g.next()
		want := []uint16{0, 1, 2, 3, 4, 5, 6}
		o.reset(m, len(want))
		for i := range b.Iterations {
			g.shuffle(want)
			if got := o.next(); !slices.Equal(got, want) {
				t.Fatalf("order of sweep %d = %v, want %v", i, got, want)
			}
		}
	}
}

// TestHostileStates steps states that are no numbers or far too large, and expects no panic.
func TestHostileStates(t *testing.T) {
	for _, solver := range []Solver{Newton, PGS} {
		for name, b := range solverModels(solver) {
			b.Iterations = 20
			d := build(t, b).NewData()
			state := d.State(nil)
			for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300, -1e300, 1e150, 1e-300, 1e12} {
				for i := 1; i < len(state); i++ {
					hostile := slices.Clone(state)
					hostile[i] = x
					d.SetState(hostile)
					err := d.Step()
					if math.IsNaN(x) && i <= len(d.Qpos)+len(d.Qvel) && err == nil {
						t.Errorf("%s, solver %d: Step with state %d of NaN returns no error", name, solver, i)
					}
					d.Step()
				}
				for i := 1; i < len(state); i++ {
					state[i] = x
				}
				d.SetState(state)
				d.Step()
				d.Reset()
				state = d.State(state[:0])
			}
		}
	}
}

// TestStepAllocations expects steps with contacts and limits to allocate nothing once warm.
func TestStepAllocations(t *testing.T) {
	for _, solver := range []Solver{Newton, PGS} {
		for name, b := range solverModels(solver) {
			d := build(t, b).NewData()
			rng := rand.New(rand.NewPCG(5, 6))
			var states [][]float64
			for range 50 {
				scramble(d, rng)
				states = append(states, d.State(nil))
			}
			step := func() {
				for _, s := range states {
					d.SetState(s)
					d.Step()
				}
			}
			step()
			if n := testing.AllocsPerRun(2, step); n > 0 {
				t.Errorf("%s, solver %d: %v allocations in 50 steps, want 0", name, solver, n)
			}
		}
	}
}
