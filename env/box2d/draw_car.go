package box2d

import (
	"fmt"
	"image/color"
	"math"

	"github.com/rlrun/rlrun/planar"
	"github.com/rlrun/rlrun/render"
)

var (
	_ render.Scene      = (*CarRacing)(nil)
	_ render.Paced      = (*CarRacing)(nil)
	_ render.Controlled = (*CarRacing)(nil)
)

// Sizes of the window around the car, which is at the origin and heads up [m].
const (
	viewLeft, viewRight = -32.0, 32.0
	viewLow, viewHigh   = -14.0, 30.0
	viewBar             = 5.0 // height of the bar below
)

// A headUp maps the world to the window.
type headUp struct {
	at       planar.Vec
	sin, cos float32
}

// place returns a point of the world in the window.
func (v *headUp) place(x, y float32) (float32, float32) {
	x, y = x-v.at.X, y-v.at.Y
	return v.cos*x + v.sin*y, v.cos*y - v.sin*x
}

// Draw draws the road around the car from above, the car's heading up, and below the speed, the visited
// tiles, gas and brake. Visited tiles are darker, and tyres that slip leave marks.
func (c *CarRacing) Draw(d render.Canvas, l render.Look) {
	d.View(viewLeft, viewLow-viewBar, viewRight, viewHigh, l.Paper)
	if c.world.Bodies() == 0 {
		return // before the first Reset
	}
	b := c.world.Body(c.car.hull)
	sin, cos := math.Sincos(float64(b.Angle()))
	v := headUp{b.Position(), float32(sin), float32(cos)}
	grass := render.Mix(l.Paper, l.Green, 0.25)
	render.Rect(d, -beyond, viewLow, beyond, beyond, grass)
	c.drawPatches(d, l, &v)
	for i := range c.track.bends {
		road := render.Mix(l.Faint, l.Soft, 0.35)
		if c.visited[i] {
			road = render.Mix(l.Faint, l.Soft, 0.75)
		}
		c.quad(d, &v, c.track.tile(i), road)
	}
	for i, has := range c.track.border {
		if !has {
			continue
		}
		border := l.Paper
		if i%2 == 1 {
			border = l.Red
		}
		c.quad(d, &v, c.track.edge(i), border)
	}
	c.drawSkids(d, l, &v)
	c.drawParts(d, l, &v)
	c.drawBar(d, l)
}

// drawPatches draws patches of grass, by which one sees the movement off the road.
func (c *CarRacing) drawPatches(d render.Canvas, l render.Look, v *headUp) {
	lighter := render.Mix(l.Paper, l.Green, 0.33)
	x0, y0 := math.Floor(float64(v.at.X)/(2*patch)), math.Floor(float64(v.at.Y)/(2*patch))
	for i := -3.0; i <= 3; i++ {
		for k := -3.0; k <= 3; k++ {
			x, y := 2*patch*(x0+i), 2*patch*(y0+k)
			if math.Abs(x) < playfield && math.Abs(y) < playfield {
				c.quad(d, v, quad{{x, y}, {x + patch, y}, {x + patch, y + patch}, {x, y + patch}}, lighter)
			}
		}
	}
}

// drawParts draws wheels, each with its mark, and hull.
func (c *CarRacing) drawParts(d render.Canvas, l render.Look, v *headUp) {
	const w, r = wheelWidth, wheelRadius
	for i := range c.car.wheels {
		k := &c.car.wheels[i]
		b := c.world.Body(k.body)
		c.shape(d, v, corners(b, [2]float64{-w, r}, [2]float64{w, r}, [2]float64{w, -r}, [2]float64{-w, -r}), l.Ink)
		if y1, y2, ok := k.mark(); ok {
			c.shape(d, v, corners(b, [2]float64{-w, y1}, [2]float64{w, y1}, [2]float64{w, y2}, [2]float64{-w, y2}), l.Soft)
		}
	}
	for _, points := range hullParts {
		c.shape(d, v, corners(c.world.Body(c.car.hull), points...), l.Red)
	}
}

// drawBar writes the speed and the visited tiles, and draws gas and brake as bars.
func (c *CarRacing) drawBar(d render.Canvas, l render.Look) {
	const y, size = viewLow - viewBar + 1.6, 2.4
	render.Rect(d, -beyond, -beyond, beyond, viewLow, l.Paper)
	speed := c.world.Body(c.car.hull).Velocity()
	d.Text(viewLeft+2, y, size, 0, fmt.Sprintf("%.0f m/s", norm(float64(speed.X), float64(speed.Y))), l.Label())
	d.Text(-16, y, size, 0, fmt.Sprintf("tiles %d of %d", c.count, len(c.track.bends)), l.Label())
	for _, pedal := range [2]struct {
		x     float32
		name  string
		share float64
		fill  color.RGBA
	}{{10, "gas", c.car.wheels[2].gas, l.Green}, {20, "brake", min(max(c.car.brake, 0), 1), l.Red}} {
		d.Text(pedal.x, y, size, 0, pedal.name, l.Label())
		x := pedal.x + size*0.62*float32(len(pedal.name))
		render.Rect(d, x, y, x+1, y+2*float32(pedal.share), pedal.fill)
	}
}

// Controls returns keys that steer, accelerate and brake.
func (c *CarRacing) Controls() []render.Control {
	if c.Continuous {
		return []render.Control{
			{Key: "up", Label: "gas", Act: []float32{0, 0.5, 0}}, {Key: "down", Label: "brake", Act: []float32{0, 0, 0.8}},
			{Key: "left", Label: "steer left", Act: []float32{-0.6, 0.1, 0}}, {Key: "right", Label: "steer right", Act: []float32{0.6, 0.1, 0}},
			{Label: "roll", Act: []float32{0, 0, 0}},
		}
	}
	return []render.Control{
		{Key: "up", Label: "gas", Act: []float32{3}}, {Key: "down", Label: "brake", Act: []float32{4}},
		{Key: "left", Label: "steer left", Act: []float32{2}}, {Key: "right", Label: "steer right", Act: []float32{1}},
		{Label: "roll", Act: []float32{0}},
	}
}

// quad draws four points of the world, if they can be in the window.
func (c *CarRacing) quad(d render.Canvas, v *headUp, q quad, col color.RGBA) {
	const far = 4 * viewRight
	if x, y := v.place(float32(q[0][0]), float32(q[0][1])); math.Abs(float64(x)) > far || math.Abs(float64(y)) > far {
		return
	}
	c.points = c.points[:0]
	for _, p := range q {
		x, y := v.place(float32(p[0]), float32(p[1]))
		c.points = append(c.points, x, y)
	}
	d.Fill(c.points, col)
}

// shape draws a part of the car.
func (c *CarRacing) shape(d render.Canvas, v *headUp, p polygonPoints, col color.RGBA) {
	c.points = c.points[:0]
	for _, q := range p.p[:p.n] {
		x, y := v.place(float32(q[0]), float32(q[1]))
		c.points = append(c.points, x, y)
	}
	d.Fill(c.points, col)
}
