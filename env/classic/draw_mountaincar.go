package classic

import (
	"math"

	"github.com/rlrun/rlrun/render"
)

var (
	_ render.Scene = (*MountainCar)(nil)
	_ render.Scene = (*MountainCarContinuous)(nil)
)

// Draw draws the valley, the flag, the car and its thrust.
func (c *MountainCar) Draw(d render.Canvas, l render.Look) { c.draw(d, l, 0.5, 0.001) }

// Draw draws the valley, the flag, the car and its thrust.
func (c *MountainCarContinuous) Draw(d render.Canvas, l render.Look) { c.draw(d, l, 0.45, 0.0015) }

// height returns the height of the ground in the drawing [m].
func height(x float64) float32 {
	sin, _ := sincos(3 * x)
	return float32(float64(0.45*sin) + 0.55)
}

// ground has the corners of the ground in the drawing. The first and the last one are below the edge
// of any picture; the others are the points of the surface.
var ground = func() []float32 {
	const deep, pieces = -9, 90
	xy := []float32{leftEnd, deep}
	for i := range pieces + 1 {
		x := leftEnd + float64((rightEnd-leftEnd)*float64(i))/pieces
		xy = append(xy, float32(x), height(x))
	}
	return append(xy, rightEnd, deep)
}()

// draw draws the valley, the flag, the car and its thrust. The argument flag is the position of
// the flag [m], and engine is the full thrust of the car [m/step²].
func (c *valley) draw(d render.Canvas, l render.Look, flag, engine float64) {
	d.View(leftEnd, -0.06, rightEnd, 1.26, l.Paper)
	d.Fill(ground, l.Faint)
	d.Line(ground[2:len(ground)-2], 0.012, l.Soft)

	pole, foot := float32(flag), height(flag)
	render.Segment(d, pole, foot, pole, foot+0.19, 0.01, l.Ink)
	render.Polygon(d, l.Green, pole, foot+0.19, pole, foot+0.1, pole-0.11, foot+0.145)

	_, cos := sincos(3 * c.x[0])
	slope := math.Atan(1.35 * cos)
	car := render.At(d, float32(c.x[0]), height(c.x[0]), float32(slope), 1)
	for _, wheel := range [2]float32{-0.042, 0.042} {
		render.Disc(car, wheel, 0.026, 0.024, l.Soft)
	}
	render.Box(car, -0.085, 0.03, 0.085, 0.075, 0.018, l.Red)
	render.Box(car, -0.045, 0.05, 0.04, 0.105, 0.018, l.Red)
	if thrust := c.thrust / engine; thrust != 0 {
		side := float32(math.Copysign(1, thrust))
		render.Arrow(car, float32(side*0.1), 0.05, float32(side*0.1)+float32(float32(thrust)*0.16), 0.05, 0.018, l.Blue)
	}
}

// Controls returns keys for driving left and right.
func (c *MountainCar) Controls() []render.Control { return driving(0, 1, 2) }

// Controls returns keys for driving left and right with full thrust.
func (c *MountainCarContinuous) Controls() []render.Control { return driving(-1, 0, 1) }

// driving returns the controls of a car. The arguments are the actions for driving left, not
// driving and driving right.
func driving(left, rest, right float32) []render.Control {
	return []render.Control{
		{Key: "left", Label: "drive left", Act: []float32{left}}, {Key: "right", Label: "drive right", Act: []float32{right}},
		{Label: "roll", Act: []float32{rest}},
	}
}
