package classic

import (
	"fmt"
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// Pendulum is a rod that swings about one end. The goal is to swing it up and to hold it upright
// with a torque of at most 2 N m, which is too weak to lift it directly. The reward is -(θ² + 0.1
// θ̇² + 0.001 u²), with the state before the step. An episode has 200 steps.
//
// Action: u [N m], clipped to ±2. Observation: cos θ, sin θ, θ̇ [rad/s], where θ [rad] is the
// angle from upright.
//
// A uniform rod of m = 1 kg and l = 1 m has the moment of inertia ml²/3 about its end, so
//
//	θ̈ = 3g/(2l) sin θ + 3/(ml²) u
//
// which is integrated by semi-implicit Euler steps. With NumPy 2, Gymnasium computes the terms of
// u in float32 and differs in the eighth digit.
type Pendulum struct {
	G     float64 `yaml:"g"`      // acceleration of gravity [m/s²]
	XInit float64 `yaml:"x_init"` // the angle at the start is uniform in [-x_init, x_init] [rad]
	YInit float64 `yaml:"y_init"` // the angular velocity at the start is uniform in [-y_init, y_init] [rad/s]

	x        [2]float64 // θ, which may be more than one turn, and θ̇
	sin, cos float64    // of θ, which an observation and the next step need
	torque   float64    // torque of the latest step [N m], for Draw
	rng      env.Rand   // used only by Reset
}

var (
	_ env.Snapshotter = (*Pendulum)(nil)
	_ env.Physics     = (*Pendulum)(nil)
	_ env.DrawSetter  = (*Pendulum)(nil)
	_ env.Clipper     = (*Pendulum)(nil)
)

// NewPendulum returns a Pendulum-v1.
func NewPendulum() *Pendulum { return &Pendulum{G: 10, XInit: math.Pi, YInit: 1} }

const maxOmega = 8 // largest angular velocity [rad/s]

// Validate returns an error if an option is not possible.
func (p *Pendulum) Validate() error {
	if p.G-p.G != 0 {
		return fmt.Errorf("g %v, want a number", p.G)
	}
	for _, b := range []struct {
		key   string
		bound float64
	}{{"x_init", p.XInit}, {"y_init", p.YInit}} {
		if checkBounds(-b.bound, b.bound) != nil {
			return fmt.Errorf("%s %v, want a number, 0 or more", b.key, b.bound)
		}
	}
	return nil
}

// The observation and the action space.
var (
	pendulumSpace env.Space = env.Box{
		Low: []float32{-1, -1, -maxOmega}, High: []float32{1, 1, maxOmega}, Names: []string{"cos angle", "sin angle", "angular velocity"},
	}
	torqueSpace env.Space = env.NewBox(-2, 2, 1)
)

// Spec returns the spaces and the time limit. There is no threshold.
func (p *Pendulum) Spec() env.Spec {
	return env.Spec{ID: "Pendulum-v1", Obs: pendulumSpace, Act: torqueSpace, MaxSteps: 200}
}

// Reset sets the angle and the angular velocity to uniform numbers: by default any angle, and a
// small velocity.
func (p *Pendulum) Reset(seed uint64, obs []float32) {
	p.rng.Seed(seed)
	p.torque = 0
	theta := p.rng.Uniform(-p.XInit, p.XInit)
	p.setState(theta, p.rng.Uniform(-p.YInit, p.YInit))
	p.Observe(obs)
}

// Step applies a torque for one time step of 0.05 s.
func (p *Pendulum) Step(act, obs []float32) env.Outcome {
	const dt = 0.05 // [s]
	u := min(max(float64(act[0]), -2), 2)
	p.torque = u
	theta, omega := p.x[0], p.x[1]
	angle := wrapAngle(theta)
	cost := float64(angle*angle) + float64(0.1*omega*omega) + float64(0.001*u*u)

	alpha := float64(3*p.G/2*p.sin) + float64(3*u)
	omega = min(max(omega+float64(alpha*dt), -maxOmega), maxOmega)
	p.setState(theta+float64(omega*dt), omega)
	p.Observe(obs)
	return env.Outcome{Reward: -cost}
}

// setState sets the state variables, and the sine and the cosine of the angle.
func (p *Pendulum) setState(theta, omega float64) {
	p.x[0], p.x[1] = theta, omega
	p.sin, p.cos = sincos(theta)
}

// Observe writes cos θ, sin θ and θ̇.
func (p *Pendulum) Observe(obs []float32) {
	_ = obs[2] // one bounds check for all elements
	obs[0], obs[1], obs[2] = float32(p.cos), float32(p.sin), float32(p.x[1])
}

// State saves or loads the physical state. The generator need not be saved, because only Reset
// uses it and seeds it again.
func (p *Pendulum) State(s *state.State) {
	s.Doubles("pendulum", p.x[:])
	p.setState(p.x[0], p.x[1])
}

// SetDraws gives the two uniform numbers for the next Reset.
func (p *Pendulum) SetDraws(u []float64) error { return p.rng.SetDraws(u) }

// Physics appends θ [rad] and θ̇ [rad/s].
func (p *Pendulum) Physics(dst []float64) []float64 { return append(dst, p.x[:]...) }

// SetPhysics sets θ and θ̇. It returns an error if θ̇ is above the largest angular velocity that
// a step or a Reset can give.
func (p *Pendulum) SetPhysics(x []float64) error {
	maxVelocity := max(maxOmega, p.YInit)
	err := setPhysics(p.x[:], x, boundedVariable{"angular velocity", 1, -maxVelocity, maxVelocity})
	p.setState(p.x[0], p.x[1])
	return err
}

// ClipsActions marks the environment as a Clipper: it clips the torque to [-2, 2].
func (p *Pendulum) ClipsActions() {}
