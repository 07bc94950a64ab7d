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
	for y := int(y0); float64(y) < y1; y++ {
		dy := overlap(y, y0, y1)
		for x := int(x0); float64(x) < x1; x++ {
			share := float64(dy * overlap(x, x0, x1))
			at := p.bytes[3*(y*pictureSide+x):][:3]
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

// Sizes of a glyph.
const (
	glyphWidth  = 5
	glyphHeight = 7
	minus       = 10 // glyph of the minus sign
)

// glyphs are the ten digits and the minus sign, in five columns of seven rows.
var glyphs = [11][glyphHeight]uint8{
	{0b01110, 0b11011, 0b11011, 0b11011, 0b11011, 0b11011, 0b01110},
	{0b00110, 0b01110, 0b11110, 0b00110, 0b00110, 0b00110, 0b00110},
	{0b01110, 0b11011, 0b00011, 0b00110, 0b01100, 0b11000, 0b11111},
	{0b01110, 0b11011, 0b00011, 0b00110, 0b00011, 0b11011, 0b01110},
	{0b00011, 0b00111, 0b01111, 0b11011, 0b11111, 0b00011, 0b00011},
	{0b11111, 0b11000, 0b11110, 0b11011, 0b00011, 0b11011, 0b01110},
	{0b01110, 0b11011, 0b11000, 0b11110, 0b11011, 0b11011, 0b01110},
	{0b11111, 0b00011, 0b00110, 0b00110, 0b01100, 0b01100, 0b01100},
	{0b01110, 0b11011, 0b11011, 0b01110, 0b11011, 0b11011, 0b01110},
	{0b01110, 0b11011, 0b11011, 0b01111, 0b00011, 0b11011, 0b01110},
	{0b00000, 0b00000, 0b00000, 0b01110, 0b01110, 0b00000, 0b00000},
}

// A label is the return as glyphs, the last one first.
type label struct {
	glyphs [24]uint8
	n      int
}

// add adds a glyph to the left.
func (l *label) add(g uint8) {
	l.glyphs[l.n] = g
	l.n++
}

// labelOf returns a number as Python's format 04.0f writes it.
func labelOf(x float64) (l label) {
	v, width := int64(math.RoundToEven(min(math.Abs(x), 1e15))), 4
	if math.Signbit(x) {
		width = 3
	}
	for v > 0 || l.n < width {
		l.add(uint8(v % 10))
		v /= 10
	}
	if math.Signbit(x) {
		l.add(minus)
	}
	return l
}

// ink is the shares of the pixels that glyphs cover, from the first row below the picture.
type ink [pictureSide - pictureRows][24]float32

// drawReturn writes the return in the lower left corner.
func (p *picture) drawReturn(x float64) {
	const (
		advance = 24.2 // from glyph to glyph, in pixels of the window
		weight  = 0.8  // strokes are thinner than the cells of glyphs
	)
	l := labelOf(x)
	left := 60 - (float64(advance*float64(l.n))+2)/2 + 1.5
	var paper ink
	for i := range l.n {
		paper.add(l.glyphs[l.n-1-i], left+float64(float64(i)*advance))
	}
	for y := range paper {
		for x, s := range paper[y] {
			if s > 0 {
				at := p.bytes[3*((pictureRows+y)*pictureSide+x):][:3]
				v := uint8(max(0, float32(255*weight*min(s, 1))-1.5))
				at[0], at[1], at[2] = max(at[0], v), max(at[1], v), max(at[2], v)
			}
		}
	}
}

// add adds a glyph whose left side is at x in the window.
func (k *ink) add(glyph uint8, x float64) {
	const (
		top    = windowHeight - 2.5*windowHeight/40 - 19.5
		width  = 4.2 // of a cell of a glyph, in pixels of the window
		height = 31.0 / glyphHeight
	)
	for row, line := range glyphs[glyph] {
		for column := range glyphWidth {
			if line>>(glyphWidth-1-column)&1 == 0 {
				continue
			}
			x0 := (x + float64(float64(column)*width)) * pictureSide / windowWidth
			y0 := (top+float64(float64(row)*height))*pictureSide/windowHeight - pictureRows
			k.cell(x0, y0, x0+width*pictureSide/windowWidth, y0+height*pictureSide/windowHeight)
		}
	}
}

// cell adds the shares of a cell.
func (k *ink) cell(x0, y0, x1, y1 float64) {
	for y := max(0, int(y0)); float64(y) < y1 && y < len(k); y++ {
		for x := max(0, int(x0)); float64(x) < x1 && x < len(k[0]); x++ {
			k[y][x] += float32(overlap(y, y0, y1) * overlap(x, x0, x1))
		}
	}
}
