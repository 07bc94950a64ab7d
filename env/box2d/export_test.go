package box2d

import "github.com/rlrun/rlrun/planar"

// World returns the world of the lander, for tests.
func (l *LunarLander) World() *planar.World { return &l.world.World }

// World returns the world of the walker, for tests.
func (w *BipedalWalker) World() *planar.World { return &w.world.World }

// World returns the world of the car, for tests.
func (c *CarRacing) World() *planar.World { return &c.world.World }

// Bodies returns the lander's bodies, in the order of Physics.
func (l *LunarLander) Bodies() []int32 { return []int32{l.hull, l.legs[0], l.legs[1]} }

// Bodies returns the walker's bodies, in the order of Physics.
func (w *BipedalWalker) Bodies() []int32 { return append([]int32{w.hull}, w.legs[:]...) }

// Bodies returns the car's bodies, in the order of Physics.
func (c *CarRacing) Bodies() []int32 {
	b := c.car.bodies()
	return b[:]
}

// Wheels returns for each wheel the angular velocity, gas, brake, steering, phase, angle of the joint,
// speed of the motor, and tiles under it.
func (c *CarRacing) Wheels() (all []float64) {
	for i := range c.car.wheels {
		w := &c.car.wheels[i]
		steer := 0.0
		if i < 2 {
			steer = c.car.steer
		}
		all = append(all, w.omega, w.gas, c.car.brake, steer+0, w.phase,
			float64(c.world.JointAngle(w.joint)), float64(c.world.Joint(w.joint).Speed), float64(w.tiles))
	}
	return all
}

// Track returns alpha, beta, x and y of each tile, and the tiles with a border.
func (c *CarRacing) Track() (bends [][4]float64, borders []int) {
	for i, b := range c.track.bends {
		bends = append(bends, [4]float64{b.alpha, b.beta, b.x, b.y})
		if c.track.border[i] {
			borders = append(borders, i)
		}
	}
	return bends, borders
}

// Border returns the corners of the border of tile i.
func (c *CarRacing) Border(i int) (all [8]float64) {
	for k, p := range c.track.edge(i) {
		all[2*k], all[2*k+1] = p[0], p[1]
	}
	return all
}

// Drawn returns the number in the picture.
func (c *CarRacing) Drawn() float64 { return c.drawn }

// Colors returns red, green and blue of road, field and grass.
func (c *CarRacing) Colors() (all [9]float64) {
	for i, p := range [3][3]float64{c.look.road, c.look.field, c.look.grass} {
		copy(all[3*i:], p[:])
	}
	return all
}

// Skids returns the number of pieces of tyre marks in the episode.
func (c *CarRacing) Skids() int { return c.car.skids.count }
