package box2d

import (
	"math"

	"github.com/rlrun/rlrun/multibody"
)

// A rgb is red, green and blue, 0 … 255.
type rgb [3]float32

// whole returns a colour in whole numbers, after a shade was added.
func whole(c [3]float64, shade float64) (w rgb) {
	for i, x := range c {
		w[i] = float32(math.Trunc(x + shade))
	}
	return w
}

// A picture has the memory for CarRacing's pictures.
type picture struct {
	camera
	coverage
	road [pictureRows * pictureSide][4]float32 // colour times share, and share
	base [pictureRows * pictureSide]rgb
	bar  [(pictureSide - pictureRows) * pictureSide * 3]uint8 // the indicators, below the picture
}

// observe draws the picture and writes it.
func (c *CarRacing) observe(obs []float32) {
	p := c.picture
	p.aim(c)
	p.drawField(c)
	p.drawRoad(c)
	p.drawCar(c)
	field := obs[:3*len(p.base)]
	for i := range p.base {
		c, to := &p.base[i], field[3*i:3*i+3]
		to[0], to[1], to[2] = shown(c[0]), shown(c[1]), shown(c[2])
	}
	clear(p.bar[:])
	p.drawIndicators(c)
	p.drawReturn(c.drawn)
	for i, v := range p.bar {
		obs[len(field)+i] = float32(v)
	}
}

// shown returns a colour in whole numbers, less 2 and not below 0, as pygame's smoothscale leaves it.
func shown(v float32) float32 { return float32(max(int32(v+0.5)-2, 0)) }

// patch is the side of a patch of grass [m].
const patch = playfield / 20

// drawField draws the field, on black, and the patches of grass on it.
func (p *picture) drawField(c *CarRacing) {
	field, grass := whole(c.look.field, 0), whole(c.look.grass, 0)
	at := c.world.Body(c.car.hull).Position()
	x0, y0, reach := float64(at.X), float64(at.Y), p.reach()
	if math.Abs(x0)+reach < playfield && math.Abs(y0)+reach < playfield {
		for i := range p.base {
			p.base[i] = field
		}
	} else {
		clear(p.base[:])
		q := quad{{playfield, playfield}, {playfield, -playfield}, {-playfield, -playfield}, {-playfield, playfield}}
		p.paint(q[:], field)
	}
	lift := rgb{grass[0] - field[0], grass[1] - field[1], grass[2] - field[2]}
	for i := -20; i < 20; i += 2 {
		x := float64(patch * float64(i))
		if math.Abs(x-x0) > reach+patch {
			continue
		}
		for k := -20; k < 20; k += 2 {
			y := float64(patch * float64(k))
			if math.Abs(y-y0) > reach+patch {
				continue
			}
			p.lift(quad{{x + patch, y}, {x, y}, {x, y + patch}, {x + patch, y + patch}}, lift)
		}
	}
}

// lift adds a colour to the pixels of a quad, by its shares.
func (p *picture) lift(q quad, c rgb) {
	var memory [maxCorners]pixelPoint
	points := p.place(&memory, q[:])
	if outside(points) || !p.fill(points, 0) {
		return
	}
	for y := p.y0; y <= p.y1; y++ {
		row, all, x := p.shares(y)
		to := p.base[y*pictureSide+x:]
		for ch, d := range c {
			if d == 0 {
				continue
			}
			for k, s := range row {
				to[k][ch] += float32(d * s)
			}
		}
		clear(all)
	}
}

// paint mixes a colour into the pixels of a polygon, by its shares.
func (p *picture) paint(corners [][2]float64, c rgb) {
	var memory [maxCorners]pixelPoint
	if !p.fill(p.place(&memory, corners), 0) {
		return
	}
	for y := p.y0; y <= p.y1; y++ {
		row, all, x := p.shares(y)
		to := p.base[y*pictureSide+x:]
		for k, s := range row {
			q := &to[k]
			q[0], q[1], q[2] = q[0]+float32(s*(c[0]-q[0])), q[1]+float32(s*(c[1]-q[1])), q[2]+float32(s*(c[2]-q[2]))
		}
		clear(all)
	}
}

// drawRoad draws tiles and borders. They lie side by side, so their shares add up; one after the other
// would let the field shine through.
func (p *picture) drawRoad(c *CarRacing) {
	const ends = 0b101 // sides of a tile where the next tiles are
	clear(p.road[:])
	at := c.world.Body(c.car.hull).Position()
	x0, y0, reach := float64(at.X), float64(at.Y), p.reach()+patch
	for i := range c.track.bends {
		b := &c.track.bends[i]
		if math.Abs(b.x-x0) > reach || math.Abs(b.y-y0) > reach {
			continue
		}
		shade := 0.0
		if c.shaded[i] {
			shade = 0.01 * float64(i%3) * 255
		}
		p.addRoad(c.track.tile(i), whole(c.look.road, shade), ends)
		if c.track.border[i] {
			border := rgb{255, 255, 255}
			if i%2 == 1 {
				border = rgb{255, 0, 0}
			}
			p.addRoad(c.track.edge(i), border, 0)
		}
	}
	for i := range p.base {
		q := &p.road[i]
		if q[3] == 0 {
			continue
		}
		b, rest := &p.base[i], 1-q[3]
		b[0], b[1], b[2] = float32(b[0]*rest)+q[0], float32(b[1]*rest)+q[1], float32(b[2]*rest)+q[2]
	}
}

// addRoad adds the shares of a piece of road. Where they sum to more than 1, the new piece lies on top.
func (p *picture) addRoad(q quad, c rgb, fixed uint) {
	var memory [maxCorners]pixelPoint
	points := p.place(&memory, q[:])
	if outside(points) || !p.fill(points, fixed) {
		return
	}
	for y := p.y0; y <= p.y1; y++ {
		row, all, x := p.shares(y)
		to := p.road[y*pictureSide+x:]
		for k, s := range row {
			if s == 0 {
				continue
			}
			q := &to[k]
			sum, keep := q[3]+s, float32(1)
			if sum > 1 {
				sum, keep = 1, (1-s)/q[3]
			}
			*q = [4]float32{
				float32(q[0]*keep) + float32(s*c[0]), float32(q[1]*keep) + float32(s*c[1]), float32(q[2]*keep) + float32(s*c[2]), sum,
			}
		}
		clear(all)
	}
}

// drawCar draws the wheels, with a mark that turns, and the hull.
func (p *picture) drawCar(c *CarRacing) {
	const w, r = wheelWidth, wheelRadius
	paint := func(b int32, col rgb, points ...[2]float64) {
		q := corners(c.world.Body(b), points...)
		p.paint(q.p[:q.n], col)
	}
	for i := range c.car.wheels {
		k := &c.car.wheels[i]
		paint(k.body, rgb{}, [2]float64{-w, r}, [2]float64{w, r}, [2]float64{w, -r}, [2]float64{-w, -r})
		if y1, y2, ok := k.mark(); ok {
			paint(k.body, rgb{77, 77, 77}, [2]float64{-w, y1}, [2]float64{w, y1}, [2]float64{w, y2}, [2]float64{-w, y2})
		}
	}
	for _, points := range hullParts {
		paint(c.car.hull, rgb{204, 0, 0}, points...)
	}
}

// mark returns the ends of the mark on a wheel, seen from above, or false if it is below.
func (w *wheel) mark() (y1, y2 float64, ok bool) {
	const length = 1.2 // [rad]
	s1, c1 := multibody.Sincos(w.phase)
	s2, c2 := multibody.Sincos(w.phase + length)
	if s1 > 0 && s2 > 0 {
		return 0, 0, false
	}
	if s1 > 0 {
		c1 = sign(c1)
	}
	if s2 > 0 {
		c2 = sign(c2)
	}
	return float64(wheelRadius * c1), float64(wheelRadius * c2), true
}
