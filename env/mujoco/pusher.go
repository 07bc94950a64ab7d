package mujoco

import "github.com/rlrun/rlrun/env"

// Pusher is an arm of seven joints that should push an object, a cylinder on a table, to a goal.
// There is no gravity, and no state ends the episode. The reward of a step is
//
//	-reward_near_weight |object - fingertips| - reward_dist_weight |object - goal| - reward_control_weight Σ action²
//
// Action: the torques of the motors of the arm [N m].
// Observation: the angles of the arm's joints [rad], their velocities, and the positions of the
// fingertips, the object and the goal [m].
type Pusher struct {
	FrameSkip           int     `yaml:"frame_skip"`            // time steps of the model, 0.01 s each, in a step
	RewardNearWeight    float64 `yaml:"reward_near_weight"`    // weight of the distance between object and fingertips in the reward
	RewardDistWeight    float64 `yaml:"reward_dist_weight"`    // weight of the distance between object and goal in the reward
	RewardControlWeight float64 `yaml:"reward_control_weight"` // weight of the squared actions in the reward

	simulation                   // steps the mechanism
	fingertips, object, goal int // bodies
}

var _ task = (*Pusher)(nil)

// NewPusher returns a Pusher-v5. After its options are changed, call Validate.
func NewPusher() *Pusher { return mustValidate(newPusher()) }

// newPusher returns a Pusher with the default options and without a model.
func newPusher() *Pusher {
	return &Pusher{FrameSkip: 5, RewardNearWeight: 0.5, RewardDistWeight: 1, RewardControlWeight: 0.1}
}

// pusherTerms are the facts of a step.
var pusherTerms = []term{{"reward_dist", sum}, {"reward_ctrl", sum}, {"reward_near", sum}}

// Validate makes the simulation. It returns an error if an option is not possible.
func (p *Pusher) Validate() error {
	if err := checkFinite(option{"reward_near_weight", p.RewardNearWeight}, option{"reward_dist_weight", p.RewardDistWeight},
		option{"reward_control_weight", p.RewardControlWeight}); err != nil {
		return err
	}
	b := pusherModel()
	if err := p.build(b, p.FrameSkip, pusherTerms, 9); err != nil {
		return err
	}
	p.fingertips, p.object, p.goal = p.model.Body("tips_arm"), p.model.Body("object"), p.model.Body("goal")
	joints := []string{"shoulder pan", "shoulder lift", "upper arm roll", "elbow flex", "forearm roll", "wrist flex", "wrist roll"}
	names := append(eachWith(joints, "angle"), eachWith(joints, "angular velocity")...)
	for _, body := range []string{"fingertips", "object", "goal"} {
		names = append(names, suffixed(body, "x", "y", "z")...)
	}
	p.describe("Pusher-v5", 100, new(0.0), b, names, joints...)
	return nil
}

// armJoints is the number of joints of the arm. The four slides of object and goal follow them.
const armJoints = 7

// Reset puts the arm to its initial pose, nearly at rest, the goal to its place, and the object to
// a place on the side of the arm that is at least 0.17 m away from the goal.
func (p *Pusher) Reset(seed uint64, obs []float32) {
	p.start(seed)
	object := p.data.Qpos[armJoints:]
	for {
		object[0], object[1] = p.rng.Uniform(-0.3, 0), p.rng.Uniform(-0.2, 0.2) // the slides along y and along x
		if norm(object[0], object[1]) > 0.17 {
			break
		}
	}
	p.addUniform(p.data.Qvel, 0.005)
	clear(p.data.Qvel[armJoints:])
	p.data.Forward()
	p.evaluate()
	p.Observe(obs)
}

// evaluate keeps the positions of fingertips, object and goal in the latest evaluation.
func (p *Pusher) evaluate() {
	x := p.evaluated
	for i, body := range [...]int{p.fingertips, p.object, p.goal} {
		at := p.data.BodyPos(body)
		x[3*i], x[3*i+1], x[3*i+2] = at.X, at.Y, at.Z
	}
}

// Step moves the arm for one step.
func (p *Pusher) Step(act, obs []float32) env.Outcome {
	p.advance(act)
	p.evaluate()
	p.Observe(obs)
	fingertips, object, goal := xyz(p.evaluated[0], p.evaluated[1], p.evaluated[2]), xyz(p.evaluated[3], p.evaluated[4], p.evaluated[5]), xyz(p.evaluated[6], p.evaluated[7], p.evaluated[8])
	near := -float64(object.Sub(fingertips).Norm() * p.RewardNearWeight)
	dist := -float64(object.Sub(goal).Norm() * p.RewardDistWeight)
	ctrl := -float64(sumSquares(act) * p.RewardControlWeight)
	p.record(dist, ctrl, near)
	return env.Outcome{Reward: dist + ctrl + near}
}

// Observe writes the angles and velocities of the arm, and the positions.
func (p *Pusher) Observe(obs []float32) {
	obs = writeFloats(writeFloats(obs, p.data.Qpos[:armJoints]), p.data.Qvel[:armJoints])
	writeFloats(obs, p.evaluated)
}

// SetPhysics sets the positions and the velocities.
func (p *Pusher) SetPhysics(x []float64) error {
	err := p.simulation.SetPhysics(x)
	if err == nil {
		p.evaluate()
	}
	return err
}

// Copy returns a Pusher with the same options, which shares the model.
func (p *Pusher) Copy() env.Env {
	copied := *p
	copied.makeBuffers()
	return &copied
}
