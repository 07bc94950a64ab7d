package planar

import (
	"math"
	"slices"
	"testing"
)

// run moves a world by n steps of 1/50 s.
func run(t *testing.T, w *World, n int) {
	t.Helper()
	for range n {
		if err := w.Step(0.02, 30, 10); err != nil {
			t.Fatal(err)
		}
	}
}

// ground returns a world with an edge along y = 0.
func ground(gravity float32) *World {
	w := NewWorld(Vec{0, gravity})
	add(w, Static, 0, 0, 0, must(Edge(Vec{-50, 0}, Vec{50, 0})), rock)
	return w
}

// TestFall checks free fall against the sum of the integrator: after n steps of h the velocity is g n h,
// and the way g h² n (n+1) / 2.
func TestFall(t *testing.T) {
	w := NewWorld(Vec{1, -10})
	b := add(w, Dynamic, 0, 0, 0, must(Circle(Vec{}, 1)), rock)
	run(t, w, 50)
	p, v := w.Body(b).Position(), w.Body(b).Velocity()
	if math.Abs(float64(p.Y)+5.1) > 1e-4 || math.Abs(float64(v.Y)+10) > 1e-5 || math.Abs(float64(p.X)-0.51) > 1e-5 {
		t.Errorf("after 1 s at %v with %v, want (0.51, -5.1) and (1, -10)", p, v)
	}
}

// TestRest checks that shapes fall on an edge, report one begin of a contact, come to rest on their skins,
// sleep after half a second, and wake by a push.
func TestRest(t *testing.T) {
	for name, c := range map[string]struct {
		s Shape
		y float64 // at rest
		m Material
	}{
		"box":     {must(Box(0.5, 0.25)), 0.25 + 2*skin, rock},
		"circle":  {must(Circle(Vec{}, 0.5)), 0.5 + skin, rock},
		"no mass": {must(Box(0.5, 0.25)), 0.25 + 2*skin, Material{Friction: 0.5, Category: 1, Mask: 1}},
	} {
		w := ground(-10)
		b := add(w, Dynamic, 0, 1, 0, c.s, c.m)
		var events []Event
		for range 150 {
			run(t, w, 1)
			events = append(events, w.Events()...)
		}
		body := w.Body(b)
		if y := float64(body.Position().Y); math.Abs(y-c.y) > 0.01 || body.Awake() || body.Velocity() != (Vec{}) || w.Touching() != 1 {
			t.Errorf("%s: at %v, awake %v, want it asleep at %v", name, y, body.Awake(), c.y)
		}
		if want := []Event{{0, 1, true}}; !slices.Equal(events, want) {
			t.Errorf("%s: events %v, want %v", name, events, want)
		}
		w.Body(b).Kick(Vec{0, 5}, w.Body(b).Position())
		run(t, w, 10)
		if !w.Body(b).Awake() || w.Touching() != 0 {
			t.Errorf("%s: awake %v, %d contacts after a kick, want it in the air", name, w.Body(b).Awake(), w.Touching())
		}
	}
}

// TestFriction checks a box that slides on a slope of 0.2 rad: it stays with a friction of 0.5, and without
// friction goes down with g sin 0.2.
func TestFriction(t *testing.T) {
	for _, c := range []struct{ friction, want float64 }{{0.5, 0}, {0, -10 * math.Sin(0.2)}} {
		w := NewWorld(Vec{0, -10})
		m := rock
		m.Friction = float32(c.friction)
		q := sincos(0.2)
		add(w, Static, 0, 0, 0, must(Edge(q.apply(Vec{-50, 0}), q.apply(Vec{50, 0}))), m)
		p := q.apply(Vec{0, 0.52})
		b := add(w, Dynamic, p.X, p.Y, 0.2, must(Box(0.5, 0.5)), m)
		run(t, w, 50)
		if got := float64(dot(w.Body(b).Velocity(), q.apply(Vec{1, 0}))); math.Abs(got-c.want) > 0.05 {
			t.Errorf("friction %v: %v m/s after 1 s, want %v", c.friction, got, c.want)
		}
	}
}

// TestBounce checks that a ball with the restitution 0.5 loses half of its speed, and that fast bodies do not
// pass through edges, which thin walls would let them do without times of impact.
func TestBounce(t *testing.T) {
	w := ground(0)
	m := rock
	m.Restitution = 0.5
	ball := add(w, Dynamic, 0, 3, 0, must(Circle(Vec{}, 0.5)), m)
	w.Body(ball).Kick(Vec{0, -4 * w.Body(ball).Mass()}, Vec{0, 3})
	run(t, w, 60)
	if v := w.Body(ball).Velocity().Y; math.Abs(float64(v)-2) > 1e-3 {
		t.Errorf("a ball of 4 m/s bounces with %v m/s, want 2", v)
	}
	bullet := add(w, Dynamic, 10, 3, 0.3, must(Box(0.1, 0.1)), rock)
	w.Body(bullet).Kick(Vec{0, -90 * w.Body(bullet).Mass()}, Vec{10, 3})
	run(t, w, 20)
	if y := w.Body(bullet).Position().Y; y < 0 {
		t.Errorf("a body of 90 m/s is at %v, want it above the ground", y)
	}
}

// TestPair checks that bodies of mask and category, of joints and of sensors collide as they should.
func TestPair(t *testing.T) {
	for name, c := range map[string]struct {
		m, o    Material
		joint   bool
		touches int
		stays   bool // on top
	}{
		"alike":      {rock, rock, false, 1, true},
		"masked":     {Material{Density: 1, Category: 2, Mask: 4}, rock, false, 0, false},
		"one masked": {Material{Density: 1, Category: 2, Mask: 1}, Material{Category: 1, Mask: 1}, false, 0, false},
		"sensor":     {rock, Material{Sensor: true, Category: 1, Mask: 1}, false, 1, false},
		"joined":     {rock, rock, true, 0, false},
	} {
		w := NewWorld(Vec{0, -10})
		a := add(w, Static, 0, 0, 0, must(Box(2, 2)), c.o)
		b := add(w, Dynamic, 0, 2.6, 0, must(Box(0.5, 0.5)), c.m)
		if c.joint {
			must(w.AddJoint(Revolute{A: a, B: b, AnchorA: Vec{5, 2.6}, AnchorB: Vec{5, 0}}))
		}
		run(t, w, 20)
		if got, y := w.Touching(), w.Body(b).Position().Y; got != c.touches || (y > 2.4) != c.stays {
			t.Errorf("%s: %d contacts at the height %v, want %d, above 2.4: %v", name, got, y, c.touches, c.stays)
		}
	}
}

// TestRevolute checks a pendulum: the point stays, the angle stays within its limits, and the motor turns
// with its speed against the gravity that its torque can lift. Equal limits leave no play.
func TestRevolute(t *testing.T) {
	for name, c := range map[string]struct {
		r      Revolute
		angle  float64
		within float64
	}{
		"limit":      {Revolute{Limited: true, Lower: -0.5, Upper: 0.5}, -0.5, 0.04},
		"motor":      {Revolute{Motor: true, Speed: 1, MaxTorque: 1000}, 2, 0.01},
		"locked":     {Revolute{Motor: true, Speed: 1, MaxTorque: 1000, Limited: true, Lower: 0.3, Upper: 0.3}, 0.3, 1e-5},
		"weak motor": {Revolute{Motor: true, Speed: 1, MaxTorque: 1, Limited: true, Lower: -0.5, Upper: 3}, -0.5, 0.04},
	} {
		w := NewWorld(Vec{0, -10})
		pivot := must(w.AddBody(Static, Vec{0, 5}, 0))
		arm := add(w, Dynamic, 1, 5, 0, must(Box(1, 0.1)), rock)
		c.r.A, c.r.B, c.r.AnchorB = pivot, arm, Vec{-1, 0}
		j := must(w.AddJoint(c.r))
		run(t, w, 100)
		if got := float64(w.JointAngle(j)); math.Abs(got-c.angle) > c.within {
			t.Errorf("%s: angle %v after 2 s, want %v", name, got, c.angle)
		}
		if d := w.Body(arm).Point(Vec{-1, 0}).sub(Vec{0, 5}); d.length() > 0.01 {
			t.Errorf("%s: the point is off by %v", name, d)
		}
	}
}

// TestJoined checks that two bodies that touch cease to collide when a joint joins them.
func TestJoined(t *testing.T) {
	w := NewWorld(Vec{0, -10})
	floor := add(w, Static, 0, 0, 0, must(Box(1, 1)), rock)
	b := add(w, Dynamic, 0.9, 1.6, 0, must(Box(0.5, 0.5)), rock)
	run(t, w, 30)
	if w.Touching() != 1 {
		t.Fatalf("%d pairs touch, want 1", w.Touching())
	}
	must(w.AddJoint(Revolute{A: floor, B: b, AnchorA: Vec{3, 1.5}, AnchorB: Vec{2.1, 0}}))
	run(t, w, 1)
	if want := []Event{{0, 1, false}}; !slices.Equal(w.Events(), want) || w.Touching() != 0 {
		t.Errorf("events %v, %d pairs touch, want %v and 0", w.Events(), w.Touching(), want)
	}
	if run(t, w, 30); w.Body(b).Position().Y > 1 {
		t.Errorf("the body is at %v, want it below 1 m", w.Body(b).Position())
	}
}

// TestDrive checks that Drive wakes bodies and changes the speed.
func TestDrive(t *testing.T) {
	w := NewWorld(Vec{})
	hub := must(w.AddBody(Static, Vec{}, 0))
	wheel := add(w, Dynamic, 0, 0, 0, must(Circle(Vec{}, 1)), rock)
	j := must(w.AddJoint(Revolute{A: hub, B: wheel, Motor: true}))
	run(t, w, 60)
	if w.Body(wheel).Awake() {
		t.Error("a wheel at rest is awake after 1.2 s")
	}
	w.Drive(j, 3, 100)
	run(t, w, 50)
	if s := w.JointSpeed(j); math.Abs(float64(s)-3) > 1e-3 || w.Joint(j).Speed != 3 {
		t.Errorf("speed %v, want 3", s)
	}
}

// TestRay checks rays by hand: the first of several shapes counts, and only those with a bit of the mask.
func TestRay(t *testing.T) {
	w := NewWorld(Vec{})
	m := rock
	add(w, Static, 10, 0, 0, must(Box(1, 1)), m)
	add(w, Static, 4, 0, 0, must(Circle(Vec{}, 1)), m)
	m.Category = 2
	add(w, Static, 2, 0, 0, must(Edge(Vec{0, -1}, Vec{0, 1})), m)
	for _, c := range []struct {
		from, to Vec
		mask     uint16
		want     float32
	}{
		{Vec{0, 0}, Vec{20, 0}, 1, 0.15},
		{Vec{0, 0}, Vec{20, 0}, 2, 0.1},
		{Vec{0, 0}, Vec{20, 0}, 4, 1},
		{Vec{5.5, 0}, Vec{15.5, 0}, 3, 0.35},
		{Vec{0, 0}, Vec{0, 20}, 3, 1},
		{Vec{20, 0.5}, Vec{0, 0.5}, 3, 0.45},
		{Vec{0, 0}, Vec{1, 0}, 3, 1},
		{Vec{10, 0}, Vec{20, 0}, 3, 1}, // begins inside
		{Vec{float32(math.NaN()), 0}, Vec{20, 0}, 3, 1},
	} {
		if got := w.Ray(c.from, c.to, c.mask); math.Abs(float64(got-c.want)) > 1e-6 {
			t.Errorf("Ray(%v, %v, %d) = %v, want %v", c.from, c.to, c.mask, got, c.want)
		}
	}
}

// TestRays checks that Rays has the shares of Ray, to the bit, in piles of shapes, and allocates nothing.
func TestRays(t *testing.T) {
	met := 0
	for seed := range uint64(8) {
		w, _ := pile(seed+1, 12)
		run(t, w, 60)
		to, shares := make([]Vec, 64), make([]float32, 64)
		for i := range to {
			q := sincos(float32(i) * 0.1)
			to[i] = Vec{1 + 12*q.c, 3 + 12*q.s}
		}
		w.Rays(Vec{1, 3}, to, 1, shares)
		for i, q := range to {
			if want := w.Ray(Vec{1, 3}, q, 1); shares[i] != want {
				t.Errorf("pile %d: Rays to %v: %v, want %v", seed, q, shares[i], want)
			}
			if shares[i] < 1 {
				met++
			}
		}
		if n := testing.AllocsPerRun(5, func() { w.Rays(Vec{1, 3}, to, 1, shares) }); n > 0 {
			t.Errorf("Rays allocates %v times", n)
		}
	}
	if met < 100 {
		t.Errorf("%d rays meet a shape, want 100 or more", met)
	}
}

// TestImpacts checks that where staysApart returns true, impact finds no touch.
func TestImpacts(t *testing.T) {
	for seed := range uint64(2) {
		w, _ := pile(seed, 25)
		proofs := 0
		for range 200 {
			run(t, w, 1)
			for i := w.first; i != none; i = w.contacts[i].next {
				c := &w.contacts[i]
				fa, fb := &w.fixtures[c.fa], &w.fixtures[c.fb]
				a, b := &w.bodies[fa.body], &w.bodies[fb.body]
				if a.kind == Dynamic || b.kind != Dynamic || !b.awake || b.sweep.alpha0 != 0 || !staysApart(fa, a, fb, b) {
					continue
				}
				proofs++
				if when, hit := impact(&fa.shape, a.sweep, &fb.shape, b.sweep); hit {
					t.Fatalf("seed %d: proved apart, but an impact at %v", seed, when)
				}
			}
		}
		if proofs < 100 {
			t.Errorf("seed %d: %d proofs, want many", seed, proofs)
		}
	}
}
