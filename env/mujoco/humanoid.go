package mujoco

import (
	"cmp"

	"github.com/rlrun/rlrun/env"
)

// Humanoid is a figure of 13 bodies that should walk forward, along x, and not fall. The reward of
// a step is
//
//	forward_reward_weight · v + healthy_reward - ctrl_cost_weight Σ action² - contact_cost_weight Σ f²
//
// with v, the velocity of its centre of mass along x, and f, the contact torques and forces on all
// bodies; their cost is clipped to contact_cost_range. It is healthy, and has the healthy_reward,
// while the height of its torso is within healthy_z_range.
//
// Action: the controls of the motors, from 25 N m at the arms to 300 N m at the hips for a control
// of 1.
// Observation: the height and the orientation of the torso, the angles of the joints [rad], the
// velocities; then for each body its inertia about the humanoid's centre of mass and its velocity
// there, the torques of the motors [N m], and for each body f: a torque [N m] about the
// humanoid's centre of mass, then a force [N].
//
// Tassa et al. 2012, "Synthesis and stabilization of complex behaviors through online
// trajectory optimization".
type Humanoid struct {
	FrameSkip              int     `yaml:"frame_skip"`               // time steps of the model, 0.003 s each, in a step
	ForwardRewardWeight    float64 `yaml:"forward_reward_weight"`    // weight of the velocity in the reward
	CtrlCostWeight         float64 `yaml:"ctrl_cost_weight"`         // weight of the squared actions in the reward
	ContactCostWeight      float64 `yaml:"contact_cost_weight"`      // weight of the squared contact torques and forces in the reward
	ContactCostRange       Range   `yaml:"contact_cost_range"`       // range to which the cost of contacts is clipped
	HealthyReward          float64 `yaml:"healthy_reward"`           // reward of a step while the humanoid is healthy
	TerminateWhenUnhealthy bool    `yaml:"terminate_when_unhealthy"` // an unhealthy state ends the episode
	HealthyZRange          Range   `yaml:"healthy_z_range"`          // heights of the torso at which the humanoid is healthy [m]
	ResetNoiseScale        float64 `yaml:"reset_noise_scale"`        // the start is uniform between minus and plus this number [m, rad, m/s, rad/s]

	ExcludePositions  bool `yaml:"exclude_current_positions_from_observation"` // the observation is without x and y of the torso
	IncludeInertias   bool `yaml:"include_cinert_in_observation"`              // the observation has the inertia of each body about the humanoid's centre of mass
	IncludeVelocities bool `yaml:"include_cvel_in_observation"`                // the observation has the velocity of each body at the humanoid's centre of mass
	IncludeTorques    bool `yaml:"include_qfrc_actuator_in_observation"`       // the observation has the torques of the motors
	IncludeContacts   bool `yaml:"include_cfrc_ext_in_observation"`            // the observation has the contact torque and force on each body

	simulation // steps the mechanism
}

var _ task = (*Humanoid)(nil)

// NewHumanoid returns a Humanoid-v5. After its options are changed, call Validate.
func NewHumanoid() *Humanoid { return mustValidate(newHumanoid()) }

// newHumanoid returns a Humanoid with the default options and without a model.
func newHumanoid() *Humanoid {
	return &Humanoid{
		FrameSkip: 5, ForwardRewardWeight: 1.25, CtrlCostWeight: 0.1, ContactCostWeight: 5e-7, ContactCostRange: Range{lowest, 10},
		HealthyReward: 5, TerminateWhenUnhealthy: true, HealthyZRange: Range{1, 2}, ResetNoiseScale: 0.01,
		ExcludePositions: true, IncludeInertias: true, IncludeVelocities: true, IncludeTorques: true, IncludeContacts: true,
	}
}

// humanoidTerms are the facts of a step.
var humanoidTerms = []term{
	{"reward_survive", sum}, {"reward_forward", sum}, {"reward_ctrl", sum}, {"reward_contact", sum},
	{"x_position", last}, {"y_position", last}, {"distance_from_origin", last}, {"x_velocity", mean}, {"y_velocity", mean},
}

// Validate makes the simulation. It returns an error if an option is not possible.
func (h *Humanoid) Validate() error {
	if err := cmp.Or(
		checkFinite(option{"forward_reward_weight", h.ForwardRewardWeight}, option{"ctrl_cost_weight", h.CtrlCostWeight},
			option{"contact_cost_weight", h.ContactCostWeight}, option{"healthy_reward", h.HealthyReward}),
		checkRange("contact_cost_range", h.ContactCostRange), checkRange("healthy_z_range", h.HealthyZRange),
		checkNoise(h.ResetNoiseScale),
	); err != nil {
		return err
	}
	b := humanoidModel(standingHumanoid())
	if err := h.build(b, h.FrameSkip, humanoidTerms, humanoidEvaluated); err != nil {
		return err
	}
	h.describe("Humanoid-v5", 1000, nil, b, h.observation().names(), motorNames(b)...)
	return nil
}

// Reset puts the humanoid close to upright, nearly at rest.
func (h *Humanoid) Reset(seed uint64, obs []float32) {
	h.resetHumanoid(seed, h.ResetNoiseScale)
	h.Observe(obs)
}

// Step moves the humanoid for one step.
func (h *Humanoid) Step(act, obs []float32) env.Outcome {
	x, y := h.evaluated[0], h.evaluated[1]
	h.advance(act)
	h.evaluateHumanoid()
	vx, vy := (h.evaluated[0]-x)/h.dt, (h.evaluated[1]-y)/h.dt
	h.Observe(obs)

	q := h.data.Qpos
	healthy := h.HealthyZRange.contains(q[2])
	forward, survive := float64(h.ForwardRewardWeight*vx), 0.0
	if healthy {
		survive = h.HealthyReward
	}
	ctrl := float64(h.CtrlCostWeight * sumSquares(act))
	contact := h.ContactCostRange.clip(h.ContactCostWeight * h.contactSquares())
	h.record(survive, forward, -ctrl, -contact, q[0], q[1], norm(q[0], q[1]), vx, vy)
	return env.Outcome{Reward: forward + survive - (ctrl + contact), Terminated: !healthy && h.TerminateWhenUnhealthy}
}

// Observe writes the observation.
func (h *Humanoid) Observe(obs []float32) { h.observation().write(obs, &h.simulation) }

// SetPhysics sets the positions and the velocities.
func (h *Humanoid) SetPhysics(x []float64) error { return h.setHumanoid(x) }

// observation returns the options of the observation.
func (h *Humanoid) observation() humanoidObservation {
	return humanoidObservation{h.ExcludePositions, h.IncludeInertias, h.IncludeVelocities, h.IncludeTorques, h.IncludeContacts}
}

// Copy returns a Humanoid with the same options, which shares the model.
func (h *Humanoid) Copy() env.Env {
	copied := *h
	copied.makeBuffers()
	return &copied
}
