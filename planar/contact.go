package planar

import "slices"

// Flags of a contact.
const (
	enabled  uint8 = 1 << iota
	touching       // the shapes touch
	inIsland       // the contact is in the island that is being solved
	hasTime        // the time of impact is known
	joined         // a joint joins the bodies: the next step removes the contact
)

// A contact is a pair of fixtures whose boxes in the tree overlap.
type contact struct {
	m           manifold
	fa, fb      int32
	prev, next  int32 // in the list of all contacts
	edges       [2]contactEdge
	friction    float32
	restitution float32
	time        float32 // of impact, as a share of the step
	impacts     int32   // in this step
	flags       uint8
}

// A contactEdge is a contact in the list of one of its bodies.
type contactEdge struct{ prev, next, other int32 } // neighbours, as in Body.contacts; the other body

// Event says that two fixtures began to touch in a step, or ceased to.
type Event struct {
	A, B  int32 // fixtures; edges come before polygons, and polygons before circles
	Begin bool
}

// syncBoxes tells the tree where the fixtures of a body have moved.
func (w *World) syncBoxes(b *Body) {
	x := b.xf
	if b.awake {
		x.q = sincos(b.sweep.a0)
		x.p = b.sweep.c0.sub(x.q.apply(b.sweep.local))
	}
	b.xf0 = x
	for i := b.fixtures; i != none; i = w.fixtures[i].next {
		f := &w.fixtures[i]
		before, after := f.shape.box(&x), f.shape.box(&b.xf)
		if w.tree.move(f.proxy, union(before, after), after.center().sub(before.center())) {
			w.moved = append(w.moved, f.proxy)
		}
	}
}

// findContacts makes a contact of each new pair of fixtures whose boxes overlap, in the order of
// the fixtures' leaves, as b2BroadPhase::UpdatePairs does.
func (w *World) findContacts() {
	if len(w.moved) == 0 {
		return
	}
	w.pairs = w.pairs[:0]
	var memory [64]int32
	for _, q := range w.moved {
		b := w.tree.nodes[q].box
		stack := append(memory[:0], w.tree.root)
		for len(stack) > 0 {
			i := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if i == none {
				continue
			}
			t := &w.tree.nodes[i]
			switch {
			case !t.box.overlaps(&b):
			case t.height > 0:
				stack = append(stack, t.left, t.right)
			case i != q && !(t.moved && i > q): // the pair of two moved leaves is found once
				w.pairs = append(w.pairs, [2]int32{min(i, q), max(i, q)})
			}
		}
	}
	slices.SortFunc(w.pairs, func(a, b [2]int32) int {
		if a[0] != b[0] {
			return int(a[0] - b[0])
		}
		return int(a[1] - b[1])
	})
	for _, p := range w.pairs {
		w.addContact(w.tree.nodes[p[0]].fixture, w.tree.nodes[p[1]].fixture)
	}
	for _, q := range w.moved {
		w.tree.nodes[q].moved = false
	}
	w.moved = w.moved[:0]
}

// addContact makes the contact of two fixtures, if they can collide and have none yet.
func (w *World) addContact(fa, fb int32) {
	if !w.canCollide(fa, fb) {
		return
	}
	if w.fixtures[fa].shape.order() > w.fixtures[fb].shape.order() {
		fa, fb = fb, fa
	}
	a, b := &w.fixtures[fa], &w.fixtures[fb]
	i := w.free
	if i == none {
		i = int32(len(w.contacts))
		w.contacts = append(w.contacts, contact{})
	} else {
		w.free = w.contacts[i].next
	}
	w.contacts[i] = contact{
		fa: fa, fb: fb, flags: enabled, prev: none, next: w.first,
		friction: sqrt(mul(a.Friction, b.Friction)), restitution: max2(a.Restitution, b.Restitution),
	}
	if w.first != none {
		w.contacts[w.first].prev = i
	}
	w.first = i
	w.link(i*2, &w.bodies[a.body], b.body)
	w.link(i*2+1, &w.bodies[b.body], a.body)
}

// order returns the place of a shape in a contact: edges first, circles last.
func (s *Shape) order() int {
	switch s.kind {
	case edge:
		return 0
	case polygon:
		return 1
	}
	return 2
}

// canCollide reports whether a contact of two fixtures is possible and new.
func (w *World) canCollide(fa, fb int32) bool {
	a, b := &w.fixtures[fa], &w.fixtures[fb]
	ba, bb := &w.bodies[a.body], &w.bodies[b.body]
	if a.body == b.body || ba.kind != Dynamic && bb.kind != Dynamic || a.Mask&b.Category == 0 || a.Category&b.Mask == 0 ||
		a.shape.kind == edge && b.shape.kind == edge {
		return false
	}
	for e := bb.contacts; e != none; e = w.contacts[e>>1].edges[e&1].next {
		c := &w.contacts[e>>1]
		if c.edges[e&1].other == a.body && (c.fa == fa && c.fb == fb || c.fa == fb && c.fb == fa) {
			return false
		}
	}
	for e := bb.joints; e != none; {
		l := &w.joints[e>>1].edges[e&1]
		if l.other == a.body {
			return false
		}
		e = l.next
	}
	return true
}

// link puts edge e of a contact first in the list of a body.
func (w *World) link(e int32, b *Body, other int32) {
	w.contacts[e>>1].edges[e&1] = contactEdge{prev: none, next: b.contacts, other: other}
	if n := b.contacts; n != none {
		w.contacts[n>>1].edges[n&1].prev = e
	}
	b.contacts = e
}

// unlink takes edge e of a contact out of the list of a body.
func (w *World) unlink(e int32, b *Body) {
	l := w.contacts[e>>1].edges[e&1]
	if l.prev != none {
		w.contacts[l.prev>>1].edges[l.prev&1].next = l.next
	} else {
		b.contacts = l.next
	}
	if l.next != none {
		w.contacts[l.next>>1].edges[l.next&1].prev = l.prev
	}
}

// removeContact removes a contact. It wakes the bodies if they touched.
func (w *World) removeContact(i int32) {
	c := &w.contacts[i]
	a, b := &w.fixtures[c.fa], &w.fixtures[c.fb]
	if c.flags&touching != 0 {
		w.events = append(w.events, Event{c.fa, c.fb, false})
	}
	if c.prev != none {
		w.contacts[c.prev].next = c.next
	} else {
		w.first = c.next
	}
	if c.next != none {
		w.contacts[c.next].prev = c.prev
	}
	w.unlink(i*2, &w.bodies[a.body])
	w.unlink(i*2+1, &w.bodies[b.body])
	if c.m.n > 0 && !a.Sensor && !b.Sensor {
		w.bodies[a.body].setAwake(true)
		w.bodies[b.body].setAwake(true)
	}
	c.next = w.free
	w.free = i
}

// updateContact computes the manifold of a contact. Points with the same features keep their impulses.
func (w *World) updateContact(c *contact) {
	a, b := &w.fixtures[c.fa], &w.fixtures[c.fb]
	ba, bb := &w.bodies[a.body], &w.bodies[b.body]
	before := c.flags&touching != 0
	c.flags |= enabled
	var after bool
	if a.Sensor || b.Sensor {
		after = touches(&a.shape, &ba.xf, &b.shape, &bb.xf)
		c.m.n = 0
	} else {
		old, n := c.m.points, c.m.n
		c.m.collide(&a.shape, &ba.xf, &b.shape, &bb.xf)
		after = c.m.n > 0
		for i := range c.m.n {
			p := &c.m.points[i&1]
			p.normal, p.tangent = 0, 0
			for j := range n {
				if old[j&1].id == p.id {
					p.normal, p.tangent = old[j&1].normal, old[j&1].tangent
					break
				}
			}
		}
		if after != before {
			ba.setAwake(true)
			bb.setAwake(true)
		}
	}
	if after != before {
		c.flags ^= touching
		w.events = append(w.events, Event{c.fa, c.fb, after})
	}
}

// collide updates the contacts of bodies that are awake, and removes contacts whose boxes no longer
// overlap.
func (w *World) collide() {
	for i := w.first; i != none; {
		c := &w.contacts[i]
		next := c.next
		a, b := &w.fixtures[c.fa], &w.fixtures[c.fb]
		switch {
		case c.flags&joined != 0:
			w.removeContact(i)
		case !w.bodies[a.body].awake && !w.bodies[b.body].awake:
		case w.tree.nodes[a.proxy].box.overlaps(&w.tree.nodes[b.proxy].box):
			w.updateContact(c)
		default:
			w.removeContact(i)
		}
		i = next
	}
}
