package multibody

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// comparePlanar compares every step of the planar equations of m with the spatial equations from the same
// state. It returns the number of contacts met.
func comparePlanar(t *testing.T, m *Model, steps int, r *rand.Rand) (contacts int) {
	t.Helper()
	if m.planar == nil {
		t.Fatal("the model is not planar")
	}
	const tolerance = 1e-11
	d, e := m.NewData(), withoutPlane(m).NewData()
	for i := range steps {
		randomControls(d, r)
		copy(e.Ctrl, d.Ctrl)
		e.SetState(d.State(nil))
		if d.Step() != nil {
			return contacts // an unstable mechanism, after which nothing can be compared
		}
		if err := e.Step(); err != nil {
			t.Fatalf("step %d: %v", i, err)
		}
		limit := tolerance // and in proportion to the change of velocity in the step
		for _, a := range e.Qacc {
			limit += tolerance * m.Timestep * math.Abs(a)
		}
		if w := max(difference(d.Qpos, e.Qpos), difference(d.Qvel, e.Qvel)); w > limit {
			t.Fatalf("step %d: the state differs by %v", i, w)
		}
		if len(d.Contacts) != len(e.Contacts) {
			t.Fatalf("step %d: %d contacts, want %d", i, len(d.Contacts), len(e.Contacts))
		}
		contacts += len(d.Contacts)
		compareBodies(t, d, e, limit)
	}
	return contacts
}

// compareBodies compares poses, motions, inertias and wrenches of d and e.
func compareBodies(t *testing.T, d, e *Data, limit float64) {
	t.Helper()
	m := d.m
	compare := func(what string, i int, limit float64, got, want []float64) {
		t.Helper()
		if w := difference(got, want); w > limit {
			t.Fatalf("%s(%d) = %v, want %v", what, i, got, want)
		}
	}
	f, g := make([]Spatial, m.NBody), make([]Spatial, m.NBody)
	d.ContactWrenches(f)
	e.ContactWrenches(g)
	for b := range m.NBody {
		r, s := d.BodyRot(b), e.BodyRot(b)
		v, w := d.BodyVelocity(b), e.BodyVelocity(b)
		x, y := d.BodyInertia(b), e.BodyInertia(b)
		compare("BodyPos", b, limit, numbers(d.BodyPos(b)), numbers(e.BodyPos(b)))
		compare("BodyCenter", b, limit, numbers(d.BodyCenter(b)), numbers(e.BodyCenter(b)))
		compare("BodyRot", b, limit, numbers(r.X, r.Y, r.Z), numbers(s.X, s.Y, s.Z))
		compare("BodyVelocity", b, limit, numbers(v.Angular, v.Linear), numbers(w.Angular, w.Linear))
		compare("BodyInertia", b, limit,
			numbers(Vec3{x.XX, x.YY, x.ZZ}, Vec3{x.XY, x.XZ, x.YZ}, x.H),
			numbers(Vec3{y.XX, y.YY, y.ZZ}, Vec3{y.XY, y.XZ, y.YZ}, y.H))
		compare("ContactWrenches", b, 1000*limit, numbers(f[b].Angular, f[b].Linear), numbers(g[b].Angular, g[b].Linear))
	}
	for k := range m.sites {
		compare("SitePos", k, limit, numbers(d.SitePos(k)), numbers(e.SitePos(k)))
	}
	for k := range m.geoms {
		r, s := d.GeomRot(k), e.GeomRot(k)
		compare("GeomPos", k, limit, numbers(d.GeomPos(k)), numbers(e.GeomPos(k)))
		compare("GeomRot", k, limit, numbers(r.X, r.Y, r.Z), numbers(s.X, s.Y, s.Z))
	}
	for k := range d.Contacts {
		compare("ContactForce", k, 1000*limit, numbers(d.ContactForce(k)), numbers(e.ContactForce(k)))
	}
}

// TestPlanar compares the planar equations with the spatial equations.
func TestPlanar(t *testing.T) {
	touches := 0
	for name, m := range mechanisms(t) {
		if m.planar == nil {
			continue
		}
		t.Run(name, func(t *testing.T) { touches += comparePlanar(t, m, 1000, rand.New(rand.NewPCG(1, 2))) })
	}
	for seed := range uint64(80) {
		for options := range uint8(8) {
			t.Run(fmt.Sprintf("random %d %d", seed, options), func(t *testing.T) {
				touches += comparePlanar(t, build(t, randomPlanar(seed, options)), 30, rand.New(rand.NewPCG(seed, 1)))
			})
		}
	}
	if touches < 5000 {
		t.Errorf("%d contacts in all steps, too few to compare", touches)
	}
}

// FuzzPlanar compares three steps of the planar equations with the spatial equations, for mechanisms that
// follow from a random seed.
func FuzzPlanar(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed, uint8(seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64, options uint8) {
		comparePlanar(t, build(t, randomPlanar(seed, options)), 3, rand.New(rand.NewPCG(seed, 1)))
	})
}

// randomPlanar returns a random planar mechanism: a tree of bodies with hinges, slides and welds, with
// gravity, springs, dampers, limits, motors and a floor. Bits of options choose the integrator, the
// solver, and a medium.
func randomPlanar(seed uint64, options uint8) *Builder {
	r := rand.New(rand.NewPCG(seed, 0))
	normal := r.IntN(3)
	inPlane := func(a, b, n float64) Vec3 { return (&planarModel{normal: normal + 1}).full(vec2{a, b}, n) }
	between := func(low, high float64) float64 { return low + (high-low)*r.Float64() }
	b := NewBuilder()
	b.Timestep, b.Tolerance = between(0.001, 0.01), 0 // the number of PGS's sweeps must not depend on rounding
	b.Gravity = inPlane(between(-10, 10), between(-10, 10), between(-10, 10))
	if options&1 != 0 {
		b.Integrator = RK4
	}
	if options&2 != 0 {
		b.Solver, b.Iterations = PGS, 20
	}
	if options&4 != 0 {
		b.Density, b.Viscosity = between(0, 500), between(0, 2)
	}
	if normal != 2 && r.IntN(3) > 0 {
		b.World.Geoms = []Geom{DefaultGeom().Plane(Vec3{Z: -0.5})}
	}

	bodies := make([]Body, 1+r.IntN(6))
	parents := make([]int, len(bodies))
	for i := range bodies {
		parents[i] = r.IntN(i+1) - 1 // -1: the world
		x := &bodies[i]
		x.Name, x.Pos = fmt.Sprint("body ", i), inPlane(between(-0.6, 0.6), between(-0.6, 0.6), between(-0.1, 0.1))
		x.Sites = []Site{{fmt.Sprint("site ", i), inPlane(between(-1, 1), between(-1, 1), between(-1, 1))}}
		joints := r.IntN(3)
		if i == 0 {
			joints = 3
		}
		for k := range joints {
			x.Joints = append(x.Joints, randomJoint(r, fmt.Sprint("joint ", i, k), i == 0 && k == 0, inPlane))
			if r.IntN(2) == 0 {
				b.Actuators = append(b.Actuators, Motor(x.Joints[k].Name, 5*r.NormFloat64(), -1, 1))
			}
		}
		for range 1 + r.IntN(2) {
			g := DefaultGeom()
			g.Condim, g.Friction[0] = 1+2*r.IntN(2), between(0, 1.5)
			p := inPlane(between(-0.3, 0.3), between(-0.3, 0.3), between(-0.1, 0.1))
			q := inPlane(between(-0.3, 0.3), between(-0.3, 0.3), between(-0.1, 0.1))
			if r.IntN(3) == 0 {
				g = g.Sphere(p, between(0.05, 0.15))
			} else {
				g = g.CapsuleBetween(p, q, between(0.05, 0.15))
			}
			x.Geoms = append(x.Geoms, g)
		}
	}
	for i := len(bodies) - 1; i >= 0; i-- { // children are complete before their parents take a copy
		if p := parents[i]; p >= 0 {
			bodies[p].Bodies = append(bodies[p].Bodies, bodies[i])
		} else {
			b.World.Bodies = append(b.World.Bodies, bodies[i])
		}
	}
	return b
}

// randomJoint returns a hinge about the normal or a slide across it.
func randomJoint(r *rand.Rand, name string, hinge bool, inPlane func(a, b, n float64) Vec3) Joint {
	j := DefaultJoint()
	j.Armature, j.Damping, j.Ref = 0.2*r.Float64(), r.Float64(), 0.3*r.NormFloat64()
	if r.IntN(3) == 0 {
		j.Stiffness, j.SpringRef = 20*r.Float64(), r.NormFloat64()
	}
	if r.IntN(3) == 0 {
		j = j.Between(j.Ref-r.Float64(), j.Ref+r.Float64())
	}
	if r.IntN(2) == 0 {
		j.Pos = inPlane(0.2*r.NormFloat64(), 0.2*r.NormFloat64(), 0)
	}
	if hinge || r.IntN(3) > 0 {
		return j.Hinge(name, inPlane(0, 0, float64(2*r.IntN(2)-1)))
	}
	return j.Slide(name, inPlane(r.NormFloat64(), r.NormFloat64(), 0))
}
