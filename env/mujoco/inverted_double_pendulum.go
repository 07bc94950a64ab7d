package mujoco

import (
	"cmp"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/multibody"
)

// InvertedDoublePendulum is two poles, one on top of the other, on a cart on a rail, which a force
// moves. With the tip of the upper pole at x and z, and the angular velocities ω₁ and ω₂ of the
// hinges, the reward of a step is
//
//	healthy_reward - 0.01 x² - (z - 2)² - 0.001 ω₁² - 0.005 ω₂²
//
// without the healthy_reward in the last step. The episode ends when the tip is at z = 1 m or below.
//
// Action: the control of the motor, which pushes the cart with 500 N for a control of 1.
// Observation: the position of the cart [m], the sines and then the cosines of the two angles, the
// velocities, clipped to ±10, and the force of the rail's ends on the cart [N], clipped to ±10.
type InvertedDoublePendulum struct {
	FrameSkip       int     `yaml:"frame_skip"`        // time steps of the model, 0.01 s each, in a step
	HealthyReward   float64 `yaml:"healthy_reward"`    // reward of a step before the tip is too low
	ResetNoiseScale float64 `yaml:"reset_noise_scale"` // noise of the start: positions are uniform between minus and plus this number [m, rad], velocities normal [m/s, rad/s]

	simulation // steps the mechanism
	tip        int
}

var _ task = (*InvertedDoublePendulum)(nil)

// NewInvertedDoublePendulum returns an InvertedDoublePendulum-v5. After its options are changed,
// call Validate.
func NewInvertedDoublePendulum() *InvertedDoublePendulum {
	return mustValidate(newInvertedDoublePendulum())
}

// newInvertedDoublePendulum returns an InvertedDoublePendulum with the default options and without
// a model.
func newInvertedDoublePendulum() *InvertedDoublePendulum {
	return &InvertedDoublePendulum{FrameSkip: 5, HealthyReward: 10, ResetNoiseScale: 0.1}
}

// invertedDoublePendulumTerms are the facts of a step.
var invertedDoublePendulumTerms = []term{{"reward_survive", sum}, {"distance_penalty", sum}, {"velocity_penalty", sum}}

// Validate makes the simulation. It returns an error if an option is not possible.
func (p *InvertedDoublePendulum) Validate() error {
	if err := cmp.Or(checkFinite(option{"healthy_reward", p.HealthyReward}), checkNoise(p.ResetNoiseScale)); err != nil {
		return err
	}
	b := invertedDoublePendulumModel()
	if err := p.build(b, p.FrameSkip, invertedDoublePendulumTerms, 3); err != nil {
		return err
	}
	p.tip = p.model.Site("tip")
	p.describe("InvertedDoublePendulum-v5", 1000, new(9100.0), b, []string{
		"cart position", "sin lower pole angle", "sin upper pole angle", "cos lower pole angle", "cos upper pole angle",
		"cart velocity", "lower pole angular velocity", "upper pole angular velocity", "cart constraint force",
	}, "cart force")
	return nil
}

// Reset puts cart and poles close to the middle and upright, nearly at rest.
func (p *InvertedDoublePendulum) Reset(seed uint64, obs []float32) {
	p.start(seed)
	p.addUniform(p.data.Qpos, p.ResetNoiseScale)
	p.addNormal(p.data.Qvel, p.ResetNoiseScale)
	p.data.Forward()
	p.evaluate()
	p.Observe(obs)
}

// SetPhysics sets the positions and the velocities.
func (p *InvertedDoublePendulum) SetPhysics(x []float64) error {
	err := p.simulation.SetPhysics(x)
	if err == nil {
		p.evaluate()
	}
	return err
}

// evaluate keeps the position of the tip and the force on the cart of the latest evaluation.
func (p *InvertedDoublePendulum) evaluate() {
	tip := p.data.SitePos(p.tip)
	p.evaluated[0], p.evaluated[1], p.evaluated[2] = tip.X, tip.Z, p.data.ConstraintForce[0]
}

// Step pushes the cart for one step.
func (p *InvertedDoublePendulum) Step(act, obs []float32) env.Outcome {
	p.advance(act)
	p.evaluate()
	p.Observe(obs)
	x, z, v := p.evaluated[0], p.evaluated[1], p.data.Qvel
	distance := float64(0.01*x*x) + float64((z-2)*(z-2))
	velocity := float64(1e-3*v[1]*v[1]) + float64(5e-3*v[2]*v[2])
	out := env.Outcome{Terminated: z <= 1}
	alive := p.HealthyReward
	if out.Terminated {
		alive = 0
	}
	p.record(alive, -distance, -velocity)
	out.Reward = alive - distance - velocity
	return out
}

// Observe writes the observation of the current state.
func (p *InvertedDoublePendulum) Observe(obs []float32) {
	q := p.data.Qpos
	obs[0] = float32(q[0])
	for i, angle := range q[1:] {
		sin, cos := multibody.Sincos(angle)
		obs[1+i], obs[3+i] = float32(sin), float32(cos)
	}
	writeClipped(writeClipped(obs[5:], p.data.Qvel), p.evaluated[2:])
}

// Copy returns an InvertedDoublePendulum with the same options, which shares the model.
func (p *InvertedDoublePendulum) Copy() env.Env {
	copied := *p
	copied.makeBuffers()
	return &copied
}

// invertedDoublePendulumModel describes the mechanism, with the numbers of Gymnasium's
// inverted_double_pendulum.xml.
func invertedDoublePendulumModel() *multibody.Builder {
	b := multibody.NewBuilder()
	b.Integrator, b.Timestep = multibody.RK4, 0.01
	b.Gravity = xyz(1e-5, 0, -9.81)

	joint, geom := multibody.DefaultJoint(), multibody.DefaultGeom()
	joint.Damping = 0.05
	geom.Contype, geom.Friction, geom.Color = 0, [3]float64{1, 0.1, 0.1}, [4]float64{0.7, 0.7, 0, 1}
	slider := joint.Slide("slider", xyz(1, 0, 0)).Between(-1, 1)
	slider.Margin = 0.01
	floor, rail, pole := geom.Named("floor").Plane(xyz(0, 0, -3)), geom.Named("rail"), geom
	floor.Size, floor.Color = [3]float64{40, 40, 40}, [4]float64{0.8, 0.9, 0.8, 1}
	rail.Color, pole.Color = [4]float64{0.3, 0.3, 0.7, 1}, [4]float64{0, 0.7, 0.7, 1}

	alongX, center, top := multibody.Quat{W: 0.707, Y: 0.707}, xyz(0, 0, 0), xyz(0, 0, 0.6)
	b.World.Geoms = []multibody.Geom{floor, rail.Capsule(center, alongX, 0.02, 1)}
	b.World.Bodies = []multibody.Body{{
		Name:   "cart",
		Joints: []multibody.Joint{slider},
		Geoms:  []multibody.Geom{geom.Named("cart").Capsule(center, alongX, 0.1, 0.1)},
		Bodies: []multibody.Body{{
			Name:   "pole",
			Joints: []multibody.Joint{joint.Hinge("hinge", xyz(0, 1, 0))},
			Geoms:  []multibody.Geom{pole.Named("cpole").CapsuleBetween(center, top, 0.045)},
			Bodies: []multibody.Body{{
				Name:   "pole2",
				Pos:    top,
				Joints: []multibody.Joint{joint.Hinge("hinge2", xyz(0, 1, 0))},
				Geoms:  []multibody.Geom{pole.Named("cpole2").CapsuleBetween(center, top, 0.045)},
				Sites:  []multibody.Site{{Name: "tip", Pos: top}},
			}},
		}},
	}}
	b.Actuators = []multibody.Actuator{named("slide", multibody.Motor("slider", 500, -1, 1))}
	return b
}
