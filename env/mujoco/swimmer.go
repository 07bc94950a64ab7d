package mujoco

import (
	"cmp"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/multibody"
)

// Swimmer is three links in a row, joined by two motors, in a viscous fluid. It should swim along x.
// With the velocity v of its first link along x, the reward of a step is
//
//	forward_reward_weight · v - ctrl_cost_weight Σ action²
//
// Action: the controls of the motors, 150 N m for a control of 1. Observation: the angle of the first
// link and of the two joints [rad], and the velocities of the first link and of the angles. Coulom 2002,
// "Reinforcement learning using neural networks, with applications to motor control".
type Swimmer struct {
	FrameSkip           int     `yaml:"frame_skip"`            // time steps of the model, 0.01 s each, in a step
	ForwardRewardWeight float64 `yaml:"forward_reward_weight"` // weight of the velocity in the reward
	CtrlCostWeight      float64 `yaml:"ctrl_cost_weight"`      // weight of the squared actions in the reward
	ResetNoiseScale     float64 `yaml:"reset_noise_scale"`     // the start is uniform between minus and plus this number [m, rad, m/s, rad/s]

	ExcludePositions bool `yaml:"exclude_current_positions_from_observation"` // observations do not have x and y

	simulation // steps the mechanism
}

var _ task = (*Swimmer)(nil)

// NewSwimmer returns a Swimmer-v5. After its options are changed, call Validate.
func NewSwimmer() *Swimmer { return mustValidate(newSwimmer()) }

// newSwimmer returns a Swimmer with the default options and without a model.
func newSwimmer() *Swimmer {
	return &Swimmer{FrameSkip: 4, ForwardRewardWeight: 1, CtrlCostWeight: 1e-4, ResetNoiseScale: 0.1, ExcludePositions: true}
}

// swimmerTerms are the facts of a step.
var swimmerTerms = []term{
	{"reward_forward", sum}, {"reward_ctrl", sum},
	{"x_position", last}, {"y_position", last}, {"distance_from_origin", last}, {"x_velocity", mean}, {"y_velocity", mean},
}

// Validate makes the simulation. It returns an error if an option is not possible.
func (s *Swimmer) Validate() error {
	if err := cmp.Or(
		checkFinite(option{"forward_reward_weight", s.ForwardRewardWeight}, option{"ctrl_cost_weight", s.CtrlCostWeight}),
		checkNoise(s.ResetNoiseScale),
	); err != nil {
		return err
	}
	b := swimmerModel()
	if err := s.build(b, s.FrameSkip, swimmerTerms, 0); err != nil {
		return err
	}
	joints := []string{"first joint", "second joint"}
	positions, velocities := planarNames("first link", "x", "y", joints...)
	s.describe("Swimmer-v5", 1000, new(360.0), b, append(positions[s.excluded():], velocities...), joints...)
	return nil
}

// excluded returns the number of positions that observations do not have.
func (s *Swimmer) excluded() int {
	if s.ExcludePositions {
		return 2
	}
	return 0
}

// Reset puts the swimmer close to the origin, nearly straight and at rest.
func (s *Swimmer) Reset(seed uint64, obs []float32) {
	s.start(seed)
	s.addUniform(s.data.Qpos, s.ResetNoiseScale)
	s.addUniform(s.data.Qvel, s.ResetNoiseScale)
	s.Observe(obs)
}

// Step moves the swimmer for one step.
func (s *Swimmer) Step(act, obs []float32) env.Outcome {
	x, y := s.data.Qpos[0], s.data.Qpos[1]
	s.advance(act)
	s.Observe(obs)
	x2, y2 := s.data.Qpos[0], s.data.Qpos[1]
	vx, vy := (x2-x)/s.dt, (y2-y)/s.dt
	forward, control := float64(s.ForwardRewardWeight*vx), float64(s.CtrlCostWeight*sumSquares(act))
	s.record(forward, -control, x2, y2, norm(x2, y2), vx, vy)
	return env.Outcome{Reward: forward - control}
}

// Observe writes the positions and the velocities.
func (s *Swimmer) Observe(obs []float32) {
	writeFloats(writeFloats(obs, s.data.Qpos[s.excluded():]), s.data.Qvel)
}

// Copy returns a Swimmer with the same options, which shares the model.
func (s *Swimmer) Copy() env.Env {
	copied := *s
	copied.makeBuffers()
	return &copied
}

// swimmerModel describes the mechanism, with the numbers of Gymnasium's swimmer.xml.
func swimmerModel() *multibody.Builder {
	b := multibody.NewBuilder()
	b.Integrator, b.Timestep = multibody.RK4, 0.01
	b.Density, b.Viscosity = 4000, 0.1

	joint, geom := multibody.DefaultJoint(), multibody.DefaultGeom()
	joint.Armature = 0.1
	geom.Contype, geom.Conaffinity, geom.Condim = 0, 0, 1
	geom.Color = [4]float64{0.8, 0.6, 0.4, 1}
	floor := geom.Named("floor").Plane(xyz(0, 0, -0.1))
	floor.Condim, floor.Size, floor.Color = 3, [3]float64{40, 40, 0.1}, [4]float64{0.8, 0.9, 0.8, 1}

	origin, up := xyz(0, 0, 0), xyz(0, 0, 1)
	bend := joint.Between(multibody.Degrees(-100), multibody.Degrees(100))
	b.World.Geoms = []multibody.Geom{floor}
	b.World.Bodies = []multibody.Body{{
		Name: "torso",
		Joints: []multibody.Joint{
			joint.Slide("slider1", xyz(1, 0, 0)), joint.Slide("slider2", xyz(0, 1, 0)), joint.Hinge("free_body_rot", up),
		},
		Geoms: []multibody.Geom{geom.CapsuleBetween(xyz(1.5, 0, 0), xyz(0.5, 0, 0), 0.1)},
		Bodies: []multibody.Body{{
			Name:   "mid",
			Pos:    xyz(0.5, 0, 0),
			Joints: []multibody.Joint{bend.Hinge("motor1_rot", up)},
			Geoms:  []multibody.Geom{geom.CapsuleBetween(origin, xyz(-1, 0, 0), 0.1)},
			Bodies: []multibody.Body{{
				Name:   "back",
				Pos:    xyz(-1, 0, 0),
				Joints: []multibody.Joint{bend.Hinge("motor2_rot", up)},
				Geoms:  []multibody.Geom{geom.CapsuleBetween(origin, xyz(-1, 0, 0), 0.1)},
			}},
		}},
	}}
	b.Actuators = []multibody.Actuator{multibody.Motor("motor1_rot", 150, -1, 1), multibody.Motor("motor2_rot", 150, -1, 1)}
	return b
}
