// Package thrower is an environment on package planar: a motor turns an arm, which throws a ball at a flag.
package thrower

import (
	"errors"
	"fmt"
	"math"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/planar"
)

// Thrower is an arm on a hinge, with a ball on its end. The action is the speed of the motor, from
// rest (-1) to 15 rad/s (1).
// The episode ends when the ball touches the ground, with a reward of 1 at the flag, and of
// 1/(1 + d/5) at a distance of d metres from it. Observation: the distance of the flag, in 30 m; the
// arm's angle [rad] and speed, in 15 rad/s; the ball's place, in 30 m and 10 m; and its velocity, in 20 m/s.
type Thrower struct {
	Farthest float64 `yaml:"farthest"` // largest distance of the flag [m]

	rng    env.Rand
	world  *planar.World
	arm    int32 // body
	ball   int32 // body
	hinge  int32 // joint
	flag   float64
	shapes [3]planar.Shape // of ground, arm and ball
	saved  []float32
}

// New returns a Thrower.
func New() *Thrower {
	t := &Thrower{Farthest: 30, world: planar.NewWorld(planar.Vec{})}
	ground, err0 := planar.Edge(planar.Vec{X: -50}, planar.Vec{X: 200})
	arm, err1 := planar.Box(2, 0.1)
	ball, err2 := planar.Circle(planar.Vec{}, 0.25)
	if err := errors.Join(err0, err1, err2); err != nil {
		panic(err) // the numbers are constants
	}
	t.shapes = [3]planar.Shape{ground, arm, ball}
	return t
}

// nearest is the smallest distance of the flag [m].
const nearest = 5

// Validate returns an error if an option is not possible.
func (t *Thrower) Validate() error {
	if !(10 <= t.Farthest && t.Farthest <= 30) {
		return errors.New("farthest: want a number of metres, 10 … 30")
	}
	return nil
}

// Spec returns the spaces and the time limit.
func (t *Thrower) Spec() env.Spec {
	inf := float32(math.Inf(1))
	return env.Spec{ID: "example/Thrower-v0", Obs: env.NewBox(-inf, inf, 7), Act: env.NewBox(-1, 1, 1), MaxSteps: 200, RewardThreshold: new(0.8)}
}

// Reset builds the world and plants the flag.
func (t *Thrower) Reset(seed uint64, obs []float32) {
	t.rng.Seed(seed)
	t.flag = t.rng.Uniform(nearest, t.Farthest)
	if err := t.build(); err != nil {
		env.Fail(err)
	}
	t.observe(obs)
}

// build adds the ground, the arm on its hinge and the ball to an empty world. It returns the first error.
func (t *Thrower) build() error {
	w := t.world
	w.Reset(planar.Vec{Y: -10})
	wood := planar.Material{Density: 1, Friction: 0.5, Category: 1, Mask: math.MaxUint16}
	var err error
	add := func(kind planar.Kind, x, y float32, shape planar.Shape) int32 {
		body, err1 := w.AddBody(kind, planar.Vec{X: x, Y: y}, 0)
		_, err2 := w.AddFixture(body, shape, wood)
		err = errors.Join(err, err1, err2)
		return body
	}
	ground := add(planar.Static, 0, 0, t.shapes[0])
	t.arm = add(planar.Dynamic, 0, 2, t.shapes[1])
	t.ball = add(planar.Dynamic, -1.7, 2.4, t.shapes[2])
	hinge, err3 := w.AddJoint(planar.Revolute{
		A: ground, B: t.arm, AnchorA: planar.Vec{Y: 2}, Limited: true, Lower: -1, Upper: 0.3, Motor: true, MaxTorque: 500,
	})
	t.hinge = hinge
	return errors.Join(err, err3)
}

// Step drives the motor and moves the world for 1/20 s.
func (t *Thrower) Step(act, obs []float32) (out env.Outcome) {
	t.world.Drive(t.hinge, -7.5*(1+act[0]), 500)
	for range 3 {
		if err := t.world.Step(1.0/60, 8, 3); err != nil {
			env.Fail(err)
		}
		for _, e := range t.world.Events() {
			a, b := t.world.BodyOf(e.A), t.world.BodyOf(e.B)
			if e.Begin && min(a, b) == 0 && max(a, b) == t.ball { // body 0 is the ground
				away := math.Abs(float64(t.world.Body(t.ball).Position().X) - t.flag)
				out = env.Outcome{Reward: 1 / (1 + away/5), Terminated: true}
			}
		}
		if out.Terminated {
			break
		}
	}
	t.observe(obs)
	return out
}

// observe writes the observation.
func (t *Thrower) observe(obs []float32) {
	b := t.world.Body(t.ball)
	p, v := b.Position(), b.Velocity()
	obs[0] = float32(t.flag / 30)
	obs[1], obs[2] = t.world.JointAngle(t.hinge), t.world.JointSpeed(t.hinge)/15
	obs[3], obs[4], obs[5], obs[6] = p.X/30, p.Y/10, v.X/20, v.Y/20
}

// State saves or loads the episode: the flag, and what steps have changed in the world.
func (t *Thrower) State(s *state.State) {
	t.rng.State(s)
	s.Double("flag", &t.flag)
	if !s.Loading() {
		t.saved = t.world.State(t.saved[:0])
	}
	state.Slice(s, "world", &t.saved, 10_000)
	if s.Loading() && s.Err() == nil {
		s.Fail(errors.Join(t.build(), t.world.SetState(t.saved)))
		if !(t.flag >= nearest && t.flag <= t.Farthest) {
			s.Fail(fmt.Errorf("thrower: a state with the flag at %v m, want %d … %v", t.flag, nearest, t.Farthest))
		}
	}
}
