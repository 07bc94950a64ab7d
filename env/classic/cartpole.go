// Package classic has the classic-control environments CartPole, MountainCar,
// MountainCarContinuous, Pendulum and Acrobot. They agree with Gymnasium's step for step: with
// the same state and action, they have the same next state, observation and reward.
// CartPoleNoVel and PendulumNoVel are the same tasks with hidden velocities.
//
// Register adds all of them to a Registry, as in ExampleRegister. Each is also a type with
// options, made for example by NewCartPole. All of them can be saved (env.Snapshotter), their
// physical state can be set (env.Physics), and they draw themselves in the window (render.Scene).
package classic

import (
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// CartPole's constants in SI units, with Gymnasium's values.
const (
	gravity  = 9.8
	cartMass = 1.0
	poleMass = 0.1
	mass     = cartMass + poleMass
	halfPole = 0.5  // half the length of the pole
	force    = 10.0 // force of one push
	dt       = 0.02
	maxX     = 2.4
	maxTheta = 0.20943951023931953 // Python's 12*2*math.pi/360, one ulp below the exact value
)

// CartPole is a pole on a hinge on a cart that is pushed to the left (action 0) or to the right
// (1). Each step has the reward 1. The episode ends when the pole leans by more than 12°, or when
// the cart leaves the track of 4.8 m.
//
// Observation: x [m], ẋ [m/s], θ [rad] from upright, θ̇ [rad/s].
//
// The task is from Barto, Sutton and Anderson, "Neuronlike adaptive elements that can solve
// difficult learning control problems", 1983. The equations of motion are from Florian, "Correct
// equations for the dynamics of the cart-pole system", 2007, without friction.
type CartPole struct {
	SuttonBarto bool       `yaml:"sutton_barto_reward"`   // true: the reward is 0 for a step and -1 for the last step; false: 1 for each step
	Integrator  Integrator `yaml:"kinematics_integrator"` // method that computes the next state
	Low         float64    `yaml:"low"`                   // lower bound of each state variable at the start (uniform between low and high)
	High        float64    `yaml:"high"`                  // upper bound of each state variable at the start

	id        string
	maxSteps  int
	threshold float64
	x         [4]float64 // x, ẋ, θ, θ̇
	push      float64    // force of the latest step [N], for Draw
	rng       env.Rand   // used only by Reset
}

var (
	_ env.Snapshotter = (*CartPole)(nil)
	_ env.Physics     = (*CartPole)(nil)
	_ env.DrawSetter  = (*CartPole)(nil)
)

// NewCartPole returns a CartPole-v1: the time limit is 500 steps, a return of 475 counts as
// solved.
func NewCartPole() *CartPole { return newCartPole("CartPole-v1", 500, 475) }

// NewCartPoleV0 returns a CartPole-v0: the time limit is 200 steps, a return of 195 counts as
// solved.
func NewCartPoleV0() *CartPole { return newCartPole("CartPole-v0", 200, 195) }

func newCartPole(id string, maxSteps int, threshold float64) *CartPole {
	return &CartPole{
		Integrator: Euler, Low: -0.05, High: 0.05,
		id: id, maxSteps: maxSteps, threshold: threshold,
	}
}

// Validate returns an error if an option is not possible.
func (c *CartPole) Validate() error { return checkBounds(c.Low, c.High) }

var inf = float32(math.Inf(1))

// cartPoleSpace is the observation space. All CartPoles share it, so that Spec copies no bounds.
var cartPoleSpace env.Space = env.Box{
	Low: []float32{-2 * maxX, -inf, -2 * maxTheta, -inf}, High: []float32{2 * maxX, inf, 2 * maxTheta, inf},
	Names: []string{"cart position", "cart velocity", "pole angle", "pole angular velocity"},
}

// Spec returns the spaces, the time limit and the threshold.
func (c *CartPole) Spec() env.Spec {
	return env.Spec{ID: c.id, Obs: cartPoleSpace, Act: env.Discrete{N: 2}, MaxSteps: c.maxSteps, RewardThreshold: &c.threshold}
}

// Reset sets each state variable to a uniform number between Low and High, by default close to
// upright rest.
func (c *CartPole) Reset(seed uint64, obs []float32) {
	c.rng.Seed(seed)
	c.push = 0
	for i := range c.x {
		c.x[i] = c.rng.Uniform(c.Low, c.High)
	}
	c.Observe(obs)
}

// Step pushes the cart for one time step.
func (c *CartPole) Step(act, obs []float32) env.Outcome {
	f := force * float64(2*act[0]-1) // to the left for 0; a branch would be mispredicted half the time
	c.push = f
	x, v, theta, omega := c.x[0], c.x[1], c.x[2], c.x[3]
	sin, cos := smallSincos(theta)

	// Florian 2007, accelerations without friction.
	t := (f + float64(poleMass*halfPole*omega*omega*sin)) / mass
	alpha := (float64(gravity*sin) - float64(cos*t)) / (halfPole * (4.0/3 - float64(poleMass*cos*cos/mass)))
	a := t - float64(poleMass*halfPole*alpha*cos/mass)

	if c.Integrator == Euler { // positions change with the old velocities
		x, v, theta, omega = mulAdd(dt, v, x), mulAdd(dt, a, v), mulAdd(dt, omega, theta), mulAdd(dt, alpha, omega)
	} else {
		v, omega = mulAdd(dt, a, v), mulAdd(dt, alpha, omega)
		x, theta = mulAdd(dt, v, x), mulAdd(dt, omega, theta)
	}
	// Four stores, not one array: copying the array reads it in larger pieces than the stores
	// wrote, and the processor would wait for them.
	c.x[0], c.x[1], c.x[2], c.x[3] = x, v, theta, omega
	c.Observe(obs)

	out := env.Outcome{Reward: 1, Terminated: math.Abs(x) > maxX || math.Abs(theta) > maxTheta}
	if c.SuttonBarto {
		if out.Reward = 0; out.Terminated {
			out.Reward = -1
		}
	}
	return out
}

// Observe writes the state as float32 numbers.
func (c *CartPole) Observe(obs []float32) {
	_ = obs[3] // one bounds check for all elements
	obs[0], obs[1], obs[2], obs[3] = float32(c.x[0]), float32(c.x[1]), float32(c.x[2]), float32(c.x[3])
}

// State saves or loads the physical state. The generator need not be saved, because only Reset
// uses it and seeds it again.
func (c *CartPole) State(s *state.State) { s.Doubles("cartpole", c.x[:]) }

// SetDraws gives the four uniform numbers for the next Reset.
func (c *CartPole) SetDraws(u []float64) error { return c.rng.SetDraws(u) }

// Physics appends x [m], ẋ [m/s], θ [rad], θ̇ [rad/s].
func (c *CartPole) Physics(dst []float64) []float64 { return append(dst, c.x[:]...) }

// SetPhysics sets the state variables in the order of Physics. They must be finite.
func (c *CartPole) SetPhysics(x []float64) error { return setPhysics(c.x[:], x) }
