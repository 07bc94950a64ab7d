package mechanism

import (
	"image/color"
	"math"

	"github.com/rlrun/rlrun/multibody"
	"github.com/rlrun/rlrun/render"
)

// forces draws the contact forces of the last evaluation as arrows. A force as large as the weight of
// the mechanism has half the largest length.
func (d *Drawing) forces(c render.Canvas, th *render.Theme, data *multibody.Data) {
	longest := 0.3 * d.Camera.Height
	width := float32(0.011 * d.Camera.Height)
	for i := range data.Contacts {
		f := data.ContactForce(i)
		size := f.Norm()
		length := longest * size / (size + d.weight)
		if !(length > 0.1*longest) {
			continue
		}
		p := data.Contacts[i].Pos
		a, b := d.view.at(p), d.view.at(p.AddScaled(f, length/size))
		if a.scale > 0 && b.scale > 0 {
			d.arrow(c, a.x, a.y, b.x, b.y, width, d.Forces.of(th))
		}
	}
}

// arrow draws an arrow between two points of the canvas.
func (d *Drawing) arrow(c render.Canvas, x0, y0, x1, y1, width float32, col color.RGBA) {
	dx, dy := x1-x0, y1-y0
	length := float32(math.Hypot(float64(dx), float64(dy)))
	head := 4 * width
	if length < 0.8*head {
		return
	}
	dx, dy = dx/length, dy/length
	bx, by := x1-dx*head, y1-dy*head
	if length > head {
		d.xy = append(d.xy[:0], x0, y0, bx, by)
		c.Line(d.xy, width, col)
	}
	d.xy = append(d.xy[:0], x1, y1, bx-dy*head*0.5, by+dx*head*0.5, bx+dy*head*0.5, by-dx*head*0.5)
	c.Fill(d.xy, col)
}

// effortOf returns the force of the actuators at a velocity as a share of their largest, -1 … 1. It is
// not a number if there is no actuator.
func (d *Drawing) effortOf(data *multibody.Data, dof int) float64 {
	return min(max(data.ActuatorForce[dof]/d.effort[dof], -1), 1)
}

// pivots adds the hinges to the solids that they turn. In perspective their colour shows the
// torques of the actuators.
func (d *Drawing) pivots(th *render.Theme, data *multibody.Data) {
	for i := range d.model.Joints() {
		j, body, dof := d.model.Joint(i)
		g := d.geomOf[body]
		loose := d.effort[dof] == 0 && (d.view.distance > 0 || d.model.Parent(body) == 0) // not a joint that one can see
		if j.Type != multibody.Hinge || loose || g < 0 || d.at[g] < 0 {
			continue
		}
		s := &d.solids[d.at[g]]
		if d.view.distance == 0 {
			s.ring = th.Paper
		} else {
			if s.pivot.scale == 0 {
				s.ring = shaded(s.color, -0.3)
			}
			s.ring = render.Mix(s.ring, d.Torques.of(th), float32(math.Abs(d.effortOf(data, dof))))
		}
		s.pivot = d.view.at(anchor(data, &j, body))
	}
}

// anchor returns a point on the axis of a joint, in the world.
func anchor(data *multibody.Data, j *multibody.Joint, body int) multibody.Vec3 {
	rot := data.BodyRot(body)
	return data.BodyPos(body).Add(rot.Mul(j.Pos))
}

// torques draws the forces of actuators, with parallel rays: an arrow that bends around a hinge that
// is seen along its axis, and a straight arrow for a slide.
func (d *Drawing) torques(c render.Canvas, th *render.Theme, data *multibody.Data) {
	if d.view.distance > 0 {
		return
	}
	for i := range d.model.Joints() {
		j, body, dof := d.model.Joint(i)
		if j.Type == multibody.Free || d.effort[dof] == 0 {
			continue
		}
		s := d.view.at(anchor(data, &j, body))
		rot := data.BodyRot(body)
		axis := rot.Mul(j.Axis)
		axis = axis.Scale(d.effortOf(data, dof) / max(axis.Norm(), 1e-9))
		if j.Type == multibody.Hinge {
			d.twist(c, s, -axis.Dot(d.view.forward), d.Torques.of(th))
			continue
		}
		length := float32(0.3 * d.Camera.Height)
		x, y := length*float32(axis.Dot(d.view.right)), length*float32(axis.Dot(d.view.up))
		d.arrow(c, s.x, s.y, s.x+x, s.y+y, float32(0.02*d.Camera.Height), d.Torques.of(th))
	}
}

// twist draws an arrow that bends around a spot, for a torque as a share of the largest.
func (d *Drawing) twist(c render.Canvas, s spot, share float64, col color.RGBA) {
	height := float32(d.Camera.Height)
	turn, width, r := 2.2*share, 0.012*height, 0.055*height
	if math.Abs(turn)*float64(r) < 1.5*float64(width) {
		return
	}
	from, to := math.Pi/2-turn/2, math.Pi/2+turn/2
	d.xy = d.xy[:0]
	d.arc(s.x, s.y, r, from, to)
	c.Line(d.xy, width, col)
	sin, cos := math.Sincos(to)
	way := float32(math.Copysign(3*float64(width), turn))
	x, y, nx, ny := s.x+r*float32(cos), s.y+r*float32(sin), 1.6*width*float32(cos), 1.6*width*float32(sin)
	d.xy = append(d.xy[:0], x-way*float32(sin), y+way*float32(cos), x+nx, y+ny, x-nx, y-ny)
	c.Fill(d.xy, col)
}
