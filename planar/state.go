package planar

import (
	"errors"
	"slices"
)

// State appends the numbers that steps change: positions, velocities, impulses, contacts and the tree of boxes. A World
// with the same bodies, fixtures and joints, added in the same order, continues from it with the same
// bits.
func (w *World) State(dst []float32) []float32 {
	c := stateCodec{x: dst}
	c.world(w)
	return c.x
}

// errState says that a state does not belong to a World.
var errState = errors.New("planar: the numbers are not a state of a world with these bodies, fixtures and joints")

// SetState continues from a state that State has written. Events is empty then. It returns an error and changes
// nothing if x is not a state of a World with these bodies, fixtures and joints.
func (w *World) SetState(x []float32) error {
	o := *w
	o.bodies, o.joints = slices.Clone(w.bodies), slices.Clone(w.joints)
	o.contacts, o.moved, o.tree.nodes, o.events = nil, nil, nil, nil
	c := stateCodec{x: x, loading: true}
	c.world(&o)
	if c.bad || c.at != len(x) || !o.consistent() {
		return errState
	}
	o.failed = false
	*w = o
	return nil
}

// A stateCodec writes a state to x, or reads it.
type stateCodec struct {
	x       []float32
	at      int // next number to read
	loading bool
	bad     bool // a number is missing or not possible
}

// float writes or reads a number, which must be finite.
func (c *stateCodec) float(p *float32) {
	if !c.loading {
		c.x = append(c.x, *p)
		return
	}
	if c.at == len(c.x) || !finite(c.x[c.at]) {
		c.bad = true
		return
	}
	*p = c.x[c.at]
	c.at++
}

// vec writes or reads a vector.
func (c *stateCodec) vec(v *Vec) { c.float(&v.X); c.float(&v.Y) }

// number writes or reads a whole number, low … high.
func (c *stateCodec) number(p *int32, low, high int) {
	v := float32(*p)
	c.float(&v)
	if !c.loading || c.bad {
		return
	}
	if !(v >= float32(low) && v <= float32(high) && v == float32(int32(v))) {
		c.bad = true
		return
	}
	*p = int32(v)
}

// index writes or reads an index below n, or none.
func (c *stateCodec) index(p *int32, n int) { c.number(p, -1, n-1) }

// flag writes or reads a truth value.
func (c *stateCodec) flag(p *bool) {
	v := int32(0)
	if *p {
		v = 1
	}
	c.number(&v, 0, 1)
	*p = v == 1
}

// small writes or reads a number, 0 … high.
func (c *stateCodec) small(p *uint8, high int) {
	v := int32(*p)
	c.number(&v, 0, high)
	*p = uint8(v)
}

// length writes or reads the length of a slice, which is limited. It returns a slice of that length.
func length[T any](c *stateCodec, s []T, limit int) []T {
	n := int32(len(s))
	c.number(&n, 0, limit)
	if c.bad {
		return nil
	}
	if c.loading {
		return make([]T, n)
	}
	return s
}

// world writes or reads all of the state.
func (c *stateCodec) world(w *World) {
	for _, n := range [3]int{len(w.bodies), len(w.fixtures), len(w.joints)} {
		v := int32(n)
		c.number(&v, n, n)
	}
	c.vec(&w.gravity)
	c.float(&w.invDt)
	c.flag(&w.fresh)
	w.contacts = length(c, w.contacts, len(c.x))
	w.tree.nodes = length(c, w.tree.nodes, 2*len(w.fixtures))
	w.moved = length(c, w.moved, len(c.x))
	c.index(&w.first, len(w.contacts))
	c.index(&w.free, len(w.contacts))
	c.index(&w.tree.root, len(w.tree.nodes))
	c.index(&w.tree.free, len(w.tree.nodes))
	for i := range w.bodies {
		c.body(&w.bodies[i], 2*len(w.contacts))
	}
	for i := range w.joints {
		c.joint(&w.joints[i])
	}
	for i := range w.contacts {
		c.contact(w, &w.contacts[i])
	}
	for i := range w.tree.nodes {
		c.node(w, &w.tree.nodes[i])
	}
	for i := range w.moved {
		c.number(&w.moved[i], 0, len(w.tree.nodes)-1)
	}
}

// body writes or reads a body. Of a static body only the list of contacts changes.
func (c *stateCodec) body(b *Body, edges int) {
	c.index(&b.contacts, edges)
	if b.kind != Dynamic {
		return
	}
	c.vec(&b.xf.p)
	c.float(&b.xf.q.s)
	c.float(&b.xf.q.c)
	c.vec(&b.sweep.c0)
	c.vec(&b.sweep.c)
	c.float(&b.sweep.a0)
	c.float(&b.sweep.a)
	c.vec(&b.v)
	c.float(&b.w)
	c.vec(&b.force)
	c.float(&b.torque)
	c.float(&b.rest)
	c.flag(&b.awake)
}

// joint writes or reads a joint's motor and impulse.
func (c *stateCodec) joint(j *joint) {
	c.float(&j.Speed)
	c.float(&j.MaxTorque)
	c.vec(&j.impulse.point)
	c.float(&j.impulse.motor)
	c.float(&j.impulse.limit)
	state := int32(j.impulse.state)
	c.number(&state, int(atLower), int(locked))
	j.impulse.state = limitState(state)
}

// contact writes or reads a contact.
func (c *stateCodec) contact(w *World, k *contact) {
	for i := range k.m.points {
		p := &k.m.points[i]
		c.vec(&p.local)
		c.float(&p.normal)
		c.float(&p.tangent)
		for _, id := range [4]*uint8{&p.id.ia, &p.id.ib, &p.id.ta, &p.id.tb} {
			c.small(id, maxVertices)
		}
	}
	c.vec(&k.m.normal)
	c.vec(&k.m.point)
	c.small((*uint8)(&k.m.kind), int(faceB))
	c.number(&k.m.n, 0, len(k.m.points))
	c.number(&k.fa, 0, len(w.fixtures)-1)
	c.number(&k.fb, 0, len(w.fixtures)-1)
	c.index(&k.prev, len(w.contacts))
	c.index(&k.next, len(w.contacts))
	for i := range k.edges {
		e := &k.edges[i]
		c.index(&e.prev, 2*len(w.contacts))
		c.index(&e.next, 2*len(w.contacts))
		c.number(&e.other, 0, len(w.bodies)-1)
	}
	c.float(&k.friction)
	c.float(&k.restitution)
	c.small(&k.flags, int(enabled|touching|inIsland|hasTime|joined))
}

// node writes or reads a node of the tree.
func (c *stateCodec) node(w *World, n *node) {
	c.vec(&n.box.low)
	c.vec(&n.box.high)
	c.index(&n.parent, len(w.tree.nodes))
	c.index(&n.left, len(w.tree.nodes))
	c.index(&n.right, len(w.tree.nodes))
	c.number(&n.height, -1, len(w.tree.nodes))
	c.index(&n.fixture, len(w.fixtures))
	c.flag(&n.moved)
}
