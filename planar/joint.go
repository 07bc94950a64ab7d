package planar

import "fmt"

// Revolute is a hinge: it holds a point of one body at a point of another. It can have a motor, which
// turns the second body against the first with up to a torque, and limits of the angle.
type Revolute struct {
	A, B             int32   // bodies
	AnchorA, AnchorB Vec     // the point, in coordinates of each body [m]
	Reference        float32 // angle of B less the angle of A at which the joint's angle is 0 [rad]
	Limited          bool    // the angle is kept between Lower and Upper
	Lower, Upper     float32 // [rad]
	Motor            bool    // the motor is on
	Speed            float32 // of the motor [rad/s]
	MaxTorque        float32 // of the motor [N m]
}

// A limitState says which limit is in force.
type limitState int8

const (
	atLower limitState = -1
	between limitState = 0
	atUpper limitState = 1
	locked  limitState = 2 // both limits are the same, or nearly: the joint cannot turn, and has no motor
)

// A joint is a Revolute in a World.
type joint struct {
	Revolute
	edges    [2]jointEdge // in the lists of the bodies
	inIsland bool
	impulse  jointImpulse // of the latest step
}

// A jointEdge is a joint in the list of one of its bodies.
type jointEdge struct{ next, other int32 } // next edge, as in Body.joints; the other body

// A jointImpulse is the impulse of a joint.
type jointImpulse struct {
	point        Vec
	motor, limit float32
	state        limitState
}

// AddJoint joins two bodies, which do not collide from the next step on, and returns the index of the joint. It returns
// an error if a body does not exist, if both are the same, or if a number is not possible.
func (w *World) AddJoint(r Revolute) (int32, error) {
	if err := w.checkJoint(&r); err != nil {
		return none, err
	}
	i := int32(len(w.joints))
	a, b := &w.bodies[r.A], &w.bodies[r.B]
	w.joints = append(w.joints, joint{Revolute: r, edges: [2]jointEdge{{a.joints, r.B}, {b.joints, r.A}}})
	a.joints, b.joints = i*2, i*2+1
	for e := b.contacts; e != none; e = w.contacts[e>>1].edges[e&1].next {
		if c := &w.contacts[e>>1]; c.edges[e&1].other == r.A {
			c.flags |= joined
		}
	}
	return i, nil
}

// checkJoint returns an error if r is not possible.
func (w *World) checkJoint(r *Revolute) error {
	n := int32(len(w.bodies))
	switch {
	case len(w.joints) == maxElements:
		return fmt.Errorf("planar: more than %d joints", maxElements)
	case uint32(r.A) >= uint32(n) || uint32(r.B) >= uint32(n) || r.A == r.B:
		return fmt.Errorf("planar: a joint of the bodies %d and %d, want two of 0 … %d", r.A, r.B, n-1)
	case !r.AnchorA.finite() || !r.AnchorB.finite() || !finite(r.Reference):
		return fmt.Errorf("planar: a joint with the anchors %v and %v and the reference angle %v, want finite numbers", r.AnchorA, r.AnchorB, r.Reference)
	case !finite(r.Lower) || !finite(r.Upper) || r.Lower > r.Upper:
		return fmt.Errorf("planar: a joint with the limits %v and %v, want two numbers, the lower one first", r.Lower, r.Upper)
	case !r.possibleMotor():
		return fmt.Errorf("planar: a joint with the motor's speed %v and torque %v, want a finite speed and a torque of 0 or more", r.Speed, r.MaxTorque)
	}
	return nil
}

// possibleMotor reports whether the speed and the torque of the motor are possible.
func (r *Revolute) possibleMotor() bool {
	return finite(r.Speed) && r.MaxTorque >= 0 && finite(r.MaxTorque)
}

// Joint returns joint i as it was added, with the motor of the latest Drive.
func (w *World) Joint(i int32) Revolute { return w.joints[i].Revolute }

// JointAngle returns the angle of joint i [rad].
func (w *World) JointAngle(i int32) float32 {
	j := &w.joints[i]
	return w.bodies[j.B].sweep.a - w.bodies[j.A].sweep.a - j.Reference
}

// JointSpeed returns the angular velocity of joint i [rad/s].
func (w *World) JointSpeed(i int32) float32 {
	j := &w.joints[i]
	return w.bodies[j.B].w - w.bodies[j.A].w
}

// Drive sets the speed [rad/s] and the largest torque [N m] of the motor of joint i. It wakes both
// bodies, also if nothing changes, as Box2D does. The next Step returns an error if the speed is not finite,
// or if the torque is not a finite number of 0 or more.
func (w *World) Drive(i int32, speed, maxTorque float32) {
	j := &w.joints[i]
	w.bodies[j.A].setAwake(true)
	w.bodies[j.B].setAwake(true)
	j.Speed, j.MaxTorque = speed, maxTorque
	w.failed = w.failed || !j.possibleMotor()
}
