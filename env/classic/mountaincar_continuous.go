package classic

import "github.com/rlrun/rlrun/env"

// MountainCarContinuous is a MountainCar with an accelerator: the action is the
// thrust, from -1 (left) to 1 (right). A step costs a tenth of the action's
// square; being at the flag, x ≥ 0.45, and no slower than GoalVelocity pays 100
// and ends the episode. There are 999 steps at most, and 90 counts as solved.
//
// Observation: x [m], v [m/step].
//
// An action beyond the bounds is clipped, but paid for as it is. Each step
// computes with float64s and rounds the state to float32s, as Gymnasium does on
// NumPy 1; NumPy 2 computes with float32s, and differs in the seventh digit.
type MountainCarContinuous struct {
	// GoalVelocity is the least velocity at the flag [m/step].
	GoalVelocity float64 `yaml:"goal_velocity"`
	// Low and High bound the position at the start, uniformly [m].
	Low  float64 `yaml:"low"`
	High float64 `yaml:"high"`

	valley
}

var (
	_ env.Snapshotter = (*MountainCarContinuous)(nil)
	_ env.Physics     = (*MountainCarContinuous)(nil)
	_ env.DrawSetter       = (*MountainCarContinuous)(nil)
	_ env.Clipper     = (*MountainCarContinuous)(nil)
)

// NewMountainCarContinuous returns a MountainCarContinuous-v0.
func NewMountainCarContinuous() *MountainCarContinuous {
	return &MountainCarContinuous{Low: -0.6, High: -0.4}
}

// Validate reports options that no MountainCarContinuous can have.
func (c *MountainCarContinuous) Validate() error { return checkCar(c.GoalVelocity, c.Low, c.High) }

// thrustSpace is what the engine can do.
var thrustSpace env.Space = env.NewBox(-1, 1, 1)

// Spec describes the task.
func (c *MountainCarContinuous) Spec() env.Spec {
	return env.Spec{
		ID: "MountainCarContinuous-v0", Obs: valleySpace, Act: thrustSpace,
		MaxSteps: 999, RewardThreshold: new(90.0),
	}
}

// Reset puts the car to rest between Low and High, by default near the bottom.
func (c *MountainCarContinuous) Reset(seed uint64, obs []float32) { c.reset(seed, c.Low, c.High, obs) }

// Step drives for one time step.
func (c *MountainCarContinuous) Step(act, obs []float32) env.Outcome {
	const engine = 0.0015 // at full thrust [m/step²]
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

// SetPhysics sets what Physics returns: a position and a velocity that the car can
// have.
func (c *MountainCarContinuous) SetPhysics(x []float64) error { return c.setPhysics(x, c.Low, c.High) }

// ClipsActions marks an environment that clips its actions: thrust to ±1.
func (c *MountainCarContinuous) ClipsActions() {}
