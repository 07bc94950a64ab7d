package planar

import (
	"encoding/binary"
	"math"
	"testing"
)

// floats returns the float32 numbers of data.
func floats(data []byte) (x []float32) {
	for ; len(data) >= 4; data = data[4:] {
		x = append(x, math.Float32frombits(binary.LittleEndian.Uint32(data)))
	}
	return x
}

// bytesOf returns the bytes of numbers.
func bytesOf(x ...float32) (b []byte) {
	for _, v := range x {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// FuzzPolygon checks that points make a polygon whose numbers are finite, or an error.
func FuzzPolygon(f *testing.F) {
	f.Add(bytesOf(0, 0, 1, 0, 0, 1))
	f.Add(bytesOf(0, 0, 1, 1, 2, 2, 3, 3.0001))
	f.Add(bytesOf(-1, -1, 1, -1, 1, 1, -1, 1, 0, 0, 0.5, 0.5, 0, 2, 1e-3, 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		x := floats(data)
		var points []Vec
		for ; len(x) >= 2; x = x[2:] {
			points = append(points, Vec{x[0], x[1]})
		}
		s, err := Polygon(points...)
		if err != nil {
			return
		}
		if n := len(s.Points()); n < 3 || n > 8 || !s.centroid.finite() {
			t.Fatalf("Polygon(%v) = %+v", points, s)
		}
		if m, c, i := s.mass(1); !finite(m) || !c.finite() || !finite(i) {
			t.Fatalf("Polygon(%v) has the mass %v, the centre %v and the inertia %v", points, m, c, i)
		}
	})
}

// FuzzWorld checks that worlds of any numbers step, or fail with an error, without a panic.
func FuzzWorld(f *testing.F) {
	f.Add(bytesOf(0, -10, 1, 1, 0.5, 0, 3, 0.1, 0.02))
	f.Add(bytesOf(0, 1e30, 1e5, 1e-5, 1e10, 1e10, 1e9, 1e9, 1))
	f.Add(bytesOf(1e38, -1e38, 1, 1e6, -1e38, 0, 0, 1e30, 1e-30))
	f.Fuzz(func(t *testing.T, data []byte) {
		x := floats(data)
		if len(x) < 9 {
			return
		}
		w := NewWorld(Vec{x[0], x[1]})
		moon := must(w.AddBody(Static, Vec{}, 0))
		shapes := func(a, b float32) (all []Shape) {
			s1, err1 := Box(a, b)
			s2, err2 := Circle(Vec{a, b}, abs(a))
			s3, err3 := Edge(Vec{a, b}, Vec{-b, a})
			s4, err4 := Polygon(Vec{a, 0}, Vec{0, b}, Vec{-a, b}, Vec{b, a})
			for i, err := range []error{err1, err2, err3, err4} {
				if err == nil {
					all = append(all, []Shape{s1, s2, s3, s4}[i])
				}
			}
			return all
		}
		for _, s := range shapes(x[2], x[3]) {
			w.AddFixture(moon, s, rock)
		}
		for i, s := range shapes(x[3], x[4]) {
			b, err := w.AddBody(Dynamic, Vec{x[4] * float32(i), x[5]}, x[6])
			if err != nil {
				continue
			}
			w.AddFixture(b, s, rock)
			w.Body(b).Kick(Vec{x[7], x[2]}, Vec{x[5], x[6]})
			w.AddJoint(Revolute{A: b - 1, B: b, AnchorA: Vec{x[2], 0}, Motor: true, Speed: x[7], MaxTorque: abs(x[4])})
		}
		for range 5 {
			if w.Step(x[8], 20, 10) != nil {
				break
			}
			for i := range w.Bodies() {
				if b := w.Body(int32(i)); !b.finite() {
					t.Fatalf("body %d is at %v with %v, and Step returns no error", i, b.Position(), b.Velocity())
				}
			}
		}
		if w.failed || w.tree.root == none || !(union(w.tree.nodes[w.tree.root].box, box{}).perimeter() < 1e4) {
			return // with rounding errors near the margin of the tree's boxes, Ray passes by what it should meet
		}
		from, to := Vec{x[2], x[3]}, []Vec{{x[4], x[5]}, {x[5], x[6]}, {x[7], x[2]}}
		var shares [3]float32
		w.Rays(from, to, 1, shares[:])
		for i, q := range to {
			if d := q.sub(from).length(); !(d > 0.1 && d < 1e3 && from.length() < 1e3) {
				continue
			}
			if want := w.Ray(from, q, 1); shares[i] != want {
				t.Fatalf("Rays(%v, %v) = %v, and Ray is %v", from, q, shares[i], want)
			}
		}
	})
}

// FuzzSetState checks that any numbers are a state with which steps go on, or are refused.
func FuzzSetState(f *testing.F) {
	w, _ := pile(1, 6)
	for range 100 {
		w.Step(1.0/60, 8, 3)
	}
	state := w.State(nil)
	f.Add(0, float32(0), 1, float32(3))
	f.Add(12, float32(-1), 13, float32(1e30))
	f.Add(len(state)-3, float32(2), len(state)-1, float32(0))
	f.Fuzz(func(t *testing.T, i int, x float32, j int, y float32) {
		o, _ := pile(1, 6)
		s := append([]float32(nil), state...)
		s[uint(i)%uint(len(s))], s[uint(j)%uint(len(s))] = x, y
		if o.SetState(s) != nil {
			return
		}
		for range 5 {
			if o.Step(1.0/60, 8, 3) != nil {
				return
			}
		}
	})
}
