package classic

import "github.com/rlrun/rlrun/env"

// MountainCarContinuous is a MountainCar whose action is the thrust, from -1 (left) to 1 (right).
// The reward is minus a tenth of the action squared. The episode ends at x ≥ 0.45 with a velocity
// of at least GoalVelocity; the reward of the last step is 100 higher. The time limit is 999
// steps; a return of 90 counts as solved.
//
// Observation: x [m], v [m/step].
//
// An action outside the bounds is clipped, but the reward is computed from the action before
// clipping. Each step computes in float64 and rounds the state to float32, as Gymnasium does with
// NumPy 1. With NumPy 2 Gymnasium computes in float32 and differs in the seventh digit.
type MountainCarContinuous struct {
	GoalVelocity float64 `yaml:"goal_velocity"` // smallest velocity at the flag that ends the episode [m/step]
	Low          float64 `yaml:"low"`           // lower bound of the position at the start (uniform between low and high) [m]
	High         float64 `yaml:"high"`          // upper bound of the position at the start [m]

	valley
}

var (
	_ env.Snapshotter = (*MountainCarContinuous)(nil)
	_ env.Physics     = (*MountainCarContinuous)(nil)
	_ env.DrawSetter  = (*MountainCarContinuous)(nil)
	_ env.Clipper     = (*MountainCarContinuous)(nil)
)

// NewMountainCarContinuous returns a MountainCarContinuous-v0.
func NewMountainCarContinuous() *MountainCarContinuous {
	return &MountainCarContinuous{Low: -0.6, High: -0.4}
}

// Validate returns an error if an option is not possible.
func (c *MountainCarContinuous) Validate() error { return checkCar(c.GoalVelocity, c.Low, c.High) }

// thrustSpace is the action space.
var thrustSpace env.Space = env.NewBox(-1, 1, 1)

// Spec returns the spaces, the time limit and the threshold.
func (c *MountainCarContinuous) Spec() env.Spec {
	return env.Spec{
		ID: "MountainCarContinuous-v0", Obs: valleySpace, Act: thrustSpace,
		MaxSteps: 999, RewardThreshold: new(90.0),
	}
}

// Reset puts the car at rest at a uniform position between Low and High, by default near the
// bottom of the valley.
func (c *MountainCarContinuous) Reset(seed uint64, obs []float32) { c.reset(seed, c.Low, c.High, obs) }

// Step drives the car for one time step.
func (c *MountainCarContinuous) Step(act, obs []float32) env.Outcome {
	const engine = 0.0015 // acceleration at full thrust [m/step²]
	a := float64(act[0])
	x, v := c.drive(engine * min(max(a, -1), 1))
	c.x[0], c.x[1] = float64(float32(x)), float64(float32(v))
	c.Observe(obs)
	out := env.Outcome{Reward: -float64(a * a * 0.1)}
	if x >= 0.45 && v >= c.GoalVelocity {
		out.Reward, out.Terminated = out.Reward+100, true
	}
	return out
}

// SetPhysics sets the position and the velocity. It returns an error if the car cannot have them.
func (c *MountainCarContinuous) SetPhysics(x []float64) error { return c.setPhysics(x, c.Low, c.High) }

// ClipsActions marks the environment as a Clipper: it clips the thrust to [-1, 1].
func (c *MountainCarContinuous) ClipsActions() {}
