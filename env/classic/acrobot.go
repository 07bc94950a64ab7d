package classic

import (
	"fmt"
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
)

// Acrobot is two rods in a chain that hangs from a pivot. A motor at the joint between the rods
// has a torque of -1 (action 0), 0 (1) or 1 N m (2). Each step has the reward -1. The episode
// ends, with the reward 0, when the free end is more than 1 m above the pivot. The time limit is
// 500 steps; a return of -100 counts as solved.
//
// Observation: cos θ₁, sin θ₁, cos θ₂, sin θ₂, θ̇₁ and θ̇₂ [rad/s]. θ₁ is the angle of the upper
// rod from hanging down. θ₂ is the angle of the lower rod from the direction of the upper rod.
//
// The task is from Sutton, "Generalization in reinforcement learning: successful examples using
// sparse coarse coding", 1996. The equations of motion are from Sutton and Barto, "Reinforcement
// learning: an introduction", 1998, section 11.3: each rod has a mass of 1 kg, a length of 1 m,
// its centre of mass in the middle, and a moment of inertia of 1 kg m².
type Acrobot struct {
	Equations   Equations `yaml:"book_or_nips"`     // equations of motion
	Torques     []float64 `yaml:"AVAIL_TORQUE"`     // torque of each action [N m]
	TorqueNoise float64   `yaml:"torque_noise_max"` // each torque gets uniform noise in [-torque_noise_max, torque_noise_max] [N m]
	Low         float64   `yaml:"low"`              // lower bound of each state variable at the start (uniform between low and high)
	High        float64   `yaml:"high"`             // upper bound of each state variable at the start

	x      [4]float64 // θ₁, θ₂, θ̇₁, θ̇₂
	sines  sines      // of θ₁ and θ₂, which an observation and the next step need
	torque float64    // torque of the latest step [N m], for Draw
	rng    env.Rand
}

var (
	_ env.Snapshotter = (*Acrobot)(nil)
	_ env.Physics     = (*Acrobot)(nil)
	_ env.DrawSetter  = (*Acrobot)(nil)
)

// Equations is a version of the Acrobot's equations of motion.
type Equations string

// The versions of the equations of motion.
const (
	Book Equations = "book" // Sutton and Barto 1998
	NIPS Equations = "nips" // as printed in Sutton 1996, without the centrifugal term of the upper rod
)

// UnmarshalText parses the name of an Equations.
func (e *Equations) UnmarshalText(text []byte) error {
	switch v := Equations(text); v {
	case Book, NIPS:
		*e = v
		return nil
	}
	return fmt.Errorf("equations %q, want %s or %s", text, Book, NIPS)
}

// NewAcrobot returns an Acrobot-v1.
func NewAcrobot() *Acrobot {
	return &Acrobot{Equations: Book, Torques: []float64{-1, 0, 1}, Low: -0.1, High: 0.1}
}

// Validate returns an error if an option is not possible.
func (a *Acrobot) Validate() error {
	if len(a.Torques) == 0 {
		return fmt.Errorf("AVAIL_TORQUE %v, want a torque for each action", a.Torques)
	}
	for _, t := range a.Torques {
		if t-t != 0 {
			return fmt.Errorf("AVAIL_TORQUE %v, want numbers", a.Torques)
		}
	}
	if checkBounds(-a.TorqueNoise, a.TorqueNoise) != nil {
		return fmt.Errorf("torque_noise_max %v, want a number, 0 or more", a.TorqueNoise)
	}
	return checkBounds(a.Low, a.High)
}

// The largest angular velocities [rad/s].
const (
	maxOmega1 = 4 * math.Pi
	maxOmega2 = 9 * math.Pi
)

// acrobotTime is the time of a step [s].
const acrobotTime = 0.2

// acrobotSpace is the observation space.
var acrobotSpace env.Space = env.Box{
	Low: []float32{-1, -1, -1, -1, -maxOmega1, -maxOmega2}, High: []float32{1, 1, 1, 1, maxOmega1, maxOmega2},
	Names: []string{
		"cos angle 1", "sin angle 1", "cos angle 2", "sin angle 2", "angular velocity 1", "angular velocity 2",
	},
}

// Spec returns the spaces, the time limit and the threshold.
func (a *Acrobot) Spec() env.Spec {
	return env.Spec{
		ID: "Acrobot-v1", Obs: acrobotSpace, Act: env.Discrete{N: len(a.Torques)},
		MaxSteps: 500, RewardThreshold: new(-100.0),
	}
}

// Reset sets each state variable to a uniform number between Low and High, by default close to 0,
// where the rods hang down at rest. It rounds the numbers to float32, as Gymnasium does.
func (a *Acrobot) Reset(seed uint64, obs []float32) {
	a.rng.Seed(seed)
	a.torque = 0
	for i := range a.x {
		a.x[i] = float64(float32(a.rng.Uniform(a.Low, a.High)))
	}
	a.setState(a.x[0], a.x[1], a.x[2], a.x[3])
	a.Observe(obs)
}

// Step applies a torque for one time step of 0.2 s, integrated by the classical Runge-Kutta
// method.
func (a *Acrobot) Step(act, obs []float32) env.Outcome {
	const dt = acrobotTime
	torque := a.Torques[int(act[0])]
	if a.TorqueNoise > 0 {
		torque += a.rng.Uniform(-a.TorqueNoise, a.TorqueNoise)
	}
	a.torque = torque
	x := rods{a.x[0], a.x[1], a.x[2], a.x[3]}
	k1 := a.derivative(x, a.sines, torque)
	x2 := x.plus(dt/2, k1)
	k2 := a.derivative(x2, x2.sines(), torque)
	x3 := x.plus(dt/2, k2)
	k3 := a.derivative(x3, x3.sines(), torque)
	x4 := x.plus(dt, k3)
	k4 := a.derivative(x4, x4.sines(), torque)
	x.theta1 += average(k1.theta1, k2.theta1, k3.theta1, k4.theta1)
	x.theta2 += average(k1.theta2, k2.theta2, k3.theta2, k4.theta2)
	x.omega1 += average(k1.omega1, k2.omega1, k3.omega1, k4.omega1)
	x.omega2 += average(k1.omega2, k2.omega2, k3.omega2, k4.omega2)
	a.setState(wrapAngle(x.theta1), wrapAngle(x.theta2),
		min(max(x.omega1, -maxOmega1), maxOmega1), min(max(x.omega2, -maxOmega2), maxOmega2))
	a.Observe(obs)
	if a.height() > 1 {
		return env.Outcome{Terminated: true}
	}
	return env.Outcome{Reward: -1}
}

// A rods is the state variables, or their derivatives. It has fields and not an array, because
// the compiler keeps only fields in registers.
type rods struct{ theta1, theta2, omega1, omega2 float64 }

// A sines is the sines and cosines of θ₁ and θ₂.
type sines struct{ sin1, cos1, sin2, cos2 float64 }

// plus returns x + h k.
func (x rods) plus(h float64, k rods) rods {
	return rods{
		mulAdd(h, k.theta1, x.theta1), mulAdd(h, k.theta2, x.theta2), mulAdd(h, k.omega1, x.omega1), mulAdd(h, k.omega2, x.omega2),
	}
}

// sines returns the sines and cosines of the angles.
func (x rods) sines() (s sines) {
	s.sin1, s.cos1 = sincos(x.theta1)
	s.sin2, s.cos2 = sincos(x.theta2)
	return s
}

// average returns the change of a state variable with the derivatives k1, …, k4.
func average(k1, k2, k3, k4 float64) float64 {
	return float64(acrobotTime / 6 * (k1 + float64(2*k2) + float64(2*k3) + k4))
}

// derivative returns dx/dt under a torque. Sutton and Barto 1998, section 11.3, with the values
// of the masses, lengths and moments of inertia:
//
//	φ₂ = 4.9 sin(θ₁ + θ₂)
//	φ₁ = -½ θ̇₂² sin θ₂ - θ̇₁ θ̇₂ sin θ₂ + 14.7 sin θ₁ + φ₂
//	d₁ = 3.5 + cos θ₂
//	d₂ = 1.25 + ½ cos θ₂
//	θ̈₂ = (torque + d₂/d₁ φ₁ - ½ θ̇₁² sin θ₂ - φ₂) / (1.25 - d₂²/d₁)
//	θ̈₁ = -(d₂ θ̈₂ + φ₁) / d₁
func (a *Acrobot) derivative(x rods, s sines, torque float64) rods {
	phi2 := float64(4.9 * (float64(s.sin1*s.cos2) + float64(s.cos1*s.sin2)))
	phi1 := float64(14.7*s.sin1) + phi2 - float64(float64(x.omega2*(float64(0.5*x.omega2)+x.omega1))*s.sin2)
	d1, d2 := 3.5+s.cos2, 1.25+float64(0.5*s.cos2)
	if a.Equations == Book {
		torque -= float64(0.5 * x.omega1 * x.omega1 * s.sin2)
	}
	r := d2 / d1
	alpha2 := (torque + float64(r*phi1) - phi2) / (1.25 - float64(r*d2))
	alpha1 := -float64(r*alpha2) - phi1/d1
	return rods{x.omega1, x.omega2, alpha1, alpha2}
}

// setState sets the state variables and the sines of the angles.
func (a *Acrobot) setState(theta1, theta2, omega1, omega2 float64) {
	a.x[0], a.x[1], a.x[2], a.x[3] = theta1, theta2, omega1, omega2
	a.sines = rods{theta1, theta2, omega1, omega2}.sines()
}

// Observe writes the cosines and sines of the angles, and the angular velocities.
func (a *Acrobot) Observe(obs []float32) {
	_ = obs[5] // one bounds check for all elements
	obs[0], obs[1], obs[2], obs[3] = float32(a.sines.cos1), float32(a.sines.sin1), float32(a.sines.cos2), float32(a.sines.sin2)
	obs[4], obs[5] = float32(a.x[2]), float32(a.x[3])
}

// height returns the height of the free end above the pivot [m]: -cos θ₁ - cos(θ₁ + θ₂).
func (a *Acrobot) height() float64 {
	s := &a.sines
	return -s.cos1 - (float64(s.cos1*s.cos2) - float64(s.sin1*s.sin2))
}

// State saves or loads the physical state, and the generator, which Step uses for the noise.
func (a *Acrobot) State(s *state.State) {
	s.Doubles("acrobot", a.x[:])
	a.setState(a.x[0], a.x[1], a.x[2], a.x[3])
	a.rng.State(s)
}

// SetDraws gives the uniform numbers for the next Reset, which uses four, or for each Step with
// noise, which uses one.
func (a *Acrobot) SetDraws(u []float64) error { return a.rng.SetDraws(u) }

// Physics appends θ₁ and θ₂ [rad], from -π to π, and θ̇₁ and θ̇₂ [rad/s].
func (a *Acrobot) Physics(dst []float64) []float64 { return append(dst, a.x[:]...) }

// SetPhysics sets the state variables in the order of Physics. It returns an error if an angular
// velocity is above the largest angular velocity that a step or a Reset can give.
func (a *Acrobot) SetPhysics(x []float64) error {
	max1, max2 := max(maxOmega1, -a.Low, a.High), max(maxOmega2, -a.Low, a.High)
	err := setPhysics(a.x[:], x,
		boundedVariable{"angular velocity 1", 2, -max1, max1}, boundedVariable{"angular velocity 2", 3, -max2, max2})
	a.setState(a.x[0], a.x[1], a.x[2], a.x[3])
	return err
}
