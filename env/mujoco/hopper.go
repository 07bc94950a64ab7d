package mujoco

import (
	"cmp"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/multibody"
)

// Hopper is a torso on one leg, with a thigh, a shin and a foot, in a plane. It should hop forward,
// along x. With the velocity v of its torso along x, the reward of a step is
//
//	forward_reward_weight · v + healthy_reward - ctrl_cost_weight Σ action²
//
// where only a healthy state has the healthy_reward: the height and the angle of the torso, and all
// other positions and velocities but x, are within their ranges. An unhealthy state ends the episode.
//
// Action: the controls of the motors of thigh, leg and foot, 200 N m for a control of 1.
// Observation: the height of the torso [m], the angles of the torso and of the joints [rad], and the
// velocities, clipped to ±10. Erez et al. 2011, "Infinite horizon model predictive control
// for nonlinear periodic tasks".
type Hopper struct {
	FrameSkip              int     `yaml:"frame_skip"`               // time steps of the model, 0.002 s each, in a step
	ForwardRewardWeight    float64 `yaml:"forward_reward_weight"`    // weight of the velocity in the reward
	CtrlCostWeight         float64 `yaml:"ctrl_cost_weight"`         // weight of the squared actions in the reward
	HealthyReward          float64 `yaml:"healthy_reward"`           // reward of a step to a healthy state
	TerminateWhenUnhealthy bool    `yaml:"terminate_when_unhealthy"` // an unhealthy state ends the episode
	HealthyStateRange      Range   `yaml:"healthy_state_range"`      // bounds of the torso's angle, the joints' angles and all velocities in a healthy state [rad, m/s, rad/s]
	HealthyZRange          Range   `yaml:"healthy_z_range"`          // bounds of the torso's height in a healthy state [m]
	HealthyAngleRange      Range   `yaml:"healthy_angle_range"`      // bounds of the torso's angle in a healthy state [rad]
	ResetNoiseScale        float64 `yaml:"reset_noise_scale"`        // the start is uniform between minus and plus this number [m, rad, m/s, rad/s]

	ExcludePositions bool `yaml:"exclude_current_positions_from_observation"` // observations do not have x

	simulation // steps the mechanism
}

var _ task = (*Hopper)(nil)

// NewHopper returns a Hopper-v5. After its options are changed, call Validate.
func NewHopper() *Hopper { return mustValidate(newHopper()) }

// newHopper returns a Hopper with the default options and without a model.
func newHopper() *Hopper {
	return &Hopper{
		FrameSkip: 4, ForwardRewardWeight: 1, CtrlCostWeight: 1e-3, HealthyReward: 1, TerminateWhenUnhealthy: true,
		HealthyStateRange: Range{-100, 100}, HealthyZRange: Range{0.7, inf}, HealthyAngleRange: Range{-0.2, 0.2},
		ResetNoiseScale: 5e-3, ExcludePositions: true,
	}
}

// walkerTerms are the facts of a step of Hopper and Walker2d.
var walkerTerms = []term{
	{"reward_forward", sum}, {"reward_ctrl", sum}, {"reward_survive", sum},
	{"x_position", last}, {"z_distance_from_origin", last}, {"x_velocity", mean},
}

// Validate makes the simulation. It returns an error if an option is not possible.
func (h *Hopper) Validate() error {
	if err := cmp.Or(
		checkFinite(option{"forward_reward_weight", h.ForwardRewardWeight}, option{"ctrl_cost_weight", h.CtrlCostWeight},
			option{"healthy_reward", h.HealthyReward}),
		checkRange("healthy_state_range", h.HealthyStateRange), checkRange("healthy_z_range", h.HealthyZRange),
		checkRange("healthy_angle_range", h.HealthyAngleRange), checkNoise(h.ResetNoiseScale),
	); err != nil {
		return err
	}
	b := hopperModel()
	if err := h.build(b, h.FrameSkip, walkerTerms, 0); err != nil {
		return err
	}
	joints := []string{"thigh", "leg", "foot"}
	positions, velocities := planarNames("torso", "x", "z", joints...)
	h.describe("Hopper-v5", 1000, new(3800.0), b, append(positions[h.excluded():], velocities...), joints...)
	return nil
}

// excluded returns the number of positions that observations do not have.
func (h *Hopper) excluded() int { return oneIf(h.ExcludePositions) }

// Reset puts the hopper close to upright, nearly at rest.
func (h *Hopper) Reset(seed uint64, obs []float32) {
	h.start(seed)
	h.addUniform(h.data.Qpos, h.ResetNoiseScale)
	h.addUniform(h.data.Qvel, h.ResetNoiseScale)
	h.Observe(obs)
}

// Step moves the hopper for one step.
func (h *Hopper) Step(act, obs []float32) env.Outcome {
	x := h.data.Qpos[0]
	h.advance(act)
	h.Observe(obs)
	velocity := (h.data.Qpos[0] - x) / h.dt
	healthy := h.isHealthy()
	forward, control := float64(h.ForwardRewardWeight*velocity), float64(h.CtrlCostWeight*sumSquares(act))
	survive := 0.0
	if healthy {
		survive = h.HealthyReward
	}
	h.record(forward, -control, survive, h.data.Qpos[0], h.data.Qpos[1]-h.model.Qpos0[1], velocity)
	return env.Outcome{Reward: forward + survive - control, Terminated: !healthy && h.TerminateWhenUnhealthy}
}

// isHealthy reports whether all state variables but x are in their ranges.
func (h *Hopper) isHealthy() bool {
	q := h.data.Qpos
	return h.HealthyZRange.contains(q[1]) && h.HealthyAngleRange.contains(q[2]) &&
		h.HealthyStateRange.containsAll(q[2:]) && h.HealthyStateRange.containsAll(h.data.Qvel)
}

// Observe writes the positions and the clipped velocities.
func (h *Hopper) Observe(obs []float32) {
	writeClipped(writeFloats(obs, h.data.Qpos[h.excluded():]), h.data.Qvel)
}

// Copy returns a Hopper with the same options, which shares the model.
func (h *Hopper) Copy() env.Env {
	copied := *h
	copied.makeBuffers()
	return &copied
}

// hopperModel describes the mechanism, with the numbers of Gymnasium's hopper.xml.
func hopperModel() *multibody.Builder {
	b := multibody.NewBuilder()
	b.Integrator = multibody.RK4

	root, geom := multibody.DefaultJoint(), multibody.DefaultGeom()
	joint := root
	joint.Armature, joint.Damping = 1, 1
	geom.Condim, geom.Margin, geom.Softness.Imp = 1, 0.001, [5]float64{0.8, 0.8, 0.01, 0.5, 2}
	geom.Color = [4]float64{0.8, 0.6, 0.4, 1}
	floor := geom.Named("floor").Plane(xyz(0, 0, 0))
	floor.Condim, floor.Size, floor.Color = 3, [3]float64{20, 20, 0.125}, [4]float64{0.8, 0.9, 0.8, 1}
	geom.Friction[0] = 0.9
	footGeom := geom.Named("foot_geom")
	footGeom.Friction[0] = 2

	upright, across := multibody.Quat{W: 1}, multibody.Quat{W: 1, Y: -1} // across: along x
	b.World.Geoms = []multibody.Geom{floor}
	b.World.Bodies = []multibody.Body{{
		Name:   "torso",
		Pos:    xyz(0, 0, 1.25),
		Joints: planarRoot(root, 1.25),
		Geoms:  []multibody.Geom{geom.Named("torso_geom").Capsule(xyz(0, 0, 0), upright, 0.05, 0.2)},
		Bodies: []multibody.Body{{
			Name:   "thigh",
			Pos:    xyz(0, 0, -0.2),
			Joints: []multibody.Joint{bending(joint, "thigh_joint", xyz(0, 0, 0), -150, 0)},
			Geoms:  []multibody.Geom{geom.Named("thigh_geom").Capsule(xyz(0, 0, -0.225), upright, 0.05, 0.225)},
			Bodies: []multibody.Body{{
				Name:   "leg",
				Pos:    xyz(0, 0, -0.7),
				Joints: []multibody.Joint{bending(joint, "leg_joint", xyz(0, 0, 0.25), -150, 0)},
				Geoms:  []multibody.Geom{geom.Named("leg_geom").Capsule(xyz(0, 0, 0), upright, 0.04, 0.25)},
				Bodies: []multibody.Body{{
					Name:   "foot",
					Pos:    xyz(0.13, 0, -0.35),
					Joints: []multibody.Joint{bending(joint, "foot_joint", xyz(-0.13, 0, 0.1), -45, 45)},
					Geoms:  []multibody.Geom{footGeom.Capsule(xyz(-0.065, 0, 0.1), across, 0.06, 0.195)},
				}},
			}},
		}},
	}}
	b.Actuators = []multibody.Actuator{
		multibody.Motor("thigh_joint", 200, -1, 1), multibody.Motor("leg_joint", 200, -1, 1), multibody.Motor("foot_joint", 200, -1, 1),
	}
	return b
}

// planarRoot returns the joints with which a torso at the given height moves in the plane of x and
// z: two slides, of which the vertical one has the height as its position, and a hinge.
func planarRoot(joint multibody.Joint, height float64) []multibody.Joint {
	x, z := joint.Slide("rootx", xyz(1, 0, 0)), joint.Slide("rootz", xyz(0, 0, 1))
	x.Pos, z.Pos, z.Ref = xyz(0, 0, -height), xyz(0, 0, -height), height
	return []multibody.Joint{x, z, joint.Hinge("rooty", xyz(0, 1, 0))}
}

// bending returns joint as a hinge of a leg, about the -y axis through pos, between two angles in
// degrees.
func bending(joint multibody.Joint, name string, pos multibody.Vec3, low, high float64) multibody.Joint {
	joint = joint.Hinge(name, xyz(0, -1, 0)).Between(multibody.Degrees(low), multibody.Degrees(high))
	joint.Pos = pos
	return joint
}
