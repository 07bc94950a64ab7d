package planar

import (
	"errors"
	"fmt"
	"slices"
)

// maxElements is the largest number of bodies, of fixtures, and of joints. Twice as many nodes are still
// exact as float32, as State writes them.
const maxElements = 1 << 20

// World is a set of bodies that move together. NewWorld makes one; a World{} is ready after Reset or Copy. It is not safe
// for concurrent use.
type World struct {
	gravity  Vec
	events   []Event
	bodies   []Body
	fixtures []fixture
	joints   []joint
	contacts []contact
	tree     tree
	moved    []int32    // leaves of the tree that have moved since the latest findContacts
	pairs    [][2]int32 // scratch of findContacts
	first    int32      // newest contact
	free     int32      // contact that is not in use, linked by contact.next
	invDt    float32    // of the latest step, 0 before the first
	fresh    bool       // fixtures were added since the latest step
	failed   bool       // a state is not finite
	solver   solver
	rays     []ray // scratch of Rays
}

// NewWorld returns a World without bodies, with a gravity [m/s²].
func NewWorld(gravity Vec) *World {
	w := new(World)
	w.Reset(gravity)
	return w
}

// Reset removes all bodies and sets the gravity [m/s²]. It keeps the memory.
func (w *World) Reset(gravity Vec) {
	w.gravity = gravity
	w.events = w.events[:0]
	w.bodies, w.fixtures, w.joints, w.contacts = w.bodies[:0], w.fixtures[:0], w.joints[:0], w.contacts[:0]
	w.tree.reset()
	w.moved, w.pairs = w.moved[:0], w.pairs[:0]
	w.first, w.free, w.invDt, w.fresh, w.failed = none, none, 0, false, false
}

// Grow makes room for n bodies with a fixture each, so that adding them allocates nothing.
func (w *World) Grow(n int) {
	w.bodies, w.fixtures = slices.Grow(w.bodies, n), slices.Grow(w.fixtures, n)
	w.tree.nodes, w.moved, w.pairs = slices.Grow(w.tree.nodes, 2*n), slices.Grow(w.moved, n), slices.Grow(w.pairs, 8*n)
}

// Copy makes w the same as o. They share no memory.
func (w *World) Copy(o *World) {
	w.gravity, w.first, w.free, w.invDt, w.fresh, w.failed = o.gravity, o.first, o.free, o.invDt, o.fresh, o.failed
	w.events = append(w.events[:0], o.events...)
	w.bodies = append(w.bodies[:0], o.bodies...)
	w.fixtures = append(w.fixtures[:0], o.fixtures...)
	w.joints = append(w.joints[:0], o.joints...)
	w.contacts = append(w.contacts[:0], o.contacts...)
	w.tree.nodes = append(w.tree.nodes[:0], o.tree.nodes...)
	w.tree.root, w.tree.free = o.tree.root, o.tree.free
	w.moved = append(w.moved[:0], o.moved...)
}

// Events returns the fixtures that began or ceased to touch in the latest step, in order. The next step
// overwrites the slice.
func (w *World) Events() []Event { return w.events }

// Touching returns the number of pairs of fixtures that touch, sensors among them.
func (w *World) Touching() int {
	n := 0
	for i := w.first; i != none; i = w.contacts[i].next {
		if w.contacts[i].flags&touching != 0 {
			n++
		}
	}
	return n
}

// errNotFinite says that the simulation has failed.
var errNotFinite = errors.New("planar: a position or a velocity is not finite, after forces that are too large or not numbers, or a motor has no possible speed or torque")

// A step has the settings of a Step.
type step struct {
	dt                    float32
	ratio                 float32 // of dt to the dt of the step before
	warm                  bool    // impulses of the step before are the first guess
	velocities, positions int     // iterations
}

// Step moves the bodies for a time dt [s], with numbers of velocity and position iterations; Box2D
// recommends 8 and 3. It returns an error if dt is not positive and finite, if a number of iterations is below 0, if a
// position or a velocity is not finite then, or if Drive had numbers that are not possible; after the last two only
// Reset, Copy and SetState help. Box2D 2.3, b2World::Step.
func (w *World) Step(dt float32, velocityIterations, positionIterations int) error {
	if !(dt > 0 && finite(dt) && finite(1/dt)) || velocityIterations < 0 || positionIterations < 0 {
		return fmt.Errorf("planar: a step of %v s with %d and %d iterations, want a time above 0 and numbers of 0 or more", dt, velocityIterations, positionIterations)
	}
	if w.failed {
		return errNotFinite
	}
	w.events = w.events[:0]
	if w.fresh {
		w.findContacts()
		w.fresh = false
	}
	st := step{dt: dt, ratio: mul(w.invDt, dt), warm: true, velocities: velocityIterations, positions: positionIterations}
	w.collide()
	w.solve(&st)
	w.solveImpacts(&st)
	w.invDt = 1 / dt
	for i := range w.bodies {
		w.bodies[i].force, w.bodies[i].torque = Vec{}, 0
	}
	if w.failed {
		return errNotFinite
	}
	return nil
}
