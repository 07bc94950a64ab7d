package box2d

import (
	"image/color"

	"github.com/rlrun/rlrun/planar"
	"github.com/rlrun/rlrun/render"
)

// ink has the memory for drawing the shapes of a world.
type ink struct {
	points   []float32
	fixtures []int32
}

// beyond is farther than what any window shows, whatever its shape [m].
const beyond = 1000

// StepsPerSecond returns 50, which is real time.
func (*ink) StepsPerSecond() int { return fps }

// polygon draws points of a body, with an outline in a darker or lighter shade.
func (k *ink) polygon(c render.Canvas, b *planar.Body, points []planar.Vec, fill, line color.RGBA) {
	k.points = k.points[:0]
	for _, p := range points {
		q := b.Point(p)
		k.points = append(k.points, q.X, q.Y)
	}
	c.Fill(k.points, fill)
	k.points = append(k.points, k.points[:2]...)
	c.Line(k.points, 0.05, line)
}

// body draws all shapes of a body.
func (k *ink) body(c render.Canvas, w *planar.World, body int32, fill, line color.RGBA) {
	k.fixtures = w.Fixtures(k.fixtures[:0], body)
	for _, f := range k.fixtures {
		k.polygon(c, w.Body(body), w.ShapeOf(f).Points(), fill, line)
	}
}

// fillGround draws the ground below heights that are a step apart [m], and on both sides as far as a window
// shows it. Its surface is a line of the given width.
func (k *ink) fillGround(c render.Canvas, l render.Look, heights []float64, step float64, width float32) {
	k.points = append(k.points[:0], -beyond, float32(heights[0]))
	for i, y := range heights {
		k.points = append(k.points, float32(step*float64(i)), float32(y))
	}
	k.points = append(k.points, beyond, float32(heights[len(heights)-1]))
	surface := len(k.points)
	k.points = append(k.points, beyond, -beyond, -beyond, -beyond)
	c.Fill(k.points, l.Faint)
	c.Line(k.points[:surface], width, l.Soft)
}

// outline returns the colour of the outline of a body.
func outline(l render.Look, fill color.RGBA) color.RGBA { return render.Mix(fill, l.Ink, 0.45) }
