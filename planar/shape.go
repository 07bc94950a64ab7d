package planar

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// A shapeKind is a kind of Shape.
type shapeKind uint8

const (
	circle shapeKind = iota
	edge
	polygon
)

// Shape is a circle, an edge or a convex polygon, in coordinates of the body. It is a value, which
// any number of fixtures can have.
type Shape struct {
	kind     shapeKind
	n        int32            // vertices
	radius   float32          // of a circle [m]; the other shapes are a little larger than their lines
	v        [maxVertices]Vec // vertices, counter-clockwise; the centre of a circle
	normal   [maxVertices]Vec // normal of the side from vertex i to the next one, outward; of an edge to its right, for rays
	centroid Vec              // of a polygon
}

// Circle returns the circle with a centre and a radius [m]. It returns an error if the radius is not
// positive, or if a number is not finite or above 1e6 m.
func Circle(center Vec, radius float32) (Shape, error) {
	s := Shape{kind: circle, n: 1, radius: radius}
	s.v[0] = center
	if !(radius > 0) {
		return Shape{}, fmt.Errorf("planar: a circle with the radius %v, want a positive number", radius)
	}
	return s.checked()
}

// Edge returns the line from a to b, which collides on both sides. Edges do not collide with edges. It
// returns an error if the points are the same, not finite, or farther than 1e6 m.
func Edge(a, b Vec) (Shape, error) {
	s := Shape{kind: edge, n: 2, radius: skin}
	s.v[0], s.v[1] = a, b
	if d := b.sub(a); d.length() < epsilon {
		return Shape{}, fmt.Errorf("planar: an edge from %v to %v, want two points", a, b)
	}
	s.normal[0] = b.sub(a).right()
	s.normal[0].normalize()
	return s.checked()
}

// Box returns a rectangle about the origin with the half widths x and y [m]. It returns an error
// if one of them is not positive, or above 1e6 m.
func Box(x, y float32) (Shape, error) {
	s := Shape{kind: polygon, n: 4, radius: skin}
	s.v = [maxVertices]Vec{{-x, -y}, {x, -y}, {x, y}, {-x, y}}
	s.normal = [maxVertices]Vec{{0, -1}, {1, 0}, {0, 1}, {-1, 0}}
	if !(x > 0 && y > 0) {
		return Shape{}, fmt.Errorf("planar: a box with the half widths %v and %v, want positive numbers", x, y)
	}
	return s.checked()
}

// Points returns the vertices, counter-clockwise: two of an edge, and the centre of a circle. The slice
// is the Shape's own.
func (s *Shape) Points() []Vec { return s.v[:s.n] }

// Radius returns the radius of a circle [m], and 0 for other shapes.
func (s *Shape) Radius() float32 {
	if s.kind != circle {
		return 0
	}
	return s.radius
}

// maxExtent is the largest coordinate of a vertex, and the largest radius [m]. Products of four
// such numbers are finite.
const maxExtent = 1e6

// checked returns s, or an error if a number is too large or not a number.
func (s Shape) checked() (Shape, error) {
	for _, v := range s.v[:s.n] {
		if !(max(float64(abs(v.X)), float64(abs(v.Y)), float64(s.radius)) <= maxExtent) {
			return Shape{}, fmt.Errorf("planar: a shape with the point %v and the radius %v, want numbers of at most %v m", v, s.radius, float64(maxExtent))
		}
	}
	return s, nil
}

// Polygon returns the convex hull of 3 to 8 points. It returns an error if there are more or fewer,
// if they are nearly on one line, or if one is not finite or farther than 1e6 m. Points nearer than 2.5 mm count as
// one. The area is a sum in float32 from the body's origin, so the points should be near it. Box2D 2.3, b2PolygonShape::Set.
func Polygon(points ...Vec) (Shape, error) {
	if len(points) > maxVertices {
		return Shape{}, fmt.Errorf("planar: a polygon of %d points, want 3 … %d", len(points), maxVertices)
	}
	var p [maxVertices]Vec
	n := 0
	for _, v := range points {
		if !(math.Abs(float64(v.X)) <= maxExtent && math.Abs(float64(v.Y)) <= maxExtent) {
			return Shape{}, fmt.Errorf("planar: a polygon with the point %v, want numbers of at most %v m", v, float64(maxExtent))
		}
		if !near(v, p[:n]) {
			p[n] = v
			n++
		}
	}
	s := Shape{kind: polygon, radius: skin}
	if n < 3 || !s.wrap(p[:n]) {
		return Shape{}, fmt.Errorf("planar: a polygon of the points %v, want three or more that are not on one line", slices.Clone(points)) // a copy, so that points need no memory
	}
	for i := range s.n {
		s.normal[i] = s.v[s.next(i)].sub(s.v[i]).right()
		s.normal[i].normalize()
	}
	if !s.setCentroid() {
		return Shape{}, errors.New("planar: a polygon without an area")
	}
	return s, nil
}

// near reports whether a point of p is so close to v that both are one vertex.
func near(v Vec, p []Vec) bool {
	for _, u := range p {
		if d := v.sub(u); dot(d, d) < weldDistance2 {
			return true
		}
	}
	return false
}

// wrap sets the vertices to the convex hull of p, by Jarvis's march. It returns false if the hull is
// a line.
func (s *Shape) wrap(p []Vec) bool {
	first := 0 // the rightmost point, and the lowest of several
	for i := range p {
		if p[i].X > p[first].X || p[i].X == p[first].X && p[i].Y < p[first].Y {
			first = i
		}
	}
	for at := first; ; {
		if s.n == int32(len(p)) {
			return false // rounding has sent the march in a circle that misses its start
		}
		s.v[s.n] = p[at]
		s.n++
		best := 0
		for j := 1; j < len(p); j++ {
			if best == at {
				best = j
				continue
			}
			r, v := p[best].sub(p[at]), p[j].sub(p[at])
			c := cross(r, v)
			if c < 0 || c == 0 && dot(v, v) > dot(r, r) {
				best = j
			}
		}
		if at = best; at == first {
			return s.n >= 3
		}
	}
}

// next returns the vertex after i.
func (s *Shape) next(i int32) int32 {
	if i+1 < s.n {
		return i + 1
	}
	return 0
}

// previous returns the vertex before i.
func (s *Shape) previous(i int32) int32 {
	if i > 0 {
		return i - 1
	}
	return s.n - 1
}

// setCentroid sets the centroid of a polygon: the mean of the centroids of the triangles with the origin,
// weighted with their areas. It returns false if there is no area.
func (s *Shape) setCentroid() bool {
	var c Vec
	var area float32
	for i := range s.n {
		e1, e2 := s.v[i], s.v[s.next(i)]
		t := mul(0.5, cross(e1, e2))
		area += t
		c = c.add(Vec{}.add(e1).add(e2).scale(mul(t, third)))
	}
	if !(area > epsilon) {
		return false
	}
	s.centroid = c.scale(1 / area)
	return true
}

// mass returns the mass of a shape with a density, its centre of mass, and its inertia about the
// body's origin. Box2D 2.3, b2PolygonShape::ComputeMass: the triangles of the sides with the mean
// of the vertices.
func (s *Shape) mass(density float32) (m float32, c Vec, inertia float32) {
	switch s.kind {
	case circle:
		m = mul(mul(mul(density, pi), s.radius), s.radius)
		return m, s.v[0], mul(m, mul(mul(0.5, s.radius), s.radius)+dot(s.v[0], s.v[0]))
	case edge:
		return 0, s.v[0].add(s.v[1]).scale(0.5), 0
	}
	var area float32
	var o Vec // mean of the vertices
	for _, v := range s.v[:s.n] {
		o = o.add(v)
	}
	o = o.scale(1 / float32(s.n))
	for i := range s.n {
		e1, e2 := s.v[i].sub(o), s.v[s.next(i)].sub(o)
		d := cross(e1, e2)
		t := mul(0.5, d)
		area += t
		c = c.add(e1.add(e2).scale(mul(t, third)))
		x := mul(e1.X, e1.X) + mul(e2.X, e1.X) + mul(e2.X, e2.X)
		y := mul(e1.Y, e1.Y) + mul(e2.Y, e1.Y) + mul(e2.Y, e2.Y)
		inertia += mul(mul(mul(0.25, third), d), x+y)
	}
	m = mul(density, area)
	c = c.scale(1 / area)
	middle := c.add(o)
	inertia = mul(density, inertia)
	inertia += mul(m, dot(middle, middle)-dot(c, c))
	return m, middle, inertia
}

// box returns the smallest box about the shape on a body at t.
func (s *Shape) box(t *transform) box {
	low := t.apply(s.v[0])
	high := low
	for i := int32(1); i < s.n; i++ {
		v := t.apply(s.v[i&7])
		low, high = lesser(low, v), greater(high, v)
	}
	return box{Vec{low.X - s.radius, low.Y - s.radius}, Vec{high.X + s.radius, high.Y + s.radius}}
}
