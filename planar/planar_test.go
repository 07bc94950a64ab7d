package planar

import (
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/rlrun/rlrun/internal/golden"
)

var update = flag.Bool("update", false, "write the hashes in testdata/bits.json")

// must returns v, or fails the test.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// rock is a material that collides with everything.
var rock = Material{Density: 1, Friction: 0.5, Category: 1, Mask: math.MaxUint16}

// add puts a body with a shape in a world.
func add(w *World, kind Kind, x, y, angle float32, s Shape, m Material) int32 {
	b := must(w.AddBody(kind, Vec{x, y}, angle))
	must(w.AddFixture(b, s, m))
	return b
}

// pile returns a world in which a heap of random shapes, some of them joined, falls on uneven ground.
func pile(seed uint64, bodies int) (*World, []int32) {
	rng := rand.New(rand.NewPCG(seed, 0))
	u := func(low, high float32) float32 { return low + mul(high-low, float32(rng.Uint32()>>8)/(1<<24)) }
	w := NewWorld(Vec{0, -10})
	ground := must(w.AddBody(Static, Vec{}, 0))
	y := float32(0)
	for i := -10; i < 10; i++ {
		next := u(0, 2)
		must(w.AddFixture(ground, must(Edge(Vec{float32(2 * i), y}, Vec{float32(2*i + 2), next})), rock))
		y = next
	}
	must(w.AddFixture(ground, must(Edge(Vec{-20, 0}, Vec{-20, 60})), rock))
	must(w.AddFixture(ground, must(Edge(Vec{20, 0}, Vec{20, 60})), rock))
	var all []int32
	for i := range bodies {
		var s Shape
		switch rng.IntN(3) {
		case 0:
			s = must(Circle(Vec{u(-0.2, 0.2), u(-0.2, 0.2)}, u(0.2, 1)))
		case 1:
			s = must(Box(u(0.2, 1), u(0.2, 1)))
		default:
			var v [6]Vec
			for k := range v {
				q := sincos(float32(k))
				v[k] = Vec{q.c, q.s}.scale(u(0.4, 1))
			}
			s = must(Polygon(v[:]...))
		}
		m := rock
		m.Density, m.Friction, m.Restitution = u(0.5, 2), u(0, 1), u(0, 0.6)
		all = append(all, add(w, Dynamic, u(-15, 15), u(4, 20), u(-3, 3), s, m))
		if i%5 == 4 {
			must(w.AddJoint(Revolute{
				A: all[i-1], B: all[i], AnchorA: Vec{0.5, 0}, AnchorB: Vec{-0.5, 0},
				Limited: i%2 == 1, Lower: -0.5, Upper: 0.5, Motor: i%3 == 0, Speed: 1, MaxTorque: 5,
			}))
		}
	}
	return w, all
}

// numbers appends the state of bodies.
func numbers(dst []float32, w *World, bodies []int32) []float32 {
	for _, i := range bodies {
		b := w.Body(i)
		dst = append(dst, b.Position().X, b.Position().Y, b.Angle(), b.Velocity().X, b.Velocity().Y, b.Spin())
	}
	return dst
}

// TestBits checks that heaps give the recorded bits of states, as hashes (FNV-1a). CI runs it on several
// processors. After a change of the rounding: go test ./planar ./env/box2d -run TestBits -update
func TestBits(t *testing.T) {
	got := map[string]string{}
	for seed := range uint64(4) {
		w, bodies := pile(seed, 30)
		hash := fnv.New64a()
		for range 300 {
			if err := w.Step(1.0/60, 8, 3); err != nil {
				t.Fatal(err)
			}
			if err := binary.Write(hash, binary.LittleEndian, numbers(nil, w, bodies)); err != nil {
				t.Fatal(err)
			}
		}
		got[fmt.Sprint("pile ", seed)] = fmt.Sprintf("%016x", hash.Sum64())
	}
	golden.Same(t, "testdata/bits.json", got, *update)
}

// TestConstants compares the constants with the products of b2Settings.h, rounded as float32.
func TestConstants(t *testing.T) {
	slop, pi, eps := float32(linearSlop), pi, epsilon
	two, half := float32(2), float32(0.5)
	for name, c := range map[string][2]float32{
		"angular slop":       {angularSlop, mul(two/180, pi)},
		"angular correction": {maxAngularCorrection, mul(two*4/180, pi)},
		"rotation":           {maxRotation, mul(half, pi)},
		"rotation²":          {maxRotation2, mul(maxRotation, mul(half, pi))},
		"weld":               {weldDistance2, mul(mul(half, slop), mul(half, slop))},
		"sleep speed":        {sleepSpeed2, mul(float32(skin), mul(two, slop))},
		"sleep spin":         {sleepSpin2, mul(angularSlop, mul(two/180, pi))},
		"turn":               {twoPi, mul(two, pi)},
		"tolerance":          {impactTolerance, mul(half*half, slop)},
		"3 slops":            {threeSlops, mul(two+1, slop)},
		"settled":            {settledOverlap, -mul(two+1, slop)},
		"impact":             {impactOverlap, -mul(two-half, slop)},
		"ε²":                 {epsilon2, mul(eps, eps)},
		"touch":              {touchDistance, mul(10, eps)},
		"last impact":        {lastImpact, 1 - mul(10, eps)},
	} {
		if c[0] != c[1] {
			t.Errorf("%s = %v, want %v", name, c[0], c[1])
		}
	}
}

// TestSincos compares sines and cosines with those of the C library (glibc 2.36), as bits, and with
// float64 functions over all sizes of angles.
func TestSincos(t *testing.T) {
	for _, c := range []struct{ angle, sin, cos uint32 }{
		{0x00000000, 0x00000000, 0x3f800000}, {0x80000000, 0x80000000, 0x3f800000}, {0x3727c5ac, 0x3727c5ac, 0x3f800000},
		{0x3e99999a, 0x3e974e6d, 0x3f7490ef}, {0xbf333333, 0xbf24eb73, 0x3f43ccb3}, {0x3f3fff58, 0x3f2e7f66, 0x3f3b5069},
		{0x3f400000, 0x3f2e7fe1, 0x3f3b4ff6}, {0x3f48f5c3, 0x3f34f27f, 0x3f351765}, {0x3f800000, 0x3f576aa4, 0x3f0a5140},
		{0xbfc90fdb, 0xbf800000, 0xb33bbd2e}, {0x40133333, 0x3f3ee68a, 0xbf2a9110}, {0x40490fdb, 0xb3bbbd2e, 0xbf800000},
		{0xc0900000, 0x3f7a3f6a, 0xbe57dadb}, {0x40c90fdb, 0x343bbd2e, 0x3f800000}, {0x418a6666, 0xbf7ff138, 0x3cadfb69},
		{0xc2c70000, 0x3f5b987a, 0x3f0394f0}, {0x42effae1, 0x3f128b58, 0x3f51e814}, {0x42f00000, 0x3f14a2ef, 0x3f506e2a},
		{0xc2f30000, 0xbf5a6c1e, 0xbf058536}, {0x449a5000, 0x3e14e299, 0xbf7d4796}, {0xc7c0e6b3, 0xbc0ccd2c, 0x3f7ffd94},
		{0x4be4e1c0, 0x3f76d13e, 0xbe87e65d}, {0xd3c5e7f3, 0xbf7f9226, 0xbd6d0f5e}, {0x72269b80, 0xbf6b2e52, 0x3eca3f22},
		{0x7f7fc99e, 0xbe79f163, 0x3f7841ca},
	} {
		got := sincos(math.Float32frombits(c.angle))
		if math.Float32bits(got.s) != c.sin || math.Float32bits(got.c) != c.cos {
			t.Errorf("sincos(%v) = %v, %v, want %v, %v", math.Float32frombits(c.angle), got.s, got.c, math.Float32frombits(c.sin), math.Float32frombits(c.cos))
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		a := math.Float32frombits(rng.Uint32())
		if !finite(a) {
			continue
		}
		s, c := math.Sincos(float64(a))
		if got := sincos(a); math.Abs(float64(got.s)-s) > 6.1e-8 || math.Abs(float64(got.c)-c) > 6.1e-8 {
			t.Fatalf("sincos(%v) = %v, %v, want %v, %v", a, got.s, got.c, s, c)
		}
	}
	if q := sincos(float32(math.Inf(1))); q.s == q.s || q.c == q.c {
		t.Errorf("sincos of infinity = %v, want NaN", q)
	}
}

// TestShapes checks masses and inertias by hand: a box of 2 × 4 m and 3 kg/m² has 24 kg and
// 24 (2² + 4²)/12 = 40 kg m²; a disc of radius 2 at (1, 0) has 4π kg and 4π (2²/2 + 1) kg m²; a body whose shapes
// have no mass has 1 kg.
func TestShapes(t *testing.T) {
	for name, c := range map[string]struct {
		s                Shape
		density, m, i, x float64
	}{
		"box":     {must(Box(1, 2)), 3, 24, 40, 0},
		"polygon": {must(Polygon(Vec{-1, -2}, Vec{1, -2}, Vec{1, 2}, Vec{-1, 2})), 3, 24, 40, 0},
		"moved":   {must(Polygon(Vec{2, -2}, Vec{0, -2}, Vec{0, 2}, Vec{2, 2}, Vec{1, 1})), 3, 24, 64, 1},
		"circle":  {must(Circle(Vec{1, 0}, 2)), 1, 4 * math.Pi, 12 * math.Pi, 1},
		"edge":    {must(Edge(Vec{}, Vec{2, 0})), 1, 1, 0, 0},
		"light":   {must(Box(1, 2)), 0, 1, 0, 0},
	} {
		w := NewWorld(Vec{})
		b := must(w.AddBody(Dynamic, Vec{}, 0))
		must(w.AddFixture(b, c.s, Material{Density: float32(c.density), Mask: 1}))
		body := w.Body(b)
		if math.Abs(float64(body.Mass())-c.m) > 1e-5*c.m || math.Abs(float64(body.Inertia())-c.i) > 1e-5*c.i || math.Abs(float64(body.sweep.local.X)-c.x) > 1e-6 {
			t.Errorf("%s: mass %v, inertia %v, centre %v, want %v, %v, %v", name, body.Mass(), body.Inertia(), body.sweep.local, c.m, c.i, c.x)
		}
	}
}

// TestPolygon checks that random points make polygons that are convex and have a mass, in the order of the
// vertices.
func TestPolygon(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 10_000 {
		points := make([]Vec, 3+rng.IntN(6))
		for i := range points {
			points[i] = Vec{rng.Float32() - 0.5, rng.Float32() - 0.5}
		}
		s := must(Polygon(points...))
		if m, _, i := s.mass(1); !(m > 0) || !(i > 0) {
			t.Errorf("Polygon(%v) has the mass %v and the inertia %v, want more than 0", points, m, i)
		}
		for i := range s.n {
			j := s.next(i)
			if k := s.next(j); cross(s.v[j].sub(s.v[i]), s.v[k].sub(s.v[j])) < 0 {
				t.Errorf("Polygon(%v) is not convex at vertex %d", points, j)
			}
		}
	}
}

// TestRefusals checks that impossible shapes, bodies, fixtures, joints and steps are errors that name the
// fault.
func TestRefusals(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	w := NewWorld(Vec{})
	a, b := must(w.AddBody(Static, Vec{}, 0)), must(w.AddBody(Dynamic, Vec{}, 0))
	box := must(Box(1, 1))
	fails := func(_ any, err error) error { return err }
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"radius":    {fails(Circle(Vec{}, 0)), "radius 0, want a positive"},
		"centre":    {fails(Circle(Vec{nan, 0}, 1)), "the point"},
		"no edge":   {fails(Edge(Vec{1, 1}, Vec{1, 1})), "want two points"},
		"edge":      {fails(Edge(Vec{}, Vec{inf, 0})), "the point"},
		"box":       {fails(Box(1, nan)), "half widths 1 and NaN"},
		"large":     {fails(Box(1, 1e7)), "want numbers of at most"},
		"two":       {fails(Polygon(Vec{}, Vec{1, 0})), "want three or more"},
		"line":      {fails(Polygon(Vec{}, Vec{1, 1}, Vec{2, 2})), "not on one line"},
		"same":      {fails(Polygon(Vec{}, Vec{}, Vec{0, 1})), "want three or more"},
		"nine":      {fails(Polygon(make([]Vec, 9)...)), "9 points, want 3 … 8"},
		"NaN":       {fails(Polygon(Vec{}, Vec{1, 0}, Vec{nan, 1})), "the point"},
		"body":      {fails(w.AddBody(Dynamic, Vec{nan, 0}, 0)), "finite"},
		"kind":      {fails(w.AddBody(7, Vec{}, 0)), "kind 7"},
		"fixture":   {fails(w.AddFixture(2, box, Material{})), "body 2, want 0 … 1"},
		"no shape":  {fails(w.AddFixture(b, Shape{}, Material{})), "without a shape"},
		"density":   {fails(w.AddFixture(b, box, Material{Density: -1})), "density -1"},
		"friction":  {fails(w.AddFixture(b, box, Material{Friction: inf})), "friction +Inf"},
		"bounce":    {fails(w.AddFixture(b, box, Material{Restitution: 1.5})), "restitution 1.5, want 0 … 1"},
		"heavy":     {fails(w.AddFixture(b, box, Material{Density: 3e38})), "mass +Inf kg"},
		"light":     {fails(w.AddFixture(b, box, Material{Density: 1e-40})), "want numbers above 0"},
		"far":       {fails(w.AddFixture(b, must(Circle(Vec{300, 100}, 0.05)), Material{Density: 1})), "inertia"},
		"speed":     {fails(w.AddJoint(Revolute{A: a, B: b, Speed: nan})), "speed NaN"},
		"joint":     {fails(w.AddJoint(Revolute{A: a, B: a})), "bodies 0 and 0"},
		"no body":   {fails(w.AddJoint(Revolute{A: a, B: -1})), "bodies 0 and -1"},
		"anchor":    {fails(w.AddJoint(Revolute{A: a, B: b, AnchorB: Vec{nan, 0}})), "anchors"},
		"limits":    {fails(w.AddJoint(Revolute{A: a, B: b, Lower: 1})), "limits 1 and 0"},
		"torque":    {fails(w.AddJoint(Revolute{A: a, B: b, MaxTorque: -1})), "torque -1"},
		"no time":   {w.Step(0, 8, 3), "a step of 0 s"},
		"NaN time":  {w.Step(nan, 8, 3), "a step of NaN s"},
		"iteration": {w.Step(1, -1, 3), "-1 and 3 iterations"},
	} {
		if got := fmt.Sprint(c.err); c.err == nil || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	must(w.AddFixture(b, box, rock))
	j := must(w.AddJoint(Revolute{A: a, B: b, Motor: true}))
	for name, wrong := range map[string]func(w *World){
		"a force that is NaN":              func(w *World) { w.Body(b).Push(Vec{nan, 0}) },
		"a motor's speed that is NaN":      func(w *World) { w.Drive(j, nan, 1) },
		"a motor's torque that is NaN":     func(w *World) { w.Drive(j, 1, nan) },
		"a motor's torque that is below 0": func(w *World) { w.Drive(j, 1, -1) },
	} {
		var o World
		o.Copy(w)
		wrong(&o)
		for range 2 {
			if err := o.Step(1, 8, 3); err == nil || !strings.Contains(err.Error(), "not finite") {
				t.Errorf("a step with %s: %v, want it refused", name, err)
			}
		}
	}
}

// TestState checks that a world continues from its state, and a copy of it, with the same bits, while
// shapes collide, also after a step that failed, and that states of other worlds are refused.
func TestState(t *testing.T) {
	for seed := range uint64(3) {
		w, bodies := pile(seed, 20)
		o, _ := pile(seed, 20)
		var copied World
		for range 90 {
			w.Step(1.0/60, 8, 3)
		}
		state := w.State(nil)
		copied.Copy(w)
		if err := o.SetState(state); err != nil {
			t.Fatal(err)
		}
		for step := range 90 {
			for _, v := range []*World{w, o, &copied} {
				if err := v.Step(1.0/60, 8, 3); err != nil {
					t.Fatal(err)
				}
			}
			want := numbers(nil, w, bodies)
			if !slices.Equal(numbers(nil, o, bodies), want) || !slices.Equal(numbers(nil, &copied, bodies), want) || !slices.Equal(o.Events(), w.Events()) {
				t.Fatalf("seed %d: step %d after the state was set differs", seed, step)
			}
		}
		want := numbers(nil, w, bodies)
		saved := w.State(nil)
		w.Body(bodies[0]).Push(Vec{float32(math.NaN()), 0})
		if w.Step(1.0/60, 8, 3) == nil {
			t.Fatal("a step with a force that is NaN, want it refused")
		}
		if err := w.SetState(saved); err != nil || !slices.Equal(numbers(nil, w, bodies), want) {
			t.Errorf("seed %d: after a step that failed, SetState: %v, and numbers that differ", seed, err)
		}
		for range 20 {
			if err := errors.Join(w.Step(1.0/60, 8, 3), o.Step(1.0/60, 8, 3)); err != nil {
				t.Fatal(err)
			}
		}
		if !slices.Equal(numbers(nil, w, bodies), numbers(nil, o, bodies)) {
			t.Errorf("seed %d: steps after a step that failed and SetState differ", seed)
		}
		other, _ := pile(seed, 19)
		if other.SetState(state) == nil || o.SetState(state[1:]) == nil || o.SetState(append(state, 0)) == nil || o.SetState(nil) == nil {
			t.Errorf("seed %d: SetState takes the state of another world", seed)
		}
	}
}

// TestAllocations checks that steps allocate nothing once warm.
func TestAllocations(t *testing.T) {
	w, _ := pile(1, 20)
	for range 60 {
		w.Step(1.0/60, 8, 3)
	}
	var o World
	o.Copy(w)
	if n := testing.AllocsPerRun(5, func() {
		w.Copy(&o)
		for range 20 {
			w.Step(1.0/60, 8, 3)
		}
	}); n != 0 {
		t.Errorf("20 steps allocate %v times, want 0", n)
	}
}

func BenchmarkPile(b *testing.B) {
	w, _ := pile(1, 30)
	var o World
	o.Copy(w)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%200 == 0 {
			w.Copy(&o)
		}
		w.Step(1.0/60, 8, 3)
	}
}
