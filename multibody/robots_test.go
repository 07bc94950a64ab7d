package multibody

import (
	"math"
	"testing"
)

// A compiled is what MuJoCo 4.0.0 makes of a file in testdata/mjcf, in the names of its mjModel.
type compiled struct {
	Model             string
	NQ, NV, NU, NBody int
	Qpos0             []float64
	Names             []string  `json:"body_name"`
	Mass              []float64 `json:"body_mass"`
	Inertia           []float64 `json:"body_inertia"`
	Center            []float64 `json:"body_ipos"`
	BodyWeight        []float64 `json:"body_invweight0"`
	DofWeight         []float64 `json:"dof_invweight0"`
	DofInertia        []float64 `json:"dof_M0"`
	GeomType          []int     `json:"geom_type"`
	GeomBody          []int     `json:"geom_bodyid"`
	GeomPos           []float64 `json:"geom_pos"`
	GeomSize          []float64 `json:"geom_size"`
	Range             []float64 `json:"jnt_range"`
	Limited           []int     `json:"jnt_limited"`
	ControlRange      []float64 `json:"actuator_ctrlrange"`
	Gear              []float64 `json:"actuator_gear"`
}

// near returns the largest |a-b| / max(|b|, floor).
func near(a, b []float64, floor float64) (w float64) {
	if len(a) != len(b) {
		return math.Inf(1)
	}
	for i := range a {
		w = max(w, math.Abs(a[i]-b[i])/max(floor, math.Abs(b[i])))
	}
	return w
}

// mujocoShapes maps MuJoCo's numbers of geom types to shapes. Meshes (7) are left out.
var mujocoShapes = map[int]Shape{0: Plane, 2: Sphere, 3: Capsule, 4: Ellipsoid, 5: Cylinder, 6: Box}

// TestCompiled checks that the models have the constants that MuJoCo 4.0.0 compiles from the same
// files: masses, inertias, inverse weights, geoms, limits and actuators.
func TestCompiled(t *testing.T) {
	for _, c := range lines[compiled](t, "models.jsonl.gz") {
		t.Run(c.Model, func(t *testing.T) {
			m := loadFile(t, c.Model)
			if m.NQ != c.NQ || m.NV != c.NV || m.NU != c.NU || m.NBody != c.NBody {
				t.Fatalf("NQ, NV, NU, NBody = %d, %d, %d, %d, want %d, %d, %d, %d", m.NQ, m.NV, m.NU, m.NBody, c.NQ, c.NV, c.NU, c.NBody)
			}
			compareMasses(t, m, &c)
			compareJoints(t, m, &c)
			compareGeoms(t, m, &c)
		})
	}
}

// compareMasses compares masses and inverse weights. MuJoCo leaves the inertias of bodies without
// mass as they are.
func compareMasses(t *testing.T, m *Model, c *compiled) {
	var mass, inertia, center, weights, wantInertia, wantCenter []float64
	for i := range m.bodies {
		b := &m.bodies[i]
		mass = append(mass, b.mass)
		weights = append(weights, b.invMass, b.invInertia)
		if b.mass > 0 {
			inertia = append(inertia, b.inertia.X, b.inertia.Y, b.inertia.Z)
			center = append(center, b.center.X, b.center.Y, b.center.Z)
			wantInertia = append(wantInertia, c.Inertia[3*i:][:3]...)
			wantCenter = append(wantCenter, c.Center[3*i:][:3]...)
		}
		if name := c.Names[i]; name != "" && m.Body(name) != i {
			t.Errorf("Body(%q) = %d, want %d", name, m.Body(name), i)
		}
	}
	for _, x := range []struct {
		name      string
		got, want []float64
		floor     float64
	}{
		{"masses", mass, c.Mass, 1e-9}, {"inertias", inertia, wantInertia, 1e-9}, {"centres of mass", center, wantCenter, 1},
		{"inverse weights", weights, c.BodyWeight, 1e-6}, {"initial positions", m.Qpos0, c.Qpos0, 1},
	} {
		if w := near(x.got, x.want, x.floor); w > 1e-11 {
			t.Errorf("%s differ by %.1e: %v, want %v", x.name, w, x.got, x.want)
		}
	}
}

// compareJoints compares limits, the inverse weights of joints, the diagonal of the inertia matrix
// and the actuators.
func compareJoints(t *testing.T, m *Model, c *compiled) {
	d := m.NewData()
	d.Forward()
	var diagonal, ranges, wantRanges, gears, controls, wantControls []float64
	for i := range m.dofs {
		diagonal = append(diagonal, d.massMatrix[m.dofs[i].row])
	}
	for i := range m.joints {
		j := &m.joints[i]
		if j.Limited != (c.Limited[i] != 0) {
			t.Errorf("joint %d: Limited = %v, want %v", i, j.Limited, c.Limited[i] != 0)
		}
		if j.Limited {
			ranges, wantRanges = append(ranges, j.Range[:]...), append(wantRanges, c.Range[2*i:][:2]...)
		}
		if j.Type != Free {
			if w := near([]float64{j.invWeight}, c.DofWeight[j.dofAt:][:1], 1e-6); w > 1e-11 {
				t.Errorf("joint %d: the inverse weight differs by %.1e", i, w)
			}
		}
	}
	for i := range m.motors {
		gears = append(gears, m.motors[i].Gear)
		if m.motors[i].Limited {
			controls, wantControls = append(controls, m.motors[i].Range[:]...), append(wantControls, c.ControlRange[2*i:][:2]...)
		}
	}
	for _, x := range []struct {
		name      string
		got, want []float64
	}{{"inertias", diagonal, c.DofInertia}, {"ranges", ranges, wantRanges}, {"ranges of controls", controls, wantControls}, {"gears", gears, c.Gear}} {
		if w := near(x.got, x.want, 1e-6); w > 1e-11 {
			t.Errorf("%s differ by %.1e: %v, want %v", x.name, w, x.got, x.want)
		}
	}
}

// compareGeoms compares shapes and sizes. The model lacks the meshes that only show.
func compareGeoms(t *testing.T, m *Model, c *compiled) {
	k := 0
	for i, kind := range c.GeomType {
		shape, ok := mujocoShapes[kind]
		if !ok {
			continue
		}
		g, body := m.Geom(k)
		k++
		size := g.Size
		n := map[Shape]int{Plane: 0, Sphere: 1, Capsule: 2, Cylinder: 2, Ellipsoid: 3, Box: 3}[shape]
		w := max(near(size[:n], c.GeomSize[3*i:][:n], 1), near([]float64{g.Pos.X, g.Pos.Y, g.Pos.Z}, c.GeomPos[3*i:][:3], 1))
		if g.Shape != shape || body != c.GeomBody[i] || w > 1e-12 {
			t.Errorf("geom %d is a %v of body %d with %v at %v, want a %v of body %d with %v at %v", k, g.Shape, body, size, g.Pos,
				shape, c.GeomBody[i], c.GeomSize[3*i:][:3], c.GeomPos[3*i:][:3])
		}
	}
	if k != m.Geoms() {
		t.Errorf("Geoms() = %d, want %d", m.Geoms(), k)
	}
}

// A robot is a recorded fall under changing controls in MuJoCo 4.0.0; see testdata/README.md.
type robot struct {
	Model string
	Init  []float64   // positions, velocities
	Hold  int         // steps for which a control is held
	Ctrl  [][]float64 // one row for each hold
	Clean int         // steps before MuJoCo's solver first stops early
	Steps []struct {
		T      int       // number of the step
		Before []float64 // positions, velocities, solver's start
		After  []float64 // positions, velocities
		Ncon   int
		Slack  float64
	}
}

// TestRobots checks that robots of other packages, and descriptions that use every supported
// feature, fall and move as in MuJoCo 4.0.0: single steps of 200, and the first 20 from the start.
func TestRobots(t *testing.T) {
	for _, r := range lines[robot](t, "robots.jsonl.gz") {
		t.Run(r.Model, func(t *testing.T) {
			m := loadFile(t, r.Model)
			d := m.NewData()
			compare := func(kind string, i int, limit float64) {
				s := &r.Steps[i]
				w := max(worst(d.Qpos, s.After[:m.NQ]), worst(d.Qvel, s.After[m.NQ:]))
				if w > limit || len(d.Contacts) != s.Ncon {
					t.Errorf("%s, step %d: the state differs by %.1e with %d contacts, want %.1e at most and %d",
						kind, s.T, w, len(d.Contacts), limit, s.Ncon)
				}
			}
			for i, s := range r.Steps {
				d.SetState(append([]float64{0}, s.Before...))
				copy(d.Ctrl, r.Ctrl[s.T/r.Hold])
				if err := d.Step(); err != nil {
					t.Fatal(err)
				}
				compare("one step", i, 1e-11+3*s.Slack)
			}
			d.Reset()
			copy(d.Qpos, r.Init[:m.NQ])
			copy(d.Qvel, r.Init[m.NQ:])
			next := 0
			for step := range min(20, r.Clean) {
				copy(d.Ctrl, r.Ctrl[step/r.Hold])
				if err := d.Step(); err != nil {
					t.Fatal(err)
				}
				if step == r.Steps[next].T {
					compare("from the start", next, 1e-9)
					next++
				}
			}
		})
	}
}
