package classic

import "github.com/rlrun/rlrun/env"

// MountainCar is a car in a valley, whose engine is too weak for the slope: it
// drives left (0), not (1) or right (2), and must rock itself up. Each step
// pays -1 until it is at the flag on the right hill, x ≥ 0.5, and no slower
// than GoalVelocity; there are 200 at most, and -110 counts as solved.
//
// Observation: x [m], v [m/step].
//
// The task is Moore's, "Efficient memory-based learning for robot control",
// 1990; the equations are Sutton and Barto's, "Reinforcement learning: an
// introduction", 2018, example 10.1, but that the flag is before the right end.
type MountainCar struct {
	// GoalVelocity is the least velocity at the flag [m/step].
	GoalVelocity float64 `yaml:"goal_velocity"`
	// Low and High bound the position at the start, uniformly [m].
	Low  float64 `yaml:"low"`
	High float64 `yaml:"high"`

	valley
}

var (
	_ env.Snapshotter = (*MountainCar)(nil)
	_ env.Physics     = (*MountainCar)(nil)
	_ env.DrawSetter       = (*MountainCar)(nil)
)

// NewMountainCar returns a MountainCar-v0.
func NewMountainCar() *MountainCar { return &MountainCar{Low: -0.6, High: -0.4} }

// Validate reports options that no MountainCar can have.
func (c *MountainCar) Validate() error { return checkCar(c.GoalVelocity, c.Low, c.High) }

// Spec describes the task.
func (c *MountainCar) Spec() env.Spec {
	return env.Spec{
		ID: "MountainCar-v0", Obs: valleySpace, Act: env.Discrete{N: 3},
		MaxSteps: 200, RewardThreshold: new(-110.0),
	}
}

// Reset puts the car to rest between Low and High, by default near the bottom.
func (c *MountainCar) Reset(seed uint64, obs []float32) { c.reset(seed, c.Low, c.High, obs) }

// Step drives for one time step.
func (c *MountainCar) Step(act, obs []float32) env.Outcome {
	const engine = 0.001 // [m/step²]
	x, v := c.drive(engine * float64(act[0]-1))
	c.x[0], c.x[1] = x, v
	c.Observe(obs)
	return env.Outcome{Reward: -1, Terminated: x >= 0.5 && v >= c.GoalVelocity}
}

// SetPhysics sets what Physics returns: a position and a velocity that the car can
// have.
func (c *MountainCar) SetPhysics(x []float64) error { return c.setPhysics(x, c.Low, c.High) }
