// Package mechanism draws the states of a multibody.Model: a robot on its ground, with shadows,
// contact forces and torques. A robot of any model can be drawn in one call:
//
//	mechanism.New(model).Draw(canvas, look, data)
//
// New chooses a Camera and a Style for each body. Both are fields that a program can change.
package mechanism

import (
	"image/color"
	"math"

	"github.com/rlrun/rlrun/multibody"
	"github.com/rlrun/rlrun/render"
)

// A Drawing draws states of one Model. It keeps buffers, so only one goroutine at a time may use it.
// Draw allocates nothing once the buffers have their sizes, except for texts of distances that were
// not shown before.
type Drawing struct {
	Camera     Camera
	Styles     []Style // [geoms] of each geom
	Hidden     []bool  // [geoms] geoms that are not drawn
	FileColors bool    // geoms have the Builder's colours, in place of Styles
	Forces     Tone    // colour of contact forces
	Torques    Tone    // colour of torques

	model  *multibody.Model
	weight float64   // of the whole mechanism [N]
	effort []float64 // [velocities] largest force of the actuators [N m or N]
	geomOf []int     // [bodies] first geom of each body that is drawn; -1 for none

	view   view
	floors []floor // planes that are seen from above
	solids []solid
	at     []int // [geoms] index in solids; -1 if the geom is not drawn
	order  order
	xy     []float32 // points of the current shape
	marks  marks
}

// New returns a Drawing of m, with a Camera and Styles that fit its shape.
func New(m *multibody.Model) *Drawing {
	d := &Drawing{
		model: m, Forces: Green, Torques: Orange, Hidden: make([]bool, m.Geoms()),
		effort: make([]float64, m.NV), geomOf: make([]int, m.NBody), at: make([]int, m.Geoms()),
	}
	for i := range m.NBody {
		d.weight += m.Mass(i)
	}
	if d.weight *= m.Gravity.Norm(); d.weight == 0 {
		d.weight = 10
	}
	for i := range m.NU {
		a, dof := m.Actuator(i)
		d.effort[dof] += largest(a)
	}
	for i := range d.geomOf {
		d.geomOf[i] = -1
	}
	for i := range d.Hidden {
		g, body := m.Geom(i)
		if d.Hidden[i] = g.Color[3] == 0; !d.Hidden[i] && d.geomOf[body] < 0 && g.Shape != multibody.Plane {
			d.geomOf[body] = i
		}
	}
	d.styles()
	d.Camera = fitting(m)
	return d
}

// largest returns the largest force of an actuator for a control within its range, or for a control
// of 1 if it has no range.
func largest(a multibody.Actuator) float64 {
	force := math.Abs(a.Gear * a.Gain)
	if a.Limited {
		force *= max(math.Abs(a.Range[0]), math.Abs(a.Range[1]))
	}
	return force
}

// styles sets the Style of every geom: each tree has a tone, and neighbours have different shades.
func (d *Drawing) styles() {
	m := d.model
	all, trees := make([]Style, m.NBody), 0
	all[0] = Style{Tone: Soft}
	for i := 1; i < m.NBody; i++ {
		if p := m.Parent(i); p > 0 {
			all[i] = all[p]
			all[i].Shade = lighter - all[p].Shade
			continue
		}
		all[i].Tone = Tone(trees % int(Ink))
		trees++
	}
	d.Styles = make([]Style, m.Geoms())
	for i := range m.NBody {
		d.Paint(i, all[i])
	}
}

// lighter is the shade of every second body of a tree.
const lighter = 0.16

// Paint gives all geoms of a body the Style s.
func (d *Drawing) Paint(body int, s Style) {
	for i := range d.Styles {
		if _, b := d.model.Geom(i); b == body {
			d.Styles[i] = s
		}
	}
}

// Draw draws the state of data, at its last evaluation. The Look's Trail is drawn in the plane of
// the picture, or in perspective on the ground.
func (d *Drawing) Draw(c render.Canvas, l render.Look, data *multibody.Data) {
	d.view = d.Camera.view(data)
	x0, y0, x1, y1 := d.Camera.frame(&d.view)
	c.View(x0, y0, x1, y1, l.Paper)
	d.ground(c, &l.Theme, data)
	d.trail(c, &l)
	d.place(&l.Theme, data)
	d.pivots(&l.Theme, data)
	d.order.sort(d.solids)
	for _, i := range d.order.drawn {
		d.solid(c, &d.solids[i])
	}
	d.forces(c, &l.Theme, data)
	d.torques(c, &l.Theme, data)
}

// trail draws the Look's Trail.
func (d *Drawing) trail(c render.Canvas, l *render.Look) {
	latest := render.Mix(l.Paper, l.Soft, 0.9)
	for n, i := len(l.Trail)/2, 0; i+1 < n; i++ {
		d.xy = d.xy[:0]
		if d.point(l.Trail[2*i], l.Trail[2*i+1]) && d.point(l.Trail[2*i+2], l.Trail[2*i+3]) {
			c.Line(d.xy, float32(d.Camera.Height)*0.012, render.Mix(l.Paper, latest, float32(i+1)/float32(n)))
		}
	}
}

// point appends a point of the Trail to d.xy. In perspective it is a point on the first floor. It
// returns false if the point is behind the camera.
func (d *Drawing) point(x, y float32) bool {
	if d.view.distance > 0 {
		p := multibody.Vec3{X: float64(x), Y: float64(y)}
		if len(d.floors) > 0 {
			p.Z = d.floors[0].pos.Z
		}
		s := d.view.at(p)
		if s.scale == 0 {
			return false
		}
		x, y = s.x, s.y
	}
	d.xy = append(d.xy, x, y)
	return true
}

// color returns the colour of a geom.
func (d *Drawing) color(th *render.Theme, g *multibody.Geom, i int) color.RGBA {
	if d.FileColors {
		b := func(v float64) uint8 { return uint8(255*min(max(v, 0), 1) + 0.5) }
		return color.RGBA{b(g.Color[0]), b(g.Color[1]), b(g.Color[2]), 255}
	}
	return d.Styles[i].color(th)
}
