package planar

import "fmt"

// Kind says whether a body moves.
type Kind uint8

// The kinds of bodies.
const (
	Static  Kind = iota // stays where it is
	Dynamic             // moves by forces, contacts and joints
)

// Body is a rigid body. Push and Twist act in the next step, Kick at once.
type Body struct {
	xf            transform
	xf0           transform // at the start of the step, for bodies that have moved in it
	sweep         sweep
	v             Vec     // velocity of the centre of mass
	w             float32 // angular velocity
	force         Vec
	torque        float32
	mass, invMass float32
	inertia, invI float32 // about the centre of mass
	rest          float32 // time for which the body has been at rest [s]
	kind          Kind
	awake         bool
	inIsland      bool
	index         int32 // in its island
	fixtures      int32 // newest fixture, linked by fixture.next
	contacts      int32 // newest edge of a contact: 2·contact + side
	joints        int32 // newest edge of a joint, likewise
}

// AddBody puts a body without shapes at a position [m], turned by an angle [rad], and returns its index.
// It returns an error if a number is not finite.
func (w *World) AddBody(kind Kind, at Vec, angle float32) (int32, error) {
	if len(w.bodies) == maxElements {
		return none, fmt.Errorf("planar: more than %d bodies", maxElements)
	}
	if kind > Dynamic || !at.finite() || !finite(angle) {
		return none, fmt.Errorf("planar: a body of kind %d at %v with the angle %v, want Static or Dynamic and finite numbers", kind, at, angle)
	}
	w.bodies = append(w.bodies, Body{
		xf: transform{at, sincos(angle)}, sweep: sweep{c0: at, c: at, a0: angle, a: angle},
		kind: kind, awake: kind == Dynamic, fixtures: none, contacts: none, joints: none,
	})
	i := int32(len(w.bodies) - 1)
	w.bodies[i].setMass(0)
	return i, nil
}

// Body returns body i. The pointer is valid until the next AddBody, Reset, Copy or SetState.
func (w *World) Body(i int32) *Body { return &w.bodies[i] }

// Bodies returns the number of bodies.
func (w *World) Bodies() int { return len(w.bodies) }

// Position returns the position of the body's origin [m].
func (b *Body) Position() Vec { return b.xf.p }

// Angle returns the angle [rad], which counts whole turns.
func (b *Body) Angle() float32 { return b.sweep.a }

// Velocity returns the velocity of the centre of mass [m/s].
func (b *Body) Velocity() Vec { return b.v }

// Spin returns the angular velocity [rad/s].
func (b *Body) Spin() float32 { return b.w }

// Awake reports whether the body does not sleep. It sleeps when all that it touches has been at rest for half a second.
// Static bodies are never awake.
func (b *Body) Awake() bool { return b.awake }

// Mass returns the mass [kg], 0 for static bodies. A dynamic body whose fixtures have no mass has 1 kg and does
// not turn, as in Box2D.
func (b *Body) Mass() float32 { return b.mass }

// Inertia returns the moment of inertia about the body's origin [kg m²].
func (b *Body) Inertia() float32 {
	return b.inertia + mul(b.mass, dot(b.sweep.local, b.sweep.local))
}

// Point returns the position of a point of the body [m].
func (b *Body) Point(local Vec) Vec { return b.xf.apply(local) }

// Direction returns a direction of the body in coordinates of the world.
func (b *Body) Direction(local Vec) Vec { return b.xf.q.apply(local) }

// Push adds a force at the centre of mass [N], for the next step. It wakes the body.
func (b *Body) Push(force Vec) {
	b.wake()
	b.force = b.force.add(force)
}

// Twist adds a torque [N m], for the next step. It wakes the body.
func (b *Body) Twist(torque float32) {
	b.wake()
	b.torque += torque
}

// Kick applies an impulse [N s] at a point of the world [m]. It wakes the body.
func (b *Body) Kick(impulse, at Vec) {
	b.wake()
	b.v = b.v.add(impulse.scale(b.invMass))
	b.w += mul(b.invI, cross(at.sub(b.sweep.c), impulse))
}

// wake wakes the body if it sleeps.
func (b *Body) wake() {
	if !b.awake {
		b.setAwake(true)
	}
}

// setAwake wakes the body or puts it to sleep. The time at rest of a body that is awake goes on.
func (b *Body) setAwake(awake bool) {
	if b.kind != Dynamic || awake && b.awake {
		return
	}
	b.awake, b.rest = awake, 0
	if !awake {
		b.v, b.w, b.force, b.torque = Vec{}, 0, Vec{}, 0
	}
}

// place computes the transform from the end of the sweep.
func (b *Body) place() {
	b.xf.q = sincos(b.sweep.a)
	b.xf.p = b.sweep.c.sub(b.xf.q.apply(b.sweep.local))
}

// advance moves the body to the share alpha of the step, and ends its motion there.
func (b *Body) advance(alpha float32) {
	b.sweep.advance(alpha)
	b.sweep.c, b.sweep.a = b.sweep.c0, b.sweep.a0
	b.place()
}

// finite reports whether the position and the velocity are numbers.
func (b *Body) finite() bool {
	return b.sweep.c.finite() && finite(b.sweep.a) && b.v.finite() && finite(b.w)
}
