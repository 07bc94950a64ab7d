package classic

import "github.com/rlrun/rlrun/env"

// MountainCar is a car in a valley with an engine too weak for the slope. It must swing back and
// forth to reach the flag on the right hill. Actions: drive left 0, do not drive 1, drive right
// 2. Each step has the reward -1. The episode ends at x ≥ 0.5 with a velocity of at least
// GoalVelocity. The time limit is 200 steps; a return of -110 counts as solved.
//
// Observation: x [m], v [m/step].
//
// The task is from Moore, "Efficient memory-based learning for robot control", 1990. The
// equations are from Sutton and Barto, "Reinforcement learning: an introduction", 2018, example
// 10.1, but here the flag stands before the right end of the track.
type MountainCar struct {
	GoalVelocity float64 `yaml:"goal_velocity"` // smallest velocity at the flag that ends the episode [m/step]
	Low          float64 `yaml:"low"`           // lower bound of the position at the start (uniform between low and high) [m]
	High         float64 `yaml:"high"`          // upper bound of the position at the start [m]

	valley
}

var (
	_ env.Snapshotter = (*MountainCar)(nil)
	_ env.Physics     = (*MountainCar)(nil)
	_ env.DrawSetter  = (*MountainCar)(nil)
)

// NewMountainCar returns a MountainCar-v0.
func NewMountainCar() *MountainCar { return &MountainCar{Low: -0.6, High: -0.4} }

// Validate returns an error if an option is not possible.
func (c *MountainCar) Validate() error { return checkCar(c.GoalVelocity, c.Low, c.High) }

// Spec returns the spaces, the time limit and the threshold.
func (c *MountainCar) Spec() env.Spec {
	return env.Spec{
		ID: "MountainCar-v0", Obs: valleySpace, Act: env.Discrete{N: 3},
		MaxSteps: 200, RewardThreshold: new(-110.0),
	}
}

// Reset puts the car at rest at a uniform position between Low and High, by default near the
// bottom of the valley.
func (c *MountainCar) Reset(seed uint64, obs []float32) { c.reset(seed, c.Low, c.High, obs) }

// Step drives the car for one time step.
func (c *MountainCar) Step(act, obs []float32) env.Outcome {
	const engine = 0.001 // [m/step²]
	x, v := c.drive(engine * float64(act[0]-1))
	c.x[0], c.x[1] = x, v
	c.Observe(obs)
	return env.Outcome{Reward: -1, Terminated: x >= 0.5 && v >= c.GoalVelocity}
}

// SetPhysics sets the position and the velocity. It returns an error if the car cannot have them.
func (c *MountainCar) SetPhysics(x []float64) error { return c.setPhysics(x, c.Low, c.High) }
