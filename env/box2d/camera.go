package box2d

import (
	"math"

	"github.com/rlrun/rlrun/multibody"
)

// A camera maps the world to the window.
type camera struct {
	cos, sin     float64
	zoom, tx, ty float64
}

// aim puts the camera over the car, with the car heading up. It comes nearer in the first second.
func (c *camera) aim(e *CarRacing) {
	const nearZoom, farZoom = 2.7 * trackScale, 0.1 * trackScale
	b := e.world.Body(e.car.hull)
	c.sin, c.cos = multibody.Sincos(-float64(b.Angle()))
	c.zoom = float64(farZoom*max(1-e.time, 0)) + float64(nearZoom*min(e.time, 1))
	x, y := float64(-float64(b.Position().X)*c.zoom), float64(-float64(b.Position().Y)*c.zoom)
	c.tx = windowWidth/2 + float64(c.cos*x) - float64(c.sin*y)
	c.ty = windowHeight/4 + float64(c.sin*x) + float64(c.cos*y)
}

// at returns the place of a point in the window, in whole pixels as Gymnasium's, with y up.
func (c *camera) at(x, y float64) pixelPoint {
	wx := float64((float64(c.cos*x)-float64(c.sin*y))*c.zoom) + c.tx
	wy := float64((float64(c.sin*x)+float64(c.cos*y))*c.zoom) + c.ty
	return pixelPoint{float32(math.Trunc(wx)), float32(math.Trunc(wy))}
}

// place returns the corners of a polygon in the window.
func (c *camera) place(dst *[maxCorners]pixelPoint, points [][2]float64) []pixelPoint {
	for i, p := range points {
		dst[i] = c.at(p[0], p[1])
	}
	return dst[:len(points)]
}

// reach returns the distance from the car up to which the window shows the world [m].
func (c *camera) reach() float64 { return 1200 / c.zoom }
