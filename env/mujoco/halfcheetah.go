package mujoco

import (
	"cmp"

	"github.com/rlrun/rlrun/env"
)

// HalfCheetah is a torso with a back leg and a front leg, each with a thigh, a shin and a foot, in a
// plane. It should run forward, along x. With the velocity v of its torso along x, the reward of a
// step is
//
//	forward_reward_weight · v - ctrl_cost_weight Σ action²
//
// Action: the controls of the motors of thigh, shin and foot of the back leg, then of the front leg,
// 30 to 120 N m for a control of 1. Observation: the height [m] and the angle of the torso, the angles of
// the joints [rad], and the velocities. Wawrzyński 2007, "Learning to control a 6-degree-of-freedom
// walking robot".
type HalfCheetah struct {
	FrameSkip           int     `yaml:"frame_skip"`            // time steps of the model, 0.01 s each, in a step
	ForwardRewardWeight float64 `yaml:"forward_reward_weight"` // weight of the velocity in the reward
	CtrlCostWeight      float64 `yaml:"ctrl_cost_weight"`      // weight of the squared actions in the reward
	ResetNoiseScale     float64 `yaml:"reset_noise_scale"`     // noise of the start: positions are uniform between minus and plus this number [m, rad], velocities normal [m/s, rad/s]

	ExcludePositions bool `yaml:"exclude_current_positions_from_observation"` // observations do not have x

	simulation // steps the mechanism
}

var _ task = (*HalfCheetah)(nil)

// NewHalfCheetah returns a HalfCheetah-v5. After its options are changed, call Validate.
func NewHalfCheetah() *HalfCheetah { return mustValidate(newHalfCheetah()) }

// newHalfCheetah returns a HalfCheetah with the default options and without a model.
func newHalfCheetah() *HalfCheetah {
	return &HalfCheetah{FrameSkip: 5, ForwardRewardWeight: 1, CtrlCostWeight: 0.1, ResetNoiseScale: 0.1, ExcludePositions: true}
}

// halfCheetahTerms are the facts of a step.
var halfCheetahTerms = []term{{"reward_forward", sum}, {"reward_ctrl", sum}, {"x_position", last}, {"x_velocity", mean}}

// Validate makes the simulation. It returns an error if an option is not possible.
func (c *HalfCheetah) Validate() error {
	if err := cmp.Or(
		checkFinite(option{"forward_reward_weight", c.ForwardRewardWeight}, option{"ctrl_cost_weight", c.CtrlCostWeight}),
		checkNoise(c.ResetNoiseScale),
	); err != nil {
		return err
	}
	b := halfCheetahModel()
	if err := c.build(b, c.FrameSkip, halfCheetahTerms, 0); err != nil {
		return err
	}
	joints := []string{"back thigh", "back shin", "back foot", "front thigh", "front shin", "front foot"}
	positions, velocities := planarNames("torso", "x", "z", joints...)
	c.describe("HalfCheetah-v5", 1000, new(4800.0), b, append(positions[c.excluded():], velocities...), joints...)
	return nil
}

// excluded returns the number of positions that observations do not have.
func (c *HalfCheetah) excluded() int { return oneIf(c.ExcludePositions) }

// Reset puts the cheetah close to its initial pose, nearly at rest.
func (c *HalfCheetah) Reset(seed uint64, obs []float32) {
	c.start(seed)
	c.addUniform(c.data.Qpos, c.ResetNoiseScale)
	c.addNormal(c.data.Qvel, c.ResetNoiseScale)
	c.Observe(obs)
}

// Step moves the cheetah for one step.
func (c *HalfCheetah) Step(act, obs []float32) env.Outcome {
	x := c.data.Qpos[0]
	c.advance(act)
	c.Observe(obs)
	velocity := (c.data.Qpos[0] - x) / c.dt
	forward, control := float64(c.ForwardRewardWeight*velocity), float64(c.CtrlCostWeight*sumSquares(act))
	c.record(forward, -control, c.data.Qpos[0], velocity)
	return env.Outcome{Reward: forward - control}
}

// Observe writes the positions and the velocities.
func (c *HalfCheetah) Observe(obs []float32) {
	writeFloats(writeFloats(obs, c.data.Qpos[c.excluded():]), c.data.Qvel)
}

// Copy returns a HalfCheetah with the same options, which shares the model.
func (c *HalfCheetah) Copy() env.Env {
	copied := *c
	copied.makeBuffers()
	return &copied
}
