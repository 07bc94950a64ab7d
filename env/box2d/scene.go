package box2d

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/planar"
)

// Numbers that LunarLander and BipedalWalker share. Gymnasium's positions are in pixels of a window.
const (
	fps   = 50   // steps in a second
	scale = 30.0 // pixels in a metre
)

// Numbers of iterations of a step, as Gymnasium's.
const (
	velocityIterations = 180
	positionIterations = 60
)

// A scene is a world of planar, with the first error of making it.
type scene struct {
	planar.World
	err     error
	numbers []float32 // scratch of State
}

// checkNumbers returns an error if a number of a state is not finite.
func checkNumbers[T float32 | float64](numbers ...T) error {
	return checkFinite("box2d: a state with the number", numbers)
}

// checkFinite returns an error that begins with what if a number is not finite.
func checkFinite[T float32 | float64](what string, numbers []T) error {
	for _, x := range numbers {
		if x-x != 0 {
			return fmt.Errorf("%s %v, want finite numbers", what, x)
		}
	}
	return nil
}

// begin removes all bodies.
func (s *scene) begin(gravity planar.Vec) {
	s.World.Reset(gravity)
	s.err = nil
}

// keep keeps the first error.
func (s *scene) keep(err error) {
	if s.err == nil {
		s.err = err
	}
}

// check ends the episode if err is not nil.
func check(err error) {
	if err != nil {
		env.Fail(err)
	}
}

// addBody adds a body at (x, y).
func (s *scene) addBody(kind planar.Kind, x, y, angle float64) int32 {
	i, err := s.AddBody(kind, vec(x, y), float32(angle))
	s.keep(err)
	return i
}

// addFixture adds a shape to a body.
func (s *scene) addFixture(body int32, shape planar.Shape, m planar.Material) {
	_, err := s.AddFixture(body, shape, m)
	s.keep(err)
}

// addJoint adds a joint.
func (s *scene) addJoint(r planar.Revolute) int32 {
	i, err := s.AddJoint(r)
	s.keep(err)
	return i
}

// advance moves the world by one step of the environment.
func (s *scene) advance() {
	check(s.World.Step(float32(1.0/fps), velocityIterations, positionIterations))
}

// has reports whether body a or b is i.
func has(a, b, i int32) bool { return a == i || b == i }

// vec returns a vector, rounded once, where it enters the world.
func vec(x, y float64) planar.Vec { return planar.Vec{X: float32(x), Y: float32(y)} }

// polygon returns the polygon of points in units of 1/scale.
func polygon(scale float64, points ...[2]float64) planar.Shape {
	var v []planar.Vec
	for _, p := range points {
		v = append(v, vec(p[0]/scale, p[1]/scale))
	}
	return mustShape(planar.Polygon(v...))
}

// mustShape returns a shape whose numbers are constants, so that an error is a bug.
func mustShape(s planar.Shape, err error) planar.Shape {
	if err != nil {
		panic(err)
	}
	return s
}

// shape returns a shape of drawn numbers, and keeps its error.
func (s *scene) shape(shape planar.Shape, err error) planar.Shape {
	s.keep(err)
	return shape
}

// appendState appends the states of bodies: for each the position [m], the angle [rad],
// the velocity [m/s] and the angular velocity [rad/s].
func (s *scene) appendState(dst []float64, bodies ...int32) []float64 {
	for _, i := range bodies {
		b := s.Body(i)
		p, v := b.Position(), b.Velocity()
		dst = append(dst, float64(p.X), float64(p.Y), float64(b.Angle()), float64(v.X), float64(v.Y), float64(b.Spin()))
	}
	return dst
}

// State saves or loads the numbers that steps change. When it loads, the world must have the same bodies, fixtures
// and joints.
func (s *scene) State(st *state.State) {
	const most = 1 << 20 // far above the numbers of any task
	if !st.Loading() {
		s.numbers = s.World.State(s.numbers[:0])
	}
	state.Slice(st, "planar", &s.numbers, most)
	if st.Loading() && st.Err() == nil {
		st.Fail(s.SetState(s.numbers))
	}
}

// sign returns -1, 0 or 1.
func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// oneIf returns 1 if b is true, otherwise 0.
func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
