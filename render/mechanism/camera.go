package mechanism

import (
	"math"

	"github.com/rlrun/rlrun/multibody"
)

// A Camera is a point of view. It is a function of the state: the same state has the same picture.
type Camera struct {
	Azimuth   float64        // direction of view about the z axis [rad]: 0 along x, π/2 along y
	Elevation float64        // angle of the direction of view above the horizon [rad]; negative looks down
	Distance  float64        // from the middle of the picture [m]; 0 for parallel rays, which keep lengths
	Center    multibody.Vec3 // middle of the picture [m], from the position that the camera follows
	Width     float64        // of what every picture shows at its middle [m]
	Height    float64        // of what every picture shows at its middle [m]
	Body      int            // body that the camera follows; 0, the world, for a camera that stands still
	Along     multibody.Vec3 // share of the body's x, y and z that the camera follows, 0 … 1
}

// Side returns a Camera that looks along y with parallel rays: x is to the right and z upwards.
func Side(center multibody.Vec3, width, height float64) Camera {
	return Camera{Azimuth: math.Pi / 2, Center: center, Width: width, Height: height}
}

// Top returns a Camera that looks down with parallel rays: x is to the right and y upwards.
func Top(center multibody.Vec3, width, height float64) Camera {
	return Camera{Azimuth: math.Pi / 2, Elevation: -math.Pi / 2, Center: center, Width: width, Height: height}
}

// Perspective returns a Camera that looks from the front right and from above.
func Perspective(center multibody.Vec3, width, height float64) Camera {
	return Camera{
		Azimuth: multibody.Degrees(125), Elevation: multibody.Degrees(-16), Distance: 2.6 * max(width, height),
		Center: center, Width: width, Height: height,
	}
}

// Following returns c as a Camera that follows a body: Along is the share of its x, y and z.
func (c Camera) Following(body int, along multibody.Vec3) Camera {
	c.Body, c.Along = body, along
	return c
}

// A view projects points of the world on the canvas. With parallel rays, coordinates on the canvas
// are coordinates in the world. In perspective they are metres at the middle of the picture.
type view struct {
	right, up, forward multibody.Vec3
	center             multibody.Vec3 // middle of the picture, in the world
	distance           float64        // 0 for parallel rays
}

// A spot is a projected point.
type spot struct {
	x, y  float32 // on the canvas
	depth float64 // distance from the camera along the direction of view [m]
	scale float32 // canvas units per metre; 0 if the point is behind the camera
}

// view returns the projection of c in the state of d.
func (c *Camera) view(d *multibody.Data) view {
	sa, ca := sincos(c.Azimuth)
	se, ce := sincos(c.Elevation)
	v := view{
		right: multibody.Vec3{X: sa, Y: -ca}, up: multibody.Vec3{X: -se * ca, Y: -se * sa, Z: ce},
		forward: multibody.Vec3{X: ce * ca, Y: ce * sa, Z: se}, center: c.Center, distance: c.Distance,
	}
	if c.Body > 0 {
		p := d.BodyPos(c.Body)
		v.center = v.center.Add(multibody.Vec3{X: c.Along.X * p.X, Y: c.Along.Y * p.Y, Z: c.Along.Z * p.Z})
	}
	return v
}

// sincos returns the sine and the cosine of an angle, and exactly 0 for those of quarter turns.
func sincos(angle float64) (sin, cos float64) {
	sin, cos = math.Sincos(angle)
	const rounding = 1e-15
	if math.Abs(sin) < rounding {
		sin = 0
	}
	if math.Abs(cos) < rounding {
		cos = 0
	}
	return sin, cos
}

// at projects a point.
func (v *view) at(p multibody.Vec3) spot {
	if v.distance == 0 {
		return spot{float32(v.right.Dot(p)), float32(v.up.Dot(p)), v.forward.Dot(p), 1}
	}
	q := p.Sub(v.center)
	s := spot{depth: v.forward.Dot(q) + v.distance}
	if s.depth > v.distance*nearest {
		scale := v.distance / s.depth
		s.scale = float32(scale)
		s.x, s.y = float32(v.right.Dot(q)*scale), float32(v.up.Dot(q)*scale)
	}
	return s
}

// nearest is the smallest depth at which points are drawn, as a share of the camera's distance.
const nearest = 0.05

// toward returns the unit vector from a point to the camera.
func (v *view) toward(p multibody.Vec3) multibody.Vec3 {
	if v.distance == 0 {
		return v.forward.Scale(-1)
	}
	eye := v.center.AddScaled(v.forward, -v.distance)
	q := eye.Sub(p)
	return q.Scale(1 / max(q.Norm(), 1e-9))
}

// frame returns the rectangle of the canvas that is visible in every picture.
func (c *Camera) frame(v *view) (x0, y0, x1, y1 float32) {
	m := v.at(v.center)
	w, h := float32(c.Width/2), float32(c.Height/2)
	return m.x - w, m.y - h, m.x + w, m.y + h
}
