package multibody

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// crowd returns free spheres, capsules and cylinders that gravity pulls together in a bowl of three planes.
func crowd() *Builder {
	r := rand.New(rand.NewPCG(3, 4))
	b := NewBuilder()
	b.Solver, b.Tolerance = PGS, 0
	for _, axis := range []Vec3{{Y: 1}, {X: 1, Y: 1}, {X: -1, Y: 1}} {
		floor := DefaultGeom().Plane(Vec3{})
		n, _ := axis.unit()
		floor.Rot = axisAngle(n, 0.4)
		b.World.Geoms = append(b.World.Geoms, floor)
	}
	for i := range 12 {
		g, rot := DefaultGeom(), axisAngle(Vec3{X: 1}, 6*r.Float64())
		switch i % 3 {
		case 0:
			g = g.Sphere(Vec3{}, 0.1)
		case 1:
			g = g.Capsule(Vec3{}, rot, 0.05, 0.2)
		case 2: // cylinders cannot touch each other
			g = g.Cylinder(Vec3{}, rot, 0.1, 0.15)
			g.Contype, g.Conaffinity = 2, 1
		}
		b.World.Bodies = append(b.World.Bodies, Body{Pos: Vec3{float64(i%3) - 1, float64(i/3%2) - 0.5, 1 + float64(i/6)}.Scale(0.7),
			Joints: []Joint{DefaultJoint().Free("")}, Geoms: []Geom{g}})
	}
	return b
}

// TestNearPairs compares steps with the list of near pairs with steps that test all pairs, from states
// that follow one another and from states far apart. They must have the same bits.
func TestNearPairs(t *testing.T) {
	for name, m := range map[string]*Model{"humanoid": load(t, "humanoid"), "humanoidstandup": load(t, "humanoidstandup"), "crowd": build(t, crowd())} {
		all := *m
		all.slack = 0
		d, e := m.NewData(), all.NewData()
		r := rand.New(rand.NewPCG(1, 2))
		touches, shorter, starts := 0, 0, [][]float64{d.State(nil)}
		for i := range 1500 {
			if i%100 == 99 { // a jump to an earlier state
				starts = append(starts, d.State(nil))
				d.SetState(starts[r.IntN(len(starts))])
			}
			randomControls(d, r)
			copy(e.Ctrl, d.Ctrl)
			e.SetState(d.State(nil))
			if err := d.Step(); err != nil {
				t.Fatal(err)
			}
			if err := e.Step(); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(d.State(nil), e.State(nil)) || !slices.Equal(d.Contacts, e.Contacts) {
				t.Fatalf("%s, step %d: the state or the contacts differ from those of all pairs", name, i)
			}
			for _, c := range d.Contacts {
				if m.geoms[c.Geoms[0]].Shape != Plane {
					touches++
				}
			}
			if len(d.near.pairs) < len(m.pairs)/2 {
				shorter++
			}
		}
		if touches < 100 || shorter < 1000 {
			t.Errorf("%s: %d contacts of two limbs, want at least 100; %d of 1500 lists have less than half of the pairs, want at least 1000",
				name, touches, shorter)
		}
	}
}
