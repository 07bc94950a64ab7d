package multibody

import (
	"math"
	"math/rand/v2"
	"testing"
)

// pose places one geom of the collision tests.
type pose struct {
	pos Vec3
	rot Quat
}

// collidePair returns the contacts of two geoms on free bodies.
func collidePair(t testing.TB, g, h Geom, at, and pose) []Contact {
	t.Helper()
	b := NewBuilder()
	g.Margin = 100 // so that there is a contact at any distance
	free := []Joint{DefaultJoint().Free("")}
	b.World.Bodies = []Body{{Joints: free, Geoms: []Geom{g}}, {Joints: free, Geoms: []Geom{h}}}
	d := build(t, b).NewData()
	for i, p := range []pose{at, and} {
		copy(d.Qpos[7*i:], []float64{p.pos.X, p.pos.Y, p.pos.Z, p.rot.W, p.rot.X, p.rot.Y, p.rot.Z})
	}
	d.Forward()
	return d.Contacts
}

// nearest returns the contact with the least distance.
func nearest(contacts []Contact) (c Contact) {
	c.Dist = math.Inf(1)
	for _, x := range contacts {
		if x.Dist < c.Dist {
			c = x
		}
	}
	return c
}

// randomPose returns a random rotation, at a random point up to the given size from the origin.
func randomPose(rng *rand.Rand, size float64) pose {
	coordinate := func() float64 { return size * (2*rng.Float64() - 1) }
	q := Quat{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()}
	return pose{Vec3{coordinate(), coordinate(), coordinate()}, q.unit()}
}

// axisPoint returns the point x of a geom's axis, −1 ≤ x ≤ 1; its centre, if it is a sphere.
func axisPoint(g *Geom, p pose, x float64) Vec3 {
	if g.Shape == Sphere {
		return p.pos
	}
	return p.pos.AddScaled(p.rot.mat().Z, x*g.Size[1])
}

// bruteRound returns the distance of two spheres or capsules: the least over points of both axes, on
// finer and finer grids. The distance is convex in both, so the grids close in on the least.
func bruteRound(g, h *Geom, at, and pose) float64 {
	const n = 8
	x0, y0, size, least := 0.0, 0.0, 1.0, math.Inf(1)
	for range 40 {
		cx, cy := x0, y0
		for i := -n; i <= n; i++ {
			for j := -n; j <= n; j++ {
				x, y := clip(cx+size*float64(i)/n), clip(cy+size*float64(j)/n)
				if l := axisPoint(g, at, x).Sub(axisPoint(h, and, y)).Norm(); l < least {
					least, x0, y0 = l, x, y
				}
			}
		}
		size *= 0.6
	}
	return least - g.Size[0] - h.Size[0]
}

// bruteCylinder returns the distance of a capsule and a cylinder as the greatest separation along a
// direction n, where p are points of the capsule and c of the cylinder:
//
//	max over n of min over c and p of (c − p)·n
//
// It is never above the true distance, also where the two overlap and the distance is minus the
// shortest way out. From the best of many directions, the search goes on in random steps.
func bruteCylinder(capsule, cylinder *Geom, at, and pose) float64 {
	axis, half := and.rot.mat().Z, at.rot.mat().Z.Scale(capsule.Size[1])
	between := and.pos.Sub(at.pos)
	separation := func(n Vec3) float64 {
		z := n.Dot(axis)
		return between.Dot(n) - math.Abs(half.Dot(n)) - capsule.Size[0] -
			cylinder.Size[0]*math.Sqrt(max(0, 1-z*z)) - cylinder.Size[1]*math.Abs(z)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	direction := func() Vec3 {
		n, _ := Vec3{rng.NormFloat64(), rng.NormFloat64(), rng.NormFloat64()}.unit()
		return n
	}
	best := math.Inf(-1)
	for range 8 {
		n := direction()
		w := separation(n)
		for range 500 {
			if m := direction(); separation(m) > w {
				n, w = m, separation(m)
			}
		}
		for size := 0.2; size > 1e-9; size *= 0.8 {
			for range 30 {
				m, _ := n.AddScaled(direction(), size).unit()
				if u := separation(m); u > w {
					n, w = m, u
				}
			}
		}
		best = max(best, w)
	}
	return best
}

// bruteGap returns the least distance of many points of a capsule's axis from a cylinder, less the
// capsule's radius. It is never below the true distance, unless the axis enters the cylinder.
func bruteGap(capsule, cylinder *Geom, at, and pose) float64 {
	axis, least := and.rot.mat().Z, math.Inf(1)
	for i := range 401 {
		v := axisPoint(capsule, at, float64(i-200)/200).Sub(and.pos)
		z := v.Dot(axis)
		beyond, above := max(0, v.AddScaled(axis, -z).Norm()-cylinder.Size[0]), max(0, math.Abs(z)-cylinder.Size[1])
		least = min(least, math.Hypot(beyond, above))
	}
	return least - capsule.Size[0]
}

// TestDistances compares distances with a search over the surfaces, at random poses.
func TestDistances(t *testing.T) {
	g := DefaultGeom()
	sphere, capsule := g.Sphere(Vec3{}, 0.3), g.Capsule(Vec3{}, Quat{}, 0.2, 0.7)
	thin, cylinder := g.Capsule(Vec3{}, Quat{}, 0.05, 0.4), g.Cylinder(Vec3{}, Quat{}, 0.5, 0.3)
	disc, rod := g.Cylinder(Vec3{}, Quat{}, 0.8, 0.05), g.Cylinder(Vec3{}, Quat{}, 0.1, 0.9)
	for _, test := range []struct {
		name   string
		g, h   Geom
		brute  func(g, h *Geom, at, and pose) float64
		states int
	}{
		{"sphere-sphere", sphere, sphere, bruteRound, 200},
		{"sphere-capsule", sphere, capsule, bruteRound, 200},
		{"capsule-capsule", thin, capsule, bruteRound, 200},
		{"capsule-cylinder", thin, cylinder, bruteCylinder, 60},
		{"capsule-disc", capsule, disc, bruteCylinder, 60},
		{"capsule-rod", thin, rod, bruteCylinder, 60},
	} {
		t.Run(test.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(1, 2))
			overlaps := 0
			for i := range test.states {
				at, and := randomPose(rng, 0.6), randomPose(rng, 0.6)
				c := nearest(collidePair(t, test.g, test.h, at, and))
				want := test.brute(&test.g, &test.h, at, and)
				if c.Dist < 0 {
					overlaps++
				}
				if c.Dist < want-1e-7 || c.Dist > want+2e-5 {
					t.Errorf("state %d: distance = %v, want %v", i, c.Dist, want)
				}
			}
			if overlaps < test.states/20 {
				t.Errorf("%d of %d states overlap, want more", overlaps, test.states)
			}
		})
	}
}

// TestContactPoints compares contacts with points found by hand.
func TestContactPoints(t *testing.T) {
	g := DefaultGeom()
	plane, cylinder, capsule := g.Plane(Vec3{}), g.Cylinder(Vec3{}, Quat{}, 0.5, 1), g.Capsule(Vec3{}, Quat{}, 0.5, 1)
	lying := Quat{math.Sqrt2 / 2, 0, math.Sqrt2 / 2, 0} // z along x
	slanted := Quat{math.Cos(math.Pi / 8), 0, math.Sin(math.Pi / 8), 0}
	root := math.Sqrt(3) / 4
	for _, test := range []struct {
		name  string
		g, h  Geom
		and   pose
		dists []float64
		at    []Vec3
	}{
		{"upright cylinder on a plane", plane, cylinder, pose{Vec3{Z: 0.98}, Quat{W: 1}},
			[]float64{-0.02, -0.02, -0.02}, []Vec3{{0.5, 0, -0.01}, {-0.25, root, -0.01}, {-0.25, -root, -0.01}}},
		{"lying cylinder on a plane", plane, cylinder, pose{Vec3{Z: 0.48}, lying},
			[]float64{-0.02, -0.02}, []Vec3{{1, 0, -0.01}, {-1, 0, -0.01}}},
		{"slanted cylinder on a plane", plane, cylinder, pose{Vec3{Z: 1.5*math.Sqrt2/2 - 0.02}, slanted},
			[]float64{-0.02}, []Vec3{{-math.Sqrt2 / 4, 0, -0.01}}},
		{"upright capsule on a plane", plane, capsule, pose{Vec3{Z: 1.48}, Quat{W: 1}},
			[]float64{-0.02}, []Vec3{{0, 0, -0.01}}},
		{"lying capsule on a plane", plane, capsule, pose{Vec3{Z: 0.48}, lying},
			[]float64{-0.02, -0.02}, []Vec3{{1, 0, -0.01}, {-1, 0, -0.01}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := NewBuilder()
			b.World.Geoms = []Geom{test.g}
			b.World.Bodies = []Body{{Joints: []Joint{DefaultJoint().Free("")}, Geoms: []Geom{test.h}}}
			d := build(t, b).NewData()
			copy(d.Qpos, []float64{test.and.pos.X, test.and.pos.Y, test.and.pos.Z, test.and.rot.W, test.and.rot.X, test.and.rot.Y, test.and.rot.Z})
			d.Forward()
			if len(d.Contacts) != len(test.at) {
				t.Fatalf("%d contacts, want %d: %+v", len(d.Contacts), len(test.at), d.Contacts)
			}
			for i, c := range d.Contacts {
				if math.Abs(c.Dist-test.dists[i]) > 1e-12 || c.Pos.Sub(test.at[i]).Norm() > 1e-12 || c.Frame.X.Sub(Vec3{Z: 1}).Norm() > 1e-15 {
					t.Errorf("contact %d has distance %v at %v, normal %v, want %v at %v, normal z", i, c.Dist, c.Pos, c.Frame.X, test.dists[i], test.at[i])
				}
			}
		})
	}
}

// checkContacts reports contacts that are wrong at any pose: frames that are no right-handed frames of
// unit vectors, a distance above the brute force's, and distances that change if the geoms are swapped.
func checkContacts(t *testing.T, g, h Geom, at, and pose) {
	contacts := collidePair(t, g, h, at, and)
	swapped := collidePair(t, h, g, and, at)
	if len(contacts) == 0 || len(swapped) == 0 {
		t.Fatalf("no contact of %v at %v and %v at %v, whose margin is 100 m", g.Shape, at, h.Shape, and)
	}
	for _, c := range contacts {
		x, y, z := c.Frame.X, c.Frame.Y, c.Frame.Z
		if math.Abs(x.Norm()-1) > 1e-12 || math.Abs(y.Norm()-1) > 1e-9 || math.Abs(x.Dot(y)) > 1e-9 || z.Sub(x.Cross(y)).Norm() > 1e-12 {
			t.Errorf("frame %v is no right-handed frame of unit vectors", c.Frame)
		}
	}
	if len(contacts) > 1 {
		return // parallel capsules: up to two ends, the first capsule's before the other's
	}
	a, b := nearest(contacts), nearest(swapped)
	if math.Abs(a.Dist-b.Dist) > 1e-6 {
		t.Errorf("%v at %v and %v at %v: distance = %v, swapped %v", g.Shape, at, h.Shape, and, a.Dist, b.Dist)
	}
	brute := bruteRound
	if h.Shape == Cylinder {
		brute = bruteGap
	}
	if w := brute(&g, &h, at, and); a.Dist > w+1e-6 {
		t.Errorf("%v at %v and %v at %v: distance = %v, above %v", g.Shape, at, h.Shape, and, a.Dist, w)
	}
}

// FuzzCollide collides geoms of random sizes and poses.
func FuzzCollide(f *testing.F) {
	f.Add(uint8(0), 0.1, 0.2, 0.3, 0.4, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0)
	f.Add(uint8(3), 0.1, 0.2, 0.3, 0.4, 0.3, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
	f.Add(uint8(4), 0.1, 0.2, 0.3, 0.4, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
	f.Add(uint8(4), 0.1, 0.9, 0.3, 0.4, 0.1, 0.1, 0.1, 1.0, 0.5, 0.1, 0.2)
	f.Add(uint8(3), 0.1, 4.2, 0.3, 4.4, 0.0, -5.0, 0.41666666666666663, 1.0, 0.0, 0.0, 0.0)
	f.Add(uint8(3), 0.1, 0.2, 0.3, 0.4, 1e-9, 0.0, 0.0, 1.0, 1e-9, 0.0, 0.0)
	f.Fuzz(func(t *testing.T, shapes uint8, r1, h1, r2, h2, x, y, z, qw, qx, qy, qz float64) {
		for _, v := range []*float64{&r1, &h1, &r2, &h2, &x, &y, &z, &qw, &qx, &qy, &qz} {
			if !(math.Abs(*v) <= 5) {
				t.Skip("out of range")
			}
		}
		size := func(x float64) float64 { return 0.01 + math.Abs(x) }
		pairs := [][2]Shape{{Sphere, Sphere}, {Sphere, Capsule}, {Capsule, Sphere}, {Capsule, Capsule}, {Capsule, Cylinder}}
		p := pairs[int(shapes)%len(pairs)]
		g, h := DefaultGeom(), DefaultGeom()
		g.Shape, g.Size, h.Shape, h.Size = p[0], [3]float64{size(r1), size(h1)}, p[1], [3]float64{size(r2), size(h2)}
		checkContacts(t, g, h, pose{rot: Quat{W: 1}}, pose{Vec3{x, y, z}, Quat{qw, qx, qy, qz}.unit()})
	})
}
