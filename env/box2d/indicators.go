package box2d

import "math"

// drawIndicators draws the bars below the picture: the speed, the wheels' angular velocities, the
// steering and the car's angular velocity.
func (p *picture) drawIndicators(c *CarRacing) {
	const s, h = windowWidth / 40.0, windowHeight / 40.0
	up := func(place, value float64, col [3]uint8) {
		if math.Abs(value) > 1e-6 {
			p.rectangle(place*s, windowHeight-(h+float64(h*value)), (place+1)*s, windowHeight-h, col)
		}
	}
	across := func(place, value float64, col [3]uint8) {
		if math.Abs(value) > 1e-4 {
			p.rectangle(place*s, windowHeight-4*h, float64((place+value)*s), windowHeight-2*h, col)
		}
	}
	b := c.world.Body(c.car.hull)
	v := b.Velocity()
	up(5, float64(0.02*norm(float64(v.X), float64(v.Y))), [3]uint8{255, 255, 255})
	for i, col := range [wheels][3]uint8{{0, 0, 255}, {0, 0, 255}, {51, 0, 255}, {51, 0, 255}} {
		up(float64(7+i), float64(0.01*c.car.wheels[i].omega), col)
	}
	across(20, float64(-10*float64(c.world.JointAngle(c.car.wheels[0].joint))), [3]uint8{0, 255, 0})
	across(30, float64(-0.8*float64(b.Spin())), [3]uint8{255, 0, 0})
}

// rectangle paints a rectangle of the window, with y down.
func (p *picture) rectangle(x0, y0, x1, y1 float64, col [3]uint8) {
	x0, x1 = math.Trunc(min(x0, x1)), math.Trunc(max(x0, x1))+1
	y0, y1 = math.Trunc(min(y0, y1)), math.Trunc(max(y0, y1))+1
	x0, x1 = max(x0, 0)*pictureSide/windowWidth, min(x1, windowWidth)*pictureSide/windowWidth
	y0, y1 = max(y0, 0)*pictureSide/windowHeight, min(y1, windowHeight)*pictureSide/windowHeight
	for y := max(pictureRows, int(y0)); float64(y) < y1; y++ {
		dy := overlap(y, y0, y1)
		for x := int(x0); float64(x) < x1; x++ {
			share := float64(dy * overlap(x, x0, x1))
			at := p.bar[3*((y-pictureRows)*pictureSide+x):][:3]
			for k := range at {
				at[k] += uint8(int(share * (float64(col[k]) - float64(at[k]))))
			}
		}
	}
}

// overlap returns which part of the interval from i to i + 1 is between low and high.
func overlap(i int, low, high float64) float64 {
	return min(float64(i+1), high) - max(float64(i), low)
}
