package mechanism

import (
	"math"

	"github.com/rlrun/rlrun/multibody"
)

// fitting returns a Camera that shows the initial pose of m, with room to move. If every hinge turns
// about one axis, it looks along this axis, and otherwise from the front. It follows the first body
// that moves without limits. If there is none, it also shows where the hinges can turn the geoms.
func fitting(m *multibody.Model) Camera {
	d := m.NewData()
	d.Forward()
	low, high := box(m, d)
	center, size := low.Add(high).Scale(0.5), high.Sub(low).Norm()
	if size == 0 {
		size = 1
	}
	c := Perspective(center, 1.5*size, 1.2*size)
	switch axis, planar := hingeAxis(m, d); {
	case planar && math.Abs(axis.Y) > 0.99:
		c = Side(center, 2*size, 1.5*size)
	case planar && math.Abs(axis.Z) > 0.99:
		c = Top(center, 2*size, 1.5*size)
	}
	for i := range m.Joints() {
		j, body, _ := m.Joint(i)
		if j.Type == multibody.Free || j.Type == multibody.Slide && !j.Limited {
			along := multibody.Vec3{X: 1, Y: 1}
			at := d.BodyPos(body)
			c.Center = c.Center.Sub(multibody.Vec3{X: at.X, Y: at.Y})
			return c.Following(body, along)
		}
	}
	low, high = swept(m, d, low, high)
	center = low.Add(high).Scale(0.5)
	extent := high.Sub(low).Scale(1.1)
	switch {
	case c.Distance > 0:
		if size := extent.Norm() / math.Sqrt(3); size > c.Height {
			c = Perspective(center, max(c.Width, size), size)
		}
	case c.Elevation < 0: // from above
		c.Center, c.Width, c.Height = center, max(c.Width, extent.X), max(c.Height, extent.Y)
	default:
		c.Center, c.Width, c.Height = center, max(c.Width, extent.X), max(c.Height, extent.Z)
	}
	return c
}

// swept returns the smallest and the largest coordinates of a box, with the spheres in which each hinge
// can turn the geoms below it as they are in the initial pose.
func swept(m *multibody.Model, d *multibody.Data, low, high multibody.Vec3) (newLow, newHigh multibody.Vec3) {
	for i := range m.Joints() {
		j, body, _ := m.Joint(i)
		if j.Type != multibody.Hinge {
			continue
		}
		center, reach := anchor(d, &j, body), 0.0
		for k := range m.Geoms() {
			g, b := m.Geom(k)
			for b > body { // parents have smaller numbers
				b = m.Parent(b)
			}
			if b == body {
				reach = max(reach, d.GeomPos(k).Sub(center).Norm()+radius(&g))
			}
		}
		r := multibody.Vec3{X: reach, Y: reach, Z: reach}
		a, b := center.Sub(r), center.Add(r)
		low, high = smallest(low, a), biggest(high, b)
	}
	return low, high
}

// radius returns the radius of a sphere about the centre of g that contains it.
func radius(g *multibody.Geom) float64 {
	if g.Shape == multibody.Sphere {
		return g.Size[0]
	}
	return g.Size[0] + g.Size[1] + g.Size[2]
}

// box returns the smallest and the largest coordinates of the geoms, without planes.
func box(m *multibody.Model, d *multibody.Data) (low, high multibody.Vec3) {
	first := true
	for i := range m.Geoms() {
		g, _ := m.Geom(i)
		if g.Shape == multibody.Plane {
			continue
		}
		r, p, axis := g.Size[0], d.GeomPos(i), d.GeomRot(i).Z.Scale(g.Size[1])
		if g.Shape == multibody.Sphere {
			axis = multibody.Vec3{}
		}
		reach := multibody.Vec3{X: math.Abs(axis.X) + r, Y: math.Abs(axis.Y) + r, Z: math.Abs(axis.Z) + r}
		a, b := p.Sub(reach), p.Add(reach)
		if first {
			low, high, first = a, b, false
		}
		low, high = smallest(low, a), biggest(high, b)
	}
	return low, high
}

// smallest returns the smaller of each component.
func smallest(a, b multibody.Vec3) multibody.Vec3 {
	return multibody.Vec3{X: min(a.X, b.X), Y: min(a.Y, b.Y), Z: min(a.Z, b.Z)}
}

// biggest returns the larger of each component.
func biggest(a, b multibody.Vec3) multibody.Vec3 {
	return multibody.Vec3{X: max(a.X, b.X), Y: max(a.Y, b.Y), Z: max(a.Z, b.Z)}
}

// hingeAxis returns the axis of the hinges in the world, and whether there is only one direction.
func hingeAxis(m *multibody.Model, d *multibody.Data) (axis multibody.Vec3, planar bool) {
	for i := range m.Joints() {
		j, body, _ := m.Joint(i)
		if j.Type == multibody.Free {
			return axis, false
		}
		if j.Type != multibody.Hinge {
			continue
		}
		rot := d.BodyRot(body)
		a := rot.Mul(j.Axis)
		a = a.Scale(1 / max(a.Norm(), 1e-9))
		if planar && math.Abs(a.Dot(axis)) < 0.999 {
			return axis, false
		}
		axis, planar = a, true
	}
	return axis, planar
}
