package mechanism

import (
	"image/color"
	"math"

	"github.com/rlrun/rlrun/multibody"
	"github.com/rlrun/rlrun/render"
)

// A solid is a geom on the canvas: the two ends of its axis, which are equal for a sphere.
type solid struct {
	shape multibody.Shape
	a, b  spot
	ra    float32 // radii at the two ends, on the canvas
	rb    float32
	layer int
	color color.RGBA
	pivot spot           // joint by which the solid turns; its scale is 0 for no joint
	ring  color.RGBA     // colour of the joint
	pos   multibody.Vec3 // of a cylinder, in the world
	rot   multibody.Mat3
	size  [3]float64
}

// ends returns geom i and the ends of its axis, which are equal for a sphere. It returns false for
// planes and hidden geoms.
func (d *Drawing) ends(data *multibody.Data, i int) (g multibody.Geom, a, b multibody.Vec3, ok bool) {
	g, _ = d.model.Geom(i)
	if g.Shape == multibody.Plane || d.Hidden[i] {
		return g, a, b, false
	}
	a = data.GeomPos(i)
	if g.Shape == multibody.Sphere {
		return g, a, a, true
	}
	half := data.GeomRot(i).Z.Scale(g.Size[1])
	return g, a.Sub(half), a.Add(half), true
}

// place collects the solids of the state of data that are in front of the camera.
func (d *Drawing) place(th *render.Theme, data *multibody.Data) {
	d.solids = d.solids[:0]
	for i := range d.model.Geoms() {
		d.at[i] = -1
		g, a, b, ok := d.ends(data, i)
		if !ok {
			continue
		}
		if g.Shape == multibody.Capsule {
			a, b = d.aboveGround(a, b)
		}
		s := solid{shape: g.Shape, a: d.view.at(a), b: d.view.at(b), layer: d.Styles[i].Layer, color: d.color(th, &g, i)}
		if s.a.scale == 0 || s.b.scale == 0 {
			continue
		}
		s.pos, s.rot, s.size = data.GeomPos(i), data.GeomRot(i), g.Size
		r := float32(g.Size[0])
		s.ra, s.rb = r*s.a.scale, r*s.b.scale
		d.at[i] = len(d.solids)
		d.solids = append(d.solids, s)
	}
}

// aboveGround returns the part of the axis of a capsule that is above all floors, whose ground would
// hide the rest. If no part is above, it returns the whole axis.
func (d *Drawing) aboveGround(a, b multibody.Vec3) (multibody.Vec3, multibody.Vec3) {
	for i := range d.floors {
		_, _, ha := d.floors[i].local(a)
		_, _, hb := d.floors[i].local(b)
		switch {
		case ha < 0 && hb > 0:
			a = a.AddScaled(b.Sub(a), ha/(ha-hb))
		case hb < 0 && ha > 0:
			b = b.AddScaled(a.Sub(b), hb/(hb-ha))
		}
	}
	return a, b
}

// outline is the shade of outlines.
const outline = -0.45

// The direction to the light on the canvas, a unit vector.
const lightX, lightY = -0.5, 0.866

// solid draws a solid.
func (d *Drawing) solid(c render.Canvas, s *solid) {
	if s.shape == multibody.Cylinder {
		d.cylinder(c, s)
		return
	}
	d.tube(c, s.a.x, s.a.y, s.ra, s.b.x, s.b.y, s.rb, shaded(s.color, outline))
	ra, rb := d.within(s.ra), d.within(s.rb)
	for _, b := range [...]struct{ radius, shade, shift float32 }{ // from the rim to the bright spot, which moves towards the light
		{1, -0.16, 0}, {0.84, -0.03, 0.07}, {0.66, 0.06, 0.14}, {0.46, 0.15, 0.21}, {0.25, 0.25, 0.28},
	} {
		dx, dy := b.shift*lightX, b.shift*lightY
		d.tube(c, s.a.x+dx*ra, s.a.y+dy*ra, b.radius*ra, s.b.x+dx*rb, s.b.y+dy*rb, b.radius*rb, shaded(s.color, b.shade))
	}
	if s.pivot.scale > 0 {
		d.xy = append(d.xy[:0], s.pivot.x, s.pivot.y)
		c.Line(d.xy, 0.8*min(s.ra, s.rb), s.ring)
	}
}

// within returns the radius within the outline of a round surface.
func (d *Drawing) within(r float32) float32 { return r - min(0.12*r, 0.006*float32(d.Camera.Height)) }

// tube draws two discs with the area between them.
func (d *Drawing) tube(c render.Canvas, ax, ay, ra, bx, by, rb float32, col color.RGBA) {
	d.xy = d.xy[:0]
	dx, dy := float64(bx-ax), float64(by-ay)
	length := math.Hypot(dx, dy)
	switch {
	case length <= math.Abs(float64(ra-rb))+1e-9: // one disc contains the other
		if rb > ra {
			ax, ay, ra = bx, by, rb
		}
		d.xy = append(d.xy, ax, ay)
		c.Line(d.xy, 2*ra, col)
	case math.Abs(float64(ra-rb)) < 0.01*float64(ra):
		d.xy = append(d.xy, ax, ay, bx, by)
		c.Line(d.xy, ra+rb, col)
	default:
		along := math.Atan2(dy, dx)
		side := math.Acos(float64(ra-rb) / length) // from the axis to the points where the common tangents touch
		d.arc(ax, ay, ra, along+side, along+2*math.Pi-side)
		d.arc(bx, by, rb, along-side, along+side)
		c.Fill(d.xy, col)
	}
}

// arcStep is the largest angle between two points of an arc [rad].
const arcStep = math.Pi / 14

// arc appends the points of an arc to d.xy.
func (d *Drawing) arc(x, y, r float32, from, to float64) {
	n := 1 + int(math.Abs(to-from)/arcStep)
	for i := range n + 1 {
		sin, cos := math.Sincos(from + (to-from)*float64(i)/float64(n))
		d.xy = append(d.xy, x+r*float32(cos), y+r*float32(sin))
	}
}

// cylinder draws a cylinder: its side, and the end that faces the camera.
func (d *Drawing) cylinder(c render.Canvas, s *solid) {
	axis, toward := s.rot.Z, d.view.toward(s.pos)
	if axis.Dot(toward) < 0 {
		axis = axis.Scale(-1)
	}
	top, bottom := s.pos.AddScaled(axis, s.size[1]), s.pos.AddScaled(axis, -s.size[1])
	side := axis.Cross(toward)
	if n := side.Norm(); n > 1e-6 {
		side = side.Scale(1 / n)
		front := side.Cross(axis)       // towards the camera, across the axis
		for _, b := range [...]struct { // parts of the visible half
			shade    float32
			from, to float64
		}{{outline, 0, 1}, {-0.2, 0.04, 0.94}, {-0.05, 0.15, 0.75}, {0.08, 0.28, 0.58}} {
			d.xy = d.xy[:0]
			from, to := b.from*math.Pi, b.to*math.Pi
			d.rim(bottom, side, front, s.size[0], from, to)
			d.rim(top, side, front, s.size[0], to, from)
			c.Fill(d.xy, shaded(s.color, b.shade))
		}
	}
	for k, shade := range [...]float32{outline, 0.1} {
		r := s.size[0]
		if k > 0 {
			r = float64(d.within(float32(r)))
		}
		d.xy = d.xy[:0]
		d.rim(top, s.rot.X, s.rot.Y, r, 0, 2*math.Pi)
		c.Fill(d.xy, shaded(s.color, shade))
	}
}

// rim appends the projected points of an arc with radius r about p to d.xy. The unit vector x points
// to the angle 0, and y to a quarter turn.
func (d *Drawing) rim(p, x, y multibody.Vec3, r, from, to float64) {
	n := 1 + int(math.Abs(to-from)/arcStep)
	for i := range n + 1 {
		sin, cos := math.Sincos(from + (to-from)*float64(i)/float64(n))
		at := d.view.at(p.AddScaled(x, r*cos).AddScaled(y, r*sin))
		d.xy = append(d.xy, at.x, at.y)
	}
}
