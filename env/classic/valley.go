package classic

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// The valley's constants, as Gymnasium has them.
const (
	leftEnd   = -1.2   // [m]
	rightEnd  = 0.6    // [m]
	maxSpeed  = 0.07   // [m/step]
	slopePull = 0.0025 // of the steepest slope [m/step²]
)

// A valley has a car in it. It is what the two kinds of MountainCar share.
type valley struct {
	x      [2]float64 // x [m], v [m/step]
	thrust float64    // the latest step's [m/step²], to be drawn
	rng    env.Rand   // used by Reset alone
}

// checkCar reports options that neither kind can have.
func checkCar(goalVelocity, low, high float64) error {
	if goalVelocity-goalVelocity != 0 {
		return fmt.Errorf("goal_velocity %v, want a number", goalVelocity)
	}
	return checkBounds(low, high)
}

// valleySpace has every x and v.
var valleySpace env.Space = env.Box{
	Low: []float32{leftEnd, -maxSpeed}, High: []float32{rightEnd, maxSpeed}, Names: []string{"position", "velocity"},
}

// reset puts the car to rest between low and high [m].
func (c *valley) reset(seed uint64, low, high float64, obs []float32) {
	c.rng.Seed(seed)
	c.thrust = 0
	c.x = [2]float64{c.rng.Uniform(low, high), 0}
	c.Observe(obs)
}

// drive returns where thrust [m/step²] brings the car in a step, and how fast.
// Sutton and Barto 2018, example 10.1:
//
//	v ← bound(v + thrust - 0.0025 cos 3x)
//	x ← bound(x + v), with v = 0 at the left end, which is a wall
func (c *valley) drive(thrust float64) (x, v float64) {
	c.thrust = thrust
	_, cos := sincos(float64(3 * c.x[0]))
	v = min(max(c.x[1]+(thrust-float64(slopePull*cos)), -maxSpeed), maxSpeed)
	x = min(max(c.x[0]+v, leftEnd), rightEnd)
	if x == leftEnd {
		v = max(v, 0)
	}
	return x, v
}

// Observe writes the state as float32s.
func (c *valley) Observe(obs []float32) { obs[0], obs[1] = float32(c.x[0]), float32(c.x[1]) }

// State visits the physical state, which is all there is: the generator is
// seeded anew by every Reset.
func (c *valley) State(s *state.State) { s.Doubles("mountaincar", c.x[:]) }

// SetDraws gives the next Reset its uniform number.
func (c *valley) SetDraws(u []float64) error { return c.rng.SetDraws(u) }

// Physics appends x [m], v [m/step].
func (c *valley) Physics(dst []float64) []float64 { return append(dst, c.x[:]...) }

// setPhysics sets what Physics returns: a position in the valley, or between low and
// high, where episodes begin, and a velocity.
func (c *valley) setPhysics(x []float64, low, high float64) error {
	return setPhysics(c.x[:], x,
		variable{"position", 0, min(leftEnd, low), max(rightEnd, high)}, variable{"velocity", 1, -maxSpeed, maxSpeed})
}
