package classic

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// The valley's constants, with Gymnasium's values.
const (
	leftEnd   = -1.2   // [m]
	rightEnd  = 0.6    // [m]
	maxSpeed  = 0.07   // [m/step]
	slopePull = 0.0025 // acceleration at the steepest slope [m/step²]
)

// A valley is a car in a valley: the common part of MountainCar and MountainCarContinuous.
type valley struct {
	x      [2]float64 // x [m], v [m/step]
	thrust float64    // thrust of the latest step [m/step²], for Draw
	rng    env.Rand   // used only by Reset
}

// checkCar returns an error if an option of MountainCar or MountainCarContinuous is not possible.
func checkCar(goalVelocity, low, high float64) error {
	if goalVelocity-goalVelocity != 0 {
		return fmt.Errorf("goal_velocity %v, want a number", goalVelocity)
	}
	return checkBounds(low, high)
}

// valleySpace is the observation space.
var valleySpace env.Space = env.Box{
	Low: []float32{leftEnd, -maxSpeed}, High: []float32{rightEnd, maxSpeed}, Names: []string{"position", "velocity"},
}

// reset puts the car at rest at a uniform position between low and high [m].
func (c *valley) reset(seed uint64, low, high float64, obs []float32) {
	c.rng.Seed(seed)
	c.thrust = 0
	c.x = [2]float64{c.rng.Uniform(low, high), 0}
	c.Observe(obs)
}

// drive returns the position and the velocity after one step with the given thrust [m/step²].
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

// Observe writes the state as float32 numbers.
func (c *valley) Observe(obs []float32) { obs[0], obs[1] = float32(c.x[0]), float32(c.x[1]) }

// State saves or loads the physical state. The generator need not be saved, because only Reset
// uses it and seeds it again.
func (c *valley) State(s *state.State) { s.Doubles("mountaincar", c.x[:]) }

// SetDraws gives the uniform number for the next Reset.
func (c *valley) SetDraws(u []float64) error { return c.rng.SetDraws(u) }

// Physics appends x [m] and v [m/step].
func (c *valley) Physics(dst []float64) []float64 { return append(dst, c.x[:]...) }

// setPhysics sets the position and the velocity. It returns an error if the car cannot have them:
// the position must be in the valley, or between low and high, where episodes begin.
func (c *valley) setPhysics(x []float64, low, high float64) error {
	return setPhysics(c.x[:], x,
		boundedVariable{"position", 0, min(leftEnd, low), max(rightEnd, high)}, boundedVariable{"velocity", 1, -maxSpeed, maxSpeed})
}
