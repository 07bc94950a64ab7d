package mujoco

import (
	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/multibody"
)

// Reacher is an arm of two links in a plane, whose fingertip should reach a target. With the vector
// d from the target to the fingertip, the reward of a step is
//
//	-reward_dist_weight ‖d‖ - reward_control_weight Σ action²
//
// Action: the controls of the motors of both joints, 200 N m for a control of 1. Observation: the
// cosines and then the sines of the two angles, the position of the target [m], the angular
// velocities of the joints [rad/s], and d [m].
type Reacher struct {
	FrameSkip           int     `yaml:"frame_skip"`            // time steps of the model, 0.01 s each, in a step
	RewardDistWeight    float64 `yaml:"reward_dist_weight"`    // weight of the distance in the reward
	RewardControlWeight float64 `yaml:"reward_control_weight"` // weight of the squared actions in the reward

	simulation        // steps the mechanism
	fingertip, target int
}

var _ task = (*Reacher)(nil)

// NewReacher returns a Reacher-v5. After its options are changed, call Validate.
func NewReacher() *Reacher { return mustValidate(newReacher()) }

// newReacher returns a Reacher with the default options and without a model.
func newReacher() *Reacher {
	return &Reacher{FrameSkip: 2, RewardDistWeight: 1, RewardControlWeight: 1}
}

// reacherTerms are the facts of a step.
var reacherTerms = []term{{"reward_dist", sum}, {"reward_ctrl", sum}}

// Validate makes the simulation. It returns an error if an option is not possible.
func (r *Reacher) Validate() error {
	err := checkFinite(option{"reward_dist_weight", r.RewardDistWeight}, option{"reward_control_weight", r.RewardControlWeight})
	if err != nil {
		return err
	}
	b := reacherModel()
	if err := r.build(b, r.FrameSkip, reacherTerms, 3); err != nil {
		return err
	}
	r.fingertip, r.target = r.model.Body("fingertip"), r.model.Body("target")
	r.describe("Reacher-v5", 50, new(-3.75), b, []string{
		"cos shoulder angle", "cos elbow angle", "sin shoulder angle", "sin elbow angle", "target x", "target y",
		"shoulder angular velocity", "elbow angular velocity", "target to fingertip x", "target to fingertip y",
	}, "shoulder", "elbow")
	return nil
}

// Reset puts the arm close to straight along x, nearly at rest, and the target anywhere within 0.2 m
// of the shoulder.
func (r *Reacher) Reset(seed uint64, obs []float32) {
	r.start(seed)
	q, v := r.data.Qpos, r.data.Qvel
	r.addUniform(q[:2], 0.1)
	for {
		q[2], q[3] = r.rng.Uniform(-0.2, 0.2), r.rng.Uniform(-0.2, 0.2)
		if norm(q[2], q[3]) < 0.2 {
			break
		}
	}
	r.addUniform(v[:2], 0.005)
	r.data.Forward()
	r.evaluate()
	r.Observe(obs)
}

// SetPhysics sets the positions and the velocities.
func (r *Reacher) SetPhysics(x []float64) error {
	err := r.simulation.SetPhysics(x)
	if err == nil {
		r.evaluate()
	}
	return err
}

// evaluate keeps the vector from the target to the fingertip at the latest evaluation.
func (r *Reacher) evaluate() {
	d := r.data.BodyPos(r.fingertip).Sub(r.data.BodyPos(r.target))
	r.evaluated[0], r.evaluated[1], r.evaluated[2] = d.X, d.Y, d.Z
}

// Step moves the arm for one step.
func (r *Reacher) Step(act, obs []float32) env.Outcome {
	r.advance(act)
	r.evaluate()
	r.Observe(obs)
	distance := xyz(r.evaluated[0], r.evaluated[1], r.evaluated[2]).Norm()
	near, control := float64(-distance*r.RewardDistWeight), float64(-sumSquares(act)*r.RewardControlWeight)
	r.record(near, control)
	return env.Outcome{Reward: near + control}
}

// Observe writes the observation of the current state.
func (r *Reacher) Observe(obs []float32) {
	for i, angle := range r.data.Qpos[:2] {
		sin, cos := multibody.Sincos(angle)
		obs[i], obs[2+i] = float32(cos), float32(sin)
	}
	rest := writeFloats(obs[4:], r.data.Qpos[2:])
	writeFloats(writeFloats(rest, r.data.Qvel[:2]), r.evaluated[:2])
}

// Copy returns a Reacher with the same options, which shares the model.
func (r *Reacher) Copy() env.Env {
	copied := *r
	copied.makeBuffers()
	return &copied
}

// reacherModel describes the mechanism, with the numbers of Gymnasium's reacher.xml.
func reacherModel() *multibody.Builder {
	b := multibody.NewBuilder()
	b.Integrator, b.Timestep = multibody.RK4, 0.01

	joint, geom := multibody.DefaultJoint(), multibody.DefaultGeom()
	slide := joint
	joint.Armature, joint.Damping = 1, 1
	geom.Contype, geom.Friction = 0, [3]float64{1, 0.1, 0.1}
	colored := func(name string, red, green, blue float64) multibody.Geom {
		g := geom.Named(name)
		g.Color = [4]float64{red, green, blue, 1}
		return g
	}
	untouched := func(g multibody.Geom) multibody.Geom {
		g.Conaffinity = 0
		return g
	}
	targetX, targetY := slide.Slide("target_x", xyz(1, 0, 0)).Between(-0.27, 0.27), slide.Slide("target_y", xyz(0, 1, 0)).Between(-0.27, 0.27)
	targetX.Ref, targetY.Ref = 0.1, -0.1

	ground := untouched(colored("ground", 0.9, 0.9, 0.9)).Plane(xyz(0, 0, 0))
	ground.Size = [3]float64{1, 1, 10}
	b.World.Geoms = []multibody.Geom{ground}
	for _, side := range []struct {
		name           string
		x1, y1, x2, y2 float64
	}{{"sideS", -0.3, -0.3, 0.3, -0.3}, {"sideE", 0.3, -0.3, 0.3, 0.3}, {"sideN", -0.3, 0.3, 0.3, 0.3}, {"sideW", -0.3, -0.3, -0.3, 0.3}} {
		g := untouched(colored(side.name, 0.9, 0.4, 0.6))
		b.World.Geoms = append(b.World.Geoms, g.CapsuleBetween(xyz(side.x1, side.y1, 0.01), xyz(side.x2, side.y2, 0.01), 0.02))
	}
	b.World.Geoms = append(b.World.Geoms, untouched(colored("root", 0.9, 0.4, 0.6)).CylinderBetween(xyz(0, 0, 0), xyz(0, 0, 0.02), 0.011))

	b.World.Bodies = []multibody.Body{{
		Name:   "body0",
		Pos:    xyz(0, 0, 0.01),
		Joints: []multibody.Joint{joint.Hinge("joint0", xyz(0, 0, 1))},
		Geoms:  []multibody.Geom{colored("link0", 0, 0.4, 0.6).CapsuleBetween(xyz(0, 0, 0), xyz(0.1, 0, 0), 0.01)},
		Bodies: []multibody.Body{{
			Name:   "body1",
			Pos:    xyz(0.1, 0, 0),
			Joints: []multibody.Joint{joint.Hinge("joint1", xyz(0, 0, 1)).Between(-3, 3)},
			Geoms:  []multibody.Geom{colored("link1", 0, 0.4, 0.6).CapsuleBetween(xyz(0, 0, 0), xyz(0.1, 0, 0), 0.01)},
			Bodies: []multibody.Body{{
				Name:  "fingertip",
				Pos:   xyz(0.11, 0, 0),
				Geoms: []multibody.Geom{colored("fingertip", 0, 0.8, 0.6).Sphere(xyz(0, 0, 0), 0.01)},
			}},
		}},
	}, {
		Name:   "target",
		Pos:    xyz(0.1, -0.1, 0.01),
		Joints: []multibody.Joint{targetX, targetY},
		Geoms:  []multibody.Geom{untouched(colored("target", 0.9, 0.2, 0.2)).Sphere(xyz(0, 0, 0), 0.009)},
	}}
	b.Actuators = []multibody.Actuator{multibody.Motor("joint0", 200, -1, 1), multibody.Motor("joint1", 200, -1, 1)}
	return b
}
