package minatar

import (
	"errors"
	"math/bits"
)

// freeway is the game Freeway: a chicken crosses a road of eight lanes, from the last row to the first. The
// reward is 1 for each crossing, after which all cars have new speeds and directions. A car that hits the
// chicken sends it back to the last row. The episode ends after 2501 steps.
//
// Planes: chicken, cars, and five planes of trails, the cells behind the cars, one for each speed: plane 2
// for cars that move every second step, plane 6 for cars that move every sixth.
type freeway struct {
	y         int // row of the chicken, whose column is chickenColumn
	moveTimer int // steps to the next step of the chicken
	timeLeft  int // the episode ends when it is below 0
	cars      [side - 2]car
	moved     uint8 // bit i: car i has changed since the last observe
}

// A car drives in row i+1 if its number is i.
type car struct {
	x     int
	timer int // steps to its next move
	speed int // steps between two moves, less one; negative if it drives to the left
}

// freewayTitle returns the game Freeway.
func freewayTitle() title {
	return title{
		name: "Freeway",
		planes: []look{
			{"chicken", player}, {"car", enemy}, {"speed 1", trail}, {"speed 2", trail}, {"speed 3", trail}, {"speed 4", trail}, {"speed 5", trail},
		},
		minimal: []action{noop, up, down},
		rules:   func() rules { return &freeway{} },
	}
}

const (
	chickenColumn   = 4
	chickenInterval = 3    // steps between two steps of the chicken
	freewayTime     = 2500 // steps of an episode, less one
	maxCarSpeed     = 5
)

// start begins with the chicken in the last row, and all cars at the left.
func (f *freeway) start(d *draws) {
	*f = freeway{y: side - 1, moveTimer: chickenInterval, timeLeft: freewayTime}
	f.changeCars(d)
}

// changeCars gives all cars new speeds and directions.
func (f *freeway) changeCars(d *draws) {
	f.moved = allThings
	for i := range f.cars {
		c := &f.cars[i]
		c.speed = d.whole(1, maxCarSpeed)
		c.timer = c.speed
	}
	for i := range f.cars {
		if d.uniform() < 0.5 {
			f.cars[i].speed *= -1
		}
	}
}

// step moves the chicken, then the cars.
func (f *freeway) step(a action, _ bool, d *draws) (reward int, terminal bool) {
	switch {
	case f.moveTimer > 0:
		f.moveTimer--
	case a == up:
		f.y, f.moveTimer = max(f.y-1, 0), chickenInterval-1
	case a == down:
		f.y, f.moveTimer = min(f.y+1, side-1), chickenInterval-1
	}
	if f.y == 0 {
		reward = 1
		f.changeCars(d)
		f.y = side - 1
	}
	for i := range f.cars {
		c := &f.cars[i]
		hit := c.x == chickenColumn
		if c.timer == 0 {
			c.move()
			f.moved |= 1 << i
			hit = hit || c.x == chickenColumn
		} else {
			c.timer--
		}
		if hit && f.y == i+1 {
			f.y = side - 1
		}
	}
	f.timeLeft--
	return reward, f.timeLeft < 0
}

// move moves the car by a cell. Beyond a side it comes back at the other one.
func (c *car) move() {
	c.timer = c.paces()
	c.x = around(c.x + ahead(c.speed > 0))
}

// paces returns the speed without its direction.
func (c *car) paces() int { return max(c.speed, -c.speed) }

// around returns column x of the field, whose sides are joined, for x = -1 … 10.
func around(x int) int {
	switch {
	case x < 0:
		return side - 1
	case x >= side:
		return 0
	}
	return x
}

// observe writes the planes.
func (f *freeway) observe(p *picture) {
	p.move(0, 0, f.y, chickenColumn)
	for ; f.moved != 0; f.moved &= f.moved - 1 {
		i := bits.TrailingZeros8(f.moved)
		c := &f.cars[i]
		p.move(1+2*i, 1, i+1, c.x)
		p.move(2+2*i, 1+c.paces(), i+1, around(c.x-ahead(c.speed > 0)))
	}
}

// fields writes or reads the state.
func (f *freeway) fields(r *record) {
	f.moved = allThings
	whole(r, "the chicken's row", &f.y, 0, side-1)
	whole(r, "the move timer", &f.moveTimer, 0, maxCount)
	whole(r, "the time left", &f.timeLeft, -1, maxCount)
	for i := range f.cars {
		c := &f.cars[i]
		whole(r, "a car's column", &c.x, 0, side-1)
		whole(r, "a car's timer", &c.timer, 0, maxCount)
		whole(r, "a car's speed", &c.speed, -maxCarSpeed, maxCarSpeed)
		if r.reads && c.speed == 0 {
			r.fail(errNoSpeed)
		}
	}
}

var errNoSpeed = errors.New("minatar: a car's speed is never 0, want -5 … -1 or 1 … 5")
