package multibody

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestSnapshot compares a simulation with one that starts from its state, over 300 steps: the same bits.
func TestSnapshot(t *testing.T) {
	for name, m := range mechanisms(t) {
		t.Run(name, func(t *testing.T) {
			d, e := m.NewData(), m.NewData()
			r := rand.New(rand.NewPCG(1, 2))
			for range 100 {
				randomControls(d, r)
				if err := d.Step(); err != nil {
					t.Fatal(err)
				}
			}
			snapshot := d.State(nil)
			if len(snapshot) != m.StateSize() {
				t.Fatalf("State has %d numbers, want %d", len(snapshot), m.StateSize())
			}
			e.SetState(snapshot)
			for i := range 300 {
				randomControls(d, r)
				copy(e.Ctrl, d.Ctrl)
				if err := d.Step(); err != nil {
					t.Fatal(err)
				}
				e.Step()
				if !slices.Equal(d.State(nil), e.State(nil)) {
					t.Fatalf("step %d after SetState differs", i)
				}
				for b := range m.NBody {
					if d.BodyPos(b) != e.BodyPos(b) || d.BodyRot(b) != e.BodyRot(b) {
						t.Fatalf("step %d after SetState: body %d differs", i, b)
					}
				}
			}
			d.Reset()
			if err := d.Step(); err != nil {
				t.Fatal(err)
			}
			first := m.NewData()
			first.Step()
			if !slices.Equal(d.State(nil), first.State(nil)) {
				t.Error("the first step after Reset is not that of a new Data")
			}
		})
	}
}

// TestAllocations holds steps, resets and states to no allocation.
func TestAllocations(t *testing.T) {
	for name, m := range mechanisms(t) {
		d := m.NewData()
		snapshot := d.State(nil)
		f := make([]Spatial, m.NBody)
		r := rand.New(rand.NewPCG(3, 4))
		for range 500 { // PGS keeps room for the most contacts so far
			randomControls(d, r)
			d.Step()
		}
		if n := testing.AllocsPerRun(100, func() {
			d.Step()
			d.Forward()
			snapshot = d.State(snapshot[:0])
			d.SetState(snapshot)
			d.ContactWrenches(f)
			for i := range m.NBody {
				d.BodyPos(i)
				d.BodyInertia(i)
			}
		}); n > 0 {
			t.Errorf("%s: %v allocations in a step", name, n)
		}
		if n := testing.AllocsPerRun(10, d.Reset); n > 0 {
			t.Errorf("%s: %v allocations in Reset", name, n)
		}
	}
}

// TestBadState sets numbers that no step can start from, and controls that make such numbers.
func TestBadState(t *testing.T) {
	for name, m := range mechanisms(t) {
		for _, bad := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1.1e10, -math.MaxFloat64} {
			for what, vector := range map[string]func(d *Data) []float64{
				"position":     func(d *Data) []float64 { return d.Qpos },
				"velocity":     func(d *Data) []float64 { return d.Qvel },
				"acceleration": func(d *Data) []float64 { return d.Ctrl },
			} {
				d := m.NewData()
				x := vector(d)
				if len(x) == 0 || what == "acceleration" && !math.IsNaN(bad) { // controls are clipped
					continue
				}
				x[len(x)-1] = bad
				if err := d.Step(); err == nil {
					t.Errorf("%s: no error for %s %v", name, what, bad)
				} else if !strings.HasSuffix(err.Error(), "the simulation is unstable") {
					t.Errorf("%s: %s %v: %v", name, what, bad, err)
				}
			}
		}
	}
}

// TestAnyState evaluates states of numbers of every kind. Nothing may panic or loop for ever, and a step
// may be good only if its numbers are.
func TestAnyState(t *testing.T) {
	kinds := []float64{0, math.NaN(), math.Inf(1), math.Inf(-1), 1e-300, 1e10, -1e10, 1e154, 1e200, -1e308, math.Pi, 1e-9}
	for name, m := range mechanisms(t) {
		t.Run(name, func(t *testing.T) {
			d := m.NewData()
			r := rand.New(rand.NewPCG(5, 6))
			for range 300 {
				d.Reset()
				for _, x := range [][]float64{d.Qpos, d.Qvel, d.Warmstart, d.Ctrl} {
					for i := range x {
						switch r.IntN(8) {
						case 0:
							x[i] = kinds[r.IntN(len(kinds))]
						case 1:
							x[i] = math.Float64frombits(r.Uint64())
						default:
							x[i] += r.NormFloat64()
						}
					}
				}
				d.Forward()
				for i := range m.NBody {
					d.BodyInertia(i)
				}
				d.ContactWrenches(make([]Spatial, m.NBody))
				if err := d.Step(); err == nil {
					for _, x := range d.State(nil)[1 : 1+m.NQ+m.NV] {
						if !(math.Abs(x) <= maxState) {
							t.Fatalf("Step returned no error for %v", d.Qpos)
						}
					}
				}
			}
		})
	}
}

// TestEmpty steps a world without bodies, and a body that cannot move.
func TestEmpty(t *testing.T) {
	for _, bodies := range [][]Body{nil, {{Name: "rock", Pos: Vec3{1, 2, 3}, Geoms: []Geom{DefaultGeom().Sphere(Vec3{}, 1)}}}} {
		b := NewBuilder()
		b.World.Bodies = bodies
		m := build(t, b)
		d := m.NewData()
		if err := d.Step(); err != nil || d.Time != b.Timestep {
			t.Errorf("Step: %v at %v s", err, d.Time)
		}
		if i := m.Body("rock"); i > 0 && (d.BodyPos(i) != Vec3{1, 2, 3} || d.BodyInertia(i).H.Norm() > 1e-10) {
			t.Errorf("a rock at %v, with the inertia %v", d.BodyPos(i), d.BodyInertia(i))
		}
	}
}

// TestSetStatePanics gives SetState a state of another model.
func TestSetStatePanics(t *testing.T) {
	defer func() {
		if s, _ := recover().(string); s != "multibody: a state of 3 numbers, want 7" {
			t.Errorf("SetState panicked with %q", s)
		}
	}()
	build(t, doublePendulum()).NewData().SetState(make([]float64, 3))
}
