// Package classic has the classic-control environments, which agree with
// Gymnasium's step for step.
package classic

import (
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// CartPole's constants, in SI units, as Gymnasium has them.
const (
	gravity  = 9.8
	cartMass = 1.0
	poleMass = 0.1
	mass     = cartMass + poleMass
	halfPole = 0.5  // half the pole's length
	force    = 10.0 // of one push
	dt       = 0.02
	maxX     = 2.4
	maxTheta = 0.20943951023931953 // Python's 12*2*math.pi/360, an ulp below the exact value
)

// CartPole is a pole hinged on a cart that is pushed left (0) or right (1).
// Each step pays 1 until the pole leans by more than 12° or the cart leaves
// the track of 4.8 m.
//
// Observation: x [m], ẋ [m/s], θ [rad] from upright, θ̇ [rad/s].
//
// The task is Barto, Sutton and Anderson's, "Neuronlike adaptive elements that
// can solve difficult learning control problems", 1983; the equations of
// motion are Florian's, "Correct equations for the dynamics of the cart-pole
// system", 2007, without friction.
type CartPole struct {
	// SuttonBarto pays 0 for a step, and -1 for the one that ends the episode.
	SuttonBarto bool `yaml:"sutton_barto_reward"`
	// Integrator moves the state by explicit or by semi-implicit Euler steps.
	Integrator Integrator `yaml:"kinematics_integrator"`
	// Low and High bound each state variable at the start, uniformly.
	Low  float64 `yaml:"low"`
	High float64 `yaml:"high"`

	id        string
	maxSteps  int
	threshold float64
	x         [4]float64 // x, ẋ, θ, θ̇
	push      float64    // the latest step's force [N], to be drawn
	rng       env.Rand   // used by Reset alone
}

var (
	_ env.Snapshotter = (*CartPole)(nil)
	_ env.Physics     = (*CartPole)(nil)
	_ env.DrawSetter       = (*CartPole)(nil)
)

// NewCartPole returns a CartPole-v1: 500 steps at most, solved at 475.
func NewCartPole() *CartPole { return newCartPole("CartPole-v1", 500, 475) }

// NewCartPoleV0 returns a CartPole-v0: 200 steps at most, solved at 195.
func NewCartPoleV0() *CartPole { return newCartPole("CartPole-v0", 200, 195) }

func newCartPole(id string, maxSteps int, threshold float64) *CartPole {
	return &CartPole{
		Integrator: Euler, Low: -0.05, High: 0.05,
		id: id, maxSteps: maxSteps, threshold: threshold,
	}
}

// Validate reports options that no CartPole can have.
func (c *CartPole) Validate() error { return checkBounds(c.Low, c.High) }

var inf = float32(math.Inf(1))

// cartPoleSpace is shared by all CartPoles, as the spaces of the others are: a Spec copies
// no bounds.
var cartPoleSpace env.Space = env.Box{
	Low: []float32{-2 * maxX, -inf, -2 * maxTheta, -inf}, High: []float32{2 * maxX, inf, 2 * maxTheta, inf},
	Names: []string{"cart position", "cart velocity", "pole angle", "pole angular velocity"},
}

// Spec describes the task.
func (c *CartPole) Spec() env.Spec {
	return env.Spec{ID: c.id, Obs: cartPoleSpace, Act: env.Discrete{N: 2}, MaxSteps: c.maxSteps, RewardThreshold: &c.threshold}
}

// Reset puts everything between Low and High, by default within 0.05 of
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
	f := force * float64(2*act[0]-1) // to the left for 0; a branch would be guessed wrong half the time
	c.push = f
	x, v, theta, omega := c.x[0], c.x[1], c.x[2], c.x[3]
	sin, cos := sincos(theta)

	// Florian 2007, the accelerations without friction.
	t := (f + float64(poleMass*halfPole*omega*omega*sin)) / mass
	alpha := (float64(gravity*sin) - float64(cos*t)) / (halfPole * (4.0/3 - float64(poleMass*cos*cos/mass)))
	a := t - float64(poleMass*halfPole*alpha*cos/mass)

	if c.Integrator == Euler { // positions move with the old velocities
		x, v, theta, omega = mulAdd(dt, v, x), mulAdd(dt, a, v), mulAdd(dt, omega, theta), mulAdd(dt, alpha, omega)
	} else {
		v, omega = mulAdd(dt, a, v), mulAdd(dt, alpha, omega)
		x, theta = mulAdd(dt, v, x), mulAdd(dt, omega, theta)
	}
	// One by one: an array is copied in larger pieces than it was written in,
	// for which a processor has to wait.
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

// Observe writes the state as float32s.
func (c *CartPole) Observe(obs []float32) {
	_ = obs[3] // one check of bounds for all
	obs[0], obs[1], obs[2], obs[3] = float32(c.x[0]), float32(c.x[1]), float32(c.x[2]), float32(c.x[3])
}

// State visits the physical state, which is all there is: the generator is
// seeded anew by every Reset.
func (c *CartPole) State(s *state.State) { s.Doubles("cartpole", c.x[:]) }

// SetDraws gives the next Reset its four uniform numbers.
func (c *CartPole) SetDraws(u []float64) error { return c.rng.SetDraws(u) }

// Physics appends x [m], ẋ [m/s], θ [rad], θ̇ [rad/s].
func (c *CartPole) Physics(dst []float64) []float64 { return append(dst, c.x[:]...) }

// SetPhysics sets what Physics returns: four finite numbers.
func (c *CartPole) SetPhysics(x []float64) error { return setPhysics(c.x[:], x) }
