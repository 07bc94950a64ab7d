package mujoco

import (
	"cmp"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/multibody"
)

// Walker2d is a torso on two legs, each with a thigh, a shin and a foot, in a plane. It should walk
// forward, along x. With the velocity v of its torso along x, the reward of a step is
//
//	forward_reward_weight · v + healthy_reward - ctrl_cost_weight Σ action²
//
// where only a healthy state has the healthy_reward: the height and the angle of the torso are within
// their ranges. An unhealthy state ends the episode.
//
// Action: the controls of the motors of thigh, leg and foot of the right leg, then of the left one,
// 100 N m for a control of 1. Observation: the height of the torso [m], the angles of the torso and
// of the joints [rad], and the velocities, clipped to ±10. Erez et al. 2011, "Infinite
// horizon model predictive control for nonlinear periodic tasks".
type Walker2d struct {
	FrameSkip              int     `yaml:"frame_skip"`               // time steps of the model, 0.002 s each, in a step
	ForwardRewardWeight    float64 `yaml:"forward_reward_weight"`    // weight of the velocity in the reward
	CtrlCostWeight         float64 `yaml:"ctrl_cost_weight"`         // weight of the squared actions in the reward
	HealthyReward          float64 `yaml:"healthy_reward"`           // reward of a step to a healthy state
	TerminateWhenUnhealthy bool    `yaml:"terminate_when_unhealthy"` // an unhealthy state ends the episode
	HealthyZRange          Range   `yaml:"healthy_z_range"`          // bounds of the torso's height in a healthy state [m]
	HealthyAngleRange      Range   `yaml:"healthy_angle_range"`      // bounds of the torso's angle in a healthy state [rad]
	ResetNoiseScale        float64 `yaml:"reset_noise_scale"`        // the start is uniform between minus and plus this number [m, rad, m/s, rad/s]

	ExcludePositions bool `yaml:"exclude_current_positions_from_observation"` // observations do not have x

	simulation // steps the mechanism
}

var _ task = (*Walker2d)(nil)

// NewWalker2d returns a Walker2d-v5. After its options are changed, call Validate.
func NewWalker2d() *Walker2d { return mustValidate(newWalker2d()) }

// newWalker2d returns a Walker2d with the default options and without a model.
func newWalker2d() *Walker2d {
	return &Walker2d{
		FrameSkip: 4, ForwardRewardWeight: 1, CtrlCostWeight: 1e-3, HealthyReward: 1, TerminateWhenUnhealthy: true,
		HealthyZRange: Range{0.8, 2}, HealthyAngleRange: Range{-1, 1}, ResetNoiseScale: 5e-3, ExcludePositions: true,
	}
}

// Validate makes the simulation. It returns an error if an option is not possible.
func (w *Walker2d) Validate() error {
	if err := cmp.Or(
		checkFinite(option{"forward_reward_weight", w.ForwardRewardWeight}, option{"ctrl_cost_weight", w.CtrlCostWeight},
			option{"healthy_reward", w.HealthyReward}),
		checkRange("healthy_z_range", w.HealthyZRange), checkRange("healthy_angle_range", w.HealthyAngleRange),
		checkNoise(w.ResetNoiseScale),
	); err != nil {
		return err
	}
	b := walker2dModel()
	if err := w.build(b, w.FrameSkip, walkerTerms, 0); err != nil {
		return err
	}
	joints := []string{"right thigh", "right leg", "right foot", "left thigh", "left leg", "left foot"}
	positions, velocities := planarNames("torso", "x", "z", joints...)
	w.describe("Walker2d-v5", 1000, nil, b, append(positions[w.excluded():], velocities...), joints...)
	return nil
}

// excluded returns the number of positions that observations do not have.
func (w *Walker2d) excluded() int { return oneIf(w.ExcludePositions) }

// Reset puts the walker close to upright, nearly at rest.
func (w *Walker2d) Reset(seed uint64, obs []float32) {
	w.start(seed)
	w.addUniform(w.data.Qpos, w.ResetNoiseScale)
	w.addUniform(w.data.Qvel, w.ResetNoiseScale)
	w.Observe(obs)
}

// Step moves the walker for one step.
func (w *Walker2d) Step(act, obs []float32) env.Outcome {
	x := w.data.Qpos[0]
	w.advance(act)
	w.Observe(obs)
	q := w.data.Qpos
	velocity := (q[0] - x) / w.dt
	healthy := w.HealthyZRange.contains(q[1]) && w.HealthyAngleRange.contains(q[2])
	forward, control := float64(w.ForwardRewardWeight*velocity), float64(w.CtrlCostWeight*sumSquares(act))
	survive := 0.0
	if healthy {
		survive = w.HealthyReward
	}
	w.record(forward, -control, survive, q[0], q[1]-w.model.Qpos0[1], velocity)
	return env.Outcome{Reward: forward + survive - control, Terminated: !healthy && w.TerminateWhenUnhealthy}
}

// Observe writes the positions and the clipped velocities.
func (w *Walker2d) Observe(obs []float32) {
	writeClipped(writeFloats(obs, w.data.Qpos[w.excluded():]), w.data.Qvel)
}

// Copy returns a Walker2d with the same options, which shares the model.
func (w *Walker2d) Copy() env.Env {
	copied := *w
	copied.makeBuffers()
	return &copied
}

// walker2dModel describes the mechanism, with the numbers of Gymnasium's walker2d_v5.xml.
func walker2dModel() *multibody.Builder {
	b := multibody.NewBuilder()
	b.Integrator = multibody.RK4

	root, geom := multibody.DefaultJoint(), multibody.DefaultGeom()
	joint := root
	joint.Armature, joint.Damping = 0.01, 0.1
	geom.Conaffinity, geom.Friction, geom.Color = 0, [3]float64{0.7, 0.1, 0.1}, [4]float64{0.8, 0.6, 0.4, 1}
	floor := geom.Named("floor").Plane(xyz(0, 0, 0))
	floor.Conaffinity, floor.Size, floor.Color = 1, [3]float64{40, 40, 40}, [4]float64{0.8, 0.9, 0.8, 1}
	geom.Friction[0] = 0.9
	left := geom
	left.Color = [4]float64{0.7, 0.3, 0.6, 1}

	b.World.Geoms = []multibody.Geom{floor}
	b.World.Bodies = []multibody.Body{{
		Name:   "torso",
		Pos:    xyz(0, 0, 1.25),
		Joints: planarRoot(root, 1.25),
		Geoms:  []multibody.Geom{geom.Named("torso_geom").Capsule(xyz(0, 0, 0), multibody.Quat{W: 1}, 0.05, 0.2)},
		Bodies: []multibody.Body{walker2dLeg(joint, geom, ""), walker2dLeg(joint, left, "_left")},
	}}
	for _, joint := range []string{"thigh_joint", "leg_joint", "foot_joint", "thigh_left_joint", "leg_left_joint", "foot_left_joint"} {
		b.Actuators = append(b.Actuators, multibody.Motor(joint, 100, -1, 1))
	}
	return b
}

// walker2dLeg returns a leg, whose parts have names with the given suffix.
func walker2dLeg(joint multibody.Joint, geom multibody.Geom, suffix string) multibody.Body {
	upright, across := multibody.Quat{W: 1}, multibody.Quat{W: 1, Y: -1} // across: along x
	footGeom := geom.Named("foot" + suffix + "_geom")
	footGeom.Friction[0] = 1.9
	return multibody.Body{
		Name:   "thigh" + suffix,
		Pos:    xyz(0, 0, -0.2),
		Joints: []multibody.Joint{bending(joint, "thigh"+suffix+"_joint", xyz(0, 0, 0), -150, 0)},
		Geoms:  []multibody.Geom{geom.Named("thigh"+suffix+"_geom").Capsule(xyz(0, 0, -0.225), upright, 0.05, 0.225)},
		Bodies: []multibody.Body{{
			Name:   "leg" + suffix,
			Pos:    xyz(0, 0, -0.7),
			Joints: []multibody.Joint{bending(joint, "leg"+suffix+"_joint", xyz(0, 0, 0.25), -150, 0)},
			Geoms:  []multibody.Geom{geom.Named("leg"+suffix+"_geom").Capsule(xyz(0, 0, 0), upright, 0.04, 0.25)},
			Bodies: []multibody.Body{{
				Name:   "foot" + suffix,
				Pos:    xyz(0.2, 0, -0.35),
				Joints: []multibody.Joint{bending(joint, "foot"+suffix+"_joint", xyz(-0.2, 0, 0.1), -45, 45)},
				Geoms:  []multibody.Geom{footGeom.Capsule(xyz(-0.1, 0, 0.1), across, 0.06, 0.1)},
			}},
		}},
	}
}
