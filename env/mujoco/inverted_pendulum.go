package mujoco

import (
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/multibody"
)

// InvertedPendulum is a pole on a hinge on a cart on a rail, which a force moves. Each step has the
// reward 1. The episode ends when the pole leans by more than 0.2 rad.
//
// Action: the control of the motor, which pushes the cart with 100 N for a control of 1.
// Observation: the position of the cart [m], the angle of the pole from upright [rad], and their
// velocities.
type InvertedPendulum struct {
	FrameSkip       int     `yaml:"frame_skip"`        // time steps of the model, 0.02 s each, in a step
	ResetNoiseScale float64 `yaml:"reset_noise_scale"` // the start is uniform between minus and plus this number [m, rad, m/s, rad/s]

	simulation // steps the mechanism
}

var _ task = (*InvertedPendulum)(nil)

// NewInvertedPendulum returns an InvertedPendulum-v5. After its options are changed, call Validate.
func NewInvertedPendulum() *InvertedPendulum { return mustValidate(newInvertedPendulum()) }

// newInvertedPendulum returns an InvertedPendulum with the default options and without a model.
func newInvertedPendulum() *InvertedPendulum {
	return &InvertedPendulum{FrameSkip: 2, ResetNoiseScale: 0.01}
}

// invertedPendulumTerms are the facts of a step.
var invertedPendulumTerms = []term{{"reward_survive", sum}}

// Validate makes the simulation. It returns an error if an option is not possible.
func (p *InvertedPendulum) Validate() error {
	if err := checkNoise(p.ResetNoiseScale); err != nil {
		return err
	}
	b := invertedPendulumModel()
	if err := p.build(b, p.FrameSkip, invertedPendulumTerms, 0); err != nil {
		return err
	}
	p.describe("InvertedPendulum-v5", 1000, new(950.0), b,
		[]string{"cart position", "pole angle", "cart velocity", "pole angular velocity"}, "cart force")
	return nil
}

// Reset puts cart and pole close to the middle and upright, nearly at rest.
func (p *InvertedPendulum) Reset(seed uint64, obs []float32) {
	p.start(seed)
	p.addUniform(p.data.Qpos, p.ResetNoiseScale)
	p.addUniform(p.data.Qvel, p.ResetNoiseScale)
	p.Observe(obs)
}

// Step pushes the cart for one step.
func (p *InvertedPendulum) Step(act, obs []float32) env.Outcome {
	p.advance(act)
	p.Observe(obs)
	out := env.Outcome{Reward: 1, Terminated: math.Abs(p.data.Qpos[1]) > 0.2}
	if out.Terminated {
		out.Reward = 0
	}
	p.record(out.Reward)
	return out
}

// Observe writes the positions and the velocities.
func (p *InvertedPendulum) Observe(obs []float32) {
	writeFloats(writeFloats(obs, p.data.Qpos), p.data.Qvel)
}

// Copy returns an InvertedPendulum with the same options, which shares the model.
func (p *InvertedPendulum) Copy() env.Env {
	copied := *p
	copied.makeBuffers()
	return &copied
}

// invertedPendulumModel describes the mechanism, with the numbers of Gymnasium's
// inverted_pendulum.xml.
func invertedPendulumModel() *multibody.Builder {
	b := multibody.NewBuilder()
	b.Integrator, b.Timestep = multibody.RK4, 0.02

	joint, geom := multibody.DefaultJoint(), multibody.DefaultGeom()
	joint.Damping = 1
	geom.Contype = 0
	geom.Friction = [3]float64{1, 0.1, 0.1}
	geom.Color = [4]float64{0.7, 0.7, 0, 1}
	rail, pole := geom.Named("rail"), geom.Named("cpole")
	rail.Color = [4]float64{0.3, 0.3, 0.7, 1}
	pole.Color = [4]float64{0, 0.7, 0.7, 1}

	alongX := multibody.Quat{W: 0.707, Y: 0.707}
	b.World.Geoms = []multibody.Geom{rail.Capsule(multibody.Vec3{}, alongX, 0.02, 1)}
	b.World.Bodies = []multibody.Body{{
		Name:   "cart",
		Joints: []multibody.Joint{joint.Slide("slider", multibody.Vec3{X: 1}).Between(-1, 1)},
		Geoms:  []multibody.Geom{geom.Named("cart").Capsule(multibody.Vec3{}, alongX, 0.1, 0.1)},
		Bodies: []multibody.Body{{
			Name:   "pole",
			Joints: []multibody.Joint{joint.Hinge("hinge", multibody.Vec3{Y: 1}).Between(multibody.Degrees(-90), multibody.Degrees(90))},
			Geoms:  []multibody.Geom{pole.CapsuleBetween(multibody.Vec3{}, multibody.Vec3{X: 0.001, Z: 0.6}, 0.049)},
		}},
	}}
	b.Actuators = []multibody.Actuator{named("slide", multibody.Motor("slider", 100, -3, 3))}
	return b
}
