package mujoco

import (
	"cmp"
	"math"

	"github.com/rlrun/rlrun/env"
)

// HumanoidStandup is the figure of Humanoid, lying on its back, that should stand up. No state ends
// the episode. The reward of a step is
//
//	z/h - ctrl_cost_weight Σ action² - impact_cost_weight Σ f² + 1
//
// with z, the height of its torso, h, the time step of the model, and f, the contact torques and
// forces on all bodies; their cost is clipped to impact_cost_range.
//
// Action and observation are those of Humanoid.
type HumanoidStandup struct {
	FrameSkip        int     `yaml:"frame_skip"`         // time steps of the model, 0.003 s each, in a step
	UphCostWeight    float64 `yaml:"uph_cost_weight"`    // without effect, as in Gymnasium
	CtrlCostWeight   float64 `yaml:"ctrl_cost_weight"`   // weight of the squared actions in the reward
	ImpactCostWeight float64 `yaml:"impact_cost_weight"` // weight of the squared contact torques and forces in the reward
	ImpactCostRange  Range   `yaml:"impact_cost_range"`  // range to which the cost of contacts is clipped
	ResetNoiseScale  float64 `yaml:"reset_noise_scale"`  // the start is uniform between minus and plus this number [m, rad, m/s, rad/s]

	ExcludePositions  bool `yaml:"exclude_current_positions_from_observation"` // the observation is without x and y of the torso
	IncludeInertias   bool `yaml:"include_cinert_in_observation"`              // the observation has the inertia of each body about the humanoid's centre of mass
	IncludeVelocities bool `yaml:"include_cvel_in_observation"`                // the observation has the velocity of each body at the humanoid's centre of mass
	IncludeTorques    bool `yaml:"include_qfrc_actuator_in_observation"`       // the observation has the torques of the motors
	IncludeContacts   bool `yaml:"include_cfrc_ext_in_observation"`            // the observation has the contact torque and force on each body

	simulation // steps the mechanism
}

var _ task = (*HumanoidStandup)(nil)

// lowest is the lower bound of a Range that has none.
var lowest = math.Inf(-1)

// NewHumanoidStandup returns a HumanoidStandup-v5. After its options are changed, call Validate.
func NewHumanoidStandup() *HumanoidStandup { return mustValidate(newHumanoidStandup()) }

// newHumanoidStandup returns a HumanoidStandup with the default options and without a model.
func newHumanoidStandup() *HumanoidStandup {
	return &HumanoidStandup{
		FrameSkip: 5, UphCostWeight: 1, CtrlCostWeight: 0.1, ImpactCostWeight: 5e-7, ImpactCostRange: Range{lowest, 10},
		ResetNoiseScale: 0.01, ExcludePositions: true, IncludeInertias: true, IncludeVelocities: true, IncludeTorques: true, IncludeContacts: true,
	}
}

// humanoidStandupTerms are the facts of a step.
var humanoidStandupTerms = []term{
	{"reward_linup", sum}, {"reward_quadctrl", sum}, {"reward_impact", sum},
	{"x_position", last}, {"y_position", last}, {"z_distance_from_origin", last},
}

// Validate makes the simulation. It returns an error if an option is not possible.
func (h *HumanoidStandup) Validate() error {
	if err := cmp.Or(
		checkFinite(option{"uph_cost_weight", h.UphCostWeight}, option{"ctrl_cost_weight", h.CtrlCostWeight},
			option{"impact_cost_weight", h.ImpactCostWeight}),
		checkRange("impact_cost_range", h.ImpactCostRange), checkNoise(h.ResetNoiseScale),
	); err != nil {
		return err
	}
	b := humanoidModel(lyingHumanoid())
	if err := h.build(b, h.FrameSkip, humanoidStandupTerms, humanoidEvaluated); err != nil {
		return err
	}
	h.describe("HumanoidStandup-v5", 1000, nil, b, h.observation().names(), motorNames(b)...)
	return nil
}

// Reset puts the humanoid close to lying on its back, nearly at rest.
func (h *HumanoidStandup) Reset(seed uint64, obs []float32) {
	h.resetHumanoid(seed, h.ResetNoiseScale)
	h.Observe(obs)
}

// Step moves the humanoid for one step.
func (h *HumanoidStandup) Step(act, obs []float32) env.Outcome {
	h.advance(act)
	h.evaluateHumanoid()
	h.Observe(obs)

	q := h.data.Qpos
	up := q[2] / h.model.Timestep
	ctrl := float64(h.CtrlCostWeight * sumSquares(act))
	impact := h.ImpactCostRange.clip(h.ImpactCostWeight * h.contactSquares())
	h.record(up, -ctrl, -impact, q[0], q[1], q[2]-h.model.Qpos0[2])
	return env.Outcome{Reward: up - ctrl - impact + 1}
}

// Observe writes the observation.
func (h *HumanoidStandup) Observe(obs []float32) { h.observation().write(obs, &h.simulation) }

// SetPhysics sets the positions and the velocities.
func (h *HumanoidStandup) SetPhysics(x []float64) error { return h.setHumanoid(x) }

// observation returns the options of the observation.
func (h *HumanoidStandup) observation() humanoidObservation {
	return humanoidObservation{h.ExcludePositions, h.IncludeInertias, h.IncludeVelocities, h.IncludeTorques, h.IncludeContacts}
}

// Copy returns a HumanoidStandup with the same options, which shares the model.
func (h *HumanoidStandup) Copy() env.Env {
	copied := *h
	copied.makeBuffers()
	return &copied
}
