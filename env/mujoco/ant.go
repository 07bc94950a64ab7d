package mujoco

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/multibody"
)

// Ant is a torso on four legs, each with a hip and an ankle. It should walk forward, along x. The
// reward of a step is
//
//	forward_reward_weight · v + healthy_reward - ctrl_cost_weight Σ action² - contact_cost_weight Σ f²
//
// with v, the velocity of the main body along x, and f, the contact torques and forces on all
// bodies, clipped to contact_force_range. It is healthy, and has the healthy_reward, while the
// height of its torso is in healthy_z_range.
//
// Action: the controls of the motors at hips and ankles, 150 N m for a control of 1.
// Observation: the height and the orientation of the torso, the angles of the joints [rad], the
// velocities, and f for each body in turn: a torque [N m] about the ant's centre of mass, then a force [N].
type Ant struct {
	FrameSkip              int      `yaml:"frame_skip"`               // time steps of the model, 0.01 s each, in a step
	ForwardRewardWeight    float64  `yaml:"forward_reward_weight"`    // weight of the velocity in the reward
	CtrlCostWeight         float64  `yaml:"ctrl_cost_weight"`         // weight of the squared actions in the reward
	ContactCostWeight      float64  `yaml:"contact_cost_weight"`      // weight of the squared contact torques and forces in the reward
	HealthyReward          float64  `yaml:"healthy_reward"`           // reward of a step while the ant is healthy
	MainBody               BodyName `yaml:"main_body"`                // name or number of the body whose velocity is rewarded
	TerminateWhenUnhealthy bool     `yaml:"terminate_when_unhealthy"` // an unhealthy state ends the episode
	HealthyZRange          Range    `yaml:"healthy_z_range"`          // heights of the torso at which the ant is healthy [m]
	ContactForceRange      Range    `yaml:"contact_force_range"`      // range to which contact torques and forces are clipped [N m, N]
	ResetNoiseScale        float64  `yaml:"reset_noise_scale"`        // of the start: positions are uniform between minus and plus this number [m, rad], velocities normal [m/s, rad/s]

	ExcludePositions bool `yaml:"exclude_current_positions_from_observation"` // the observation is without x and y of the torso
	IncludeContacts  bool `yaml:"include_cfrc_ext_in_observation"`            // the observation has the contact torques and forces

	simulation // steps the mechanism
	mainBody   int
}

var _ task = (*Ant)(nil)

// NewAnt returns an Ant-v5. After its options are changed, call Validate.
func NewAnt() *Ant { return mustValidate(newAnt()) }

// newAnt returns an Ant with the default options and without a model.
func newAnt() *Ant {
	return &Ant{
		FrameSkip: 5, ForwardRewardWeight: 1, CtrlCostWeight: 0.5, ContactCostWeight: 5e-4, HealthyReward: 1, MainBody: "torso",
		TerminateWhenUnhealthy: true, HealthyZRange: Range{0.2, 1}, ContactForceRange: Range{-1, 1}, ResetNoiseScale: 0.1,
		ExcludePositions: true, IncludeContacts: true,
	}
}

// A BodyName is the name of a body, or its number in the order of the model, from 0, the world.
type BodyName string

// UnmarshalText reads a name or a number.
func (b *BodyName) UnmarshalText(text []byte) error {
	*b = BodyName(text)
	return nil
}

// index returns the number of the body in a model.
func (b BodyName) index(key string, m *multibody.Model) (int, error) {
	if i := m.Body(string(b)); b != "" && i >= 0 {
		return i, nil
	}
	if i, err := strconv.Atoi(string(b)); err == nil && 0 <= i && i < m.NBody {
		return i, nil
	}
	return 0, fmt.Errorf("%s %q, want the name of a body, as torso, or its number, 0 … %d", key, string(b), m.NBody-1)
}

// antTerms are the facts of a step.
var antTerms = []term{
	{"reward_forward", sum}, {"reward_ctrl", sum}, {"reward_contact", sum}, {"reward_survive", sum},
	{"x_position", last}, {"y_position", last}, {"distance_from_origin", last}, {"x_velocity", mean}, {"y_velocity", mean},
}

// Validate makes the simulation. It returns an error if an option is not possible.
func (a *Ant) Validate() error {
	if err := cmp.Or(
		checkFinite(option{"forward_reward_weight", a.ForwardRewardWeight}, option{"ctrl_cost_weight", a.CtrlCostWeight},
			option{"contact_cost_weight", a.ContactCostWeight}, option{"healthy_reward", a.HealthyReward}),
		checkRange("healthy_z_range", a.HealthyZRange), checkRange("contact_force_range", a.ContactForceRange),
		checkNoise(a.ResetNoiseScale),
	); err != nil {
		return err
	}
	b := antModel()
	if err := a.build(b, a.FrameSkip, antTerms, 2+6*antBodies); err != nil {
		return err
	}
	var err error
	if a.mainBody, err = a.MainBody.index("main_body", a.model); err != nil {
		return err
	}
	var motors []string
	for _, leg := range []string{"back right", "front left", "front right", "back left"} {
		motors = append(motors, leg+" hip", leg+" ankle")
	}
	a.describe("Ant-v5", 1000, new(6000.0), b, a.names(), motors...)
	return nil
}

// antBodies is the number of bodies without the world.
const antBodies = 13

// names returns the names of the observation's elements.
func (a *Ant) names() (names []string) {
	names, velocities := freeJointNames("torso")
	if a.ExcludePositions {
		names = names[2:]
	}
	bodies := []string{"torso"}
	var joints []string
	for _, leg := range []string{"front left", "front right", "back left", "back right"} {
		joints = append(joints, leg+" hip", leg+" ankle")
		bodies = append(bodies, leg+" shoulder", leg+" upper leg", leg+" lower leg")
	}
	names = slices.Concat(names, eachWith(joints, "angle"), velocities, eachWith(joints, "angular velocity"))
	if a.IncludeContacts {
		names = append(names, wrenchNames(bodies)...)
	}
	return names
}

// Reset puts the ant close to its initial pose, nearly at rest. The orientation, a quaternion,
// gets noise too: it counts as normalised, and the first step normalises it.
func (a *Ant) Reset(seed uint64, obs []float32) {
	a.start(seed)
	a.addUniform(a.data.Qpos, a.ResetNoiseScale)
	a.addNormal(a.data.Qvel, a.ResetNoiseScale)
	a.data.Forward()
	a.evaluate()
	clear(a.contacts()) // as in Gymnasium, which computes them in steps only
	a.Observe(obs)
}

// evaluate keeps the main body's position along x and y and the contact wrenches of the latest
// evaluation.
func (a *Ant) evaluate() {
	p := a.data.BodyPos(a.mainBody)
	a.evaluated[0], a.evaluated[1] = p.X, p.Y
	a.writeWrenches(a.contacts())
}

// contacts returns the part of the evaluated numbers that has the contact torques and forces.
func (a *Ant) contacts() []float64 { return a.evaluated[2:] }

// Step moves the ant for one step.
func (a *Ant) Step(act, obs []float32) env.Outcome {
	x, y := a.evaluated[0], a.evaluated[1]
	a.advance(act)
	a.evaluate()
	vx, vy := (a.evaluated[0]-x)/a.dt, (a.evaluated[1]-y)/a.dt
	a.Observe(obs)

	healthy := a.HealthyZRange[0] <= a.data.Qpos[2] && a.data.Qpos[2] <= a.HealthyZRange[1]
	forward, survive := float64(a.ForwardRewardWeight*vx), 0.0
	if healthy {
		survive = a.HealthyReward
	}
	ctrl, contact := float64(a.CtrlCostWeight*sumSquares(act)), float64(a.ContactCostWeight*a.clippedContacts())
	qx, qy := a.data.Qpos[0], a.data.Qpos[1]
	a.record(forward, -ctrl, -contact, survive, qx, qy, norm(qx, qy), vx, vy)
	return env.Outcome{Reward: forward + survive - (ctrl + contact), Terminated: !healthy && a.TerminateWhenUnhealthy}
}

// clippedContacts returns the sum of the squares of the clipped contact torques and forces. The
// world, which has none, counts too: where 0 is outside the range, it has six numbers at an end of it.
func (a *Ant) clippedContacts() (sum float64) {
	rest := a.ContactForceRange.clip(0)
	sum = float64(6 * float64(rest*rest))
	for _, f := range a.contacts() {
		f = a.ContactForceRange.clip(f)
		sum += float64(f * f)
	}
	return sum
}

// Observe writes positions, velocities and clipped contact torques and forces.
func (a *Ant) Observe(obs []float32) {
	q := a.data.Qpos
	if a.ExcludePositions {
		q = q[2:]
	}
	obs = writeFloats(writeFloats(obs, q), a.data.Qvel)
	if a.IncludeContacts {
		for i, f := range a.contacts() {
			obs[i] = float32(a.ContactForceRange.clip(f))
		}
	}
}

// SetPhysics sets the positions and the velocities.
func (a *Ant) SetPhysics(x []float64) error {
	err := a.simulation.SetPhysics(x)
	if err == nil {
		a.evaluate()
		clear(a.contacts())
	}
	return err
}

// Copy returns an Ant with the same options, which shares the model.
func (a *Ant) Copy() env.Env {
	copied := *a
	copied.makeBuffers()
	return &copied
}
