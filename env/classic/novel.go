package classic

import "github.com/rlrun/rlrun/env"

// CartPoleNoVel is a CartPole-v1 whose velocities cannot be seen: in its observations ẋ and θ̇ are 0. A
// policy must infer them from past observations. It is the task of the same name in rl-baselines3-zoo.
type CartPoleNoVel struct {
	CartPole `yaml:",inline"`
}

var (
	_ env.Snapshotter = (*CartPoleNoVel)(nil)
	_ env.Physics     = (*CartPoleNoVel)(nil)
	_ env.DrawSetter  = (*CartPoleNoVel)(nil)
)

// NewCartPoleNoVel returns a CartPoleNoVel-v1.
func NewCartPoleNoVel() *CartPoleNoVel {
	return &CartPoleNoVel{*newCartPole("CartPoleNoVel-v1", 500, 475)}
}

// Reset begins an episode.
func (c *CartPoleNoVel) Reset(seed uint64, obs []float32) {
	c.CartPole.Reset(seed, obs)
	obs[1], obs[3] = 0, 0
}

// Step pushes the cart for one time step.
func (c *CartPoleNoVel) Step(act, obs []float32) env.Outcome {
	out := c.CartPole.Step(act, obs)
	obs[1], obs[3] = 0, 0
	return out
}

// Observe writes x and θ, with zeros in place of the velocities.
func (c *CartPoleNoVel) Observe(obs []float32) {
	c.CartPole.Observe(obs)
	obs[1], obs[3] = 0, 0
}

// PendulumNoVel is a Pendulum whose angular velocity cannot be seen: in its observations θ̇ is 0. A
// policy must infer it from past observations. It is the task of the same name in rl-baselines3-zoo.
type PendulumNoVel struct {
	Pendulum `yaml:",inline"`
}

var (
	_ env.Snapshotter = (*PendulumNoVel)(nil)
	_ env.Physics     = (*PendulumNoVel)(nil)
	_ env.DrawSetter  = (*PendulumNoVel)(nil)
	_ env.Clipper     = (*PendulumNoVel)(nil)
)

// NewPendulumNoVel returns a PendulumNoVel-v1.
func NewPendulumNoVel() *PendulumNoVel { return &PendulumNoVel{*NewPendulum()} }

// Spec returns the spaces and the time limit. There is no threshold.
func (p *PendulumNoVel) Spec() env.Spec {
	s := p.Pendulum.Spec()
	s.ID = "PendulumNoVel-v1"
	return s
}

// Reset begins an episode.
func (p *PendulumNoVel) Reset(seed uint64, obs []float32) {
	p.Pendulum.Reset(seed, obs)
	obs[2] = 0
}

// Step applies a torque for one time step.
func (p *PendulumNoVel) Step(act, obs []float32) env.Outcome {
	out := p.Pendulum.Step(act, obs)
	obs[2] = 0
	return out
}

// Observe writes cos θ and sin θ, with 0 in place of the angular velocity.
func (p *PendulumNoVel) Observe(obs []float32) {
	p.Pendulum.Observe(obs)
	obs[2] = 0
}
