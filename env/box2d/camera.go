package box2d

import "math"

// A camera maps the world to the window.
type camera struct {
	cos, sin     float64
	zoom, tx, ty float64
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
