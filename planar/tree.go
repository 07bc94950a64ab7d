package planar

// none is the index of nothing.
const none = int32(-1)

// A box is a rectangle along the axes.
type box struct{ low, high Vec }

// union returns the smallest box about a and b.
func union(a, b box) box { return box{lesser(a.low, b.low), greater(a.high, b.high)} }

func (b box) perimeter() float32 { return mul(2, (b.high.X-b.low.X)+(b.high.Y-b.low.Y)) }
func (b box) center() Vec        { return b.low.add(b.high).scale(0.5) }

// overlaps reports whether the boxes have a common point.
func (b *box) overlaps(o *box) bool {
	return !(o.low.X-b.high.X > 0 || o.low.Y-b.high.Y > 0 || b.low.X-o.high.X > 0 || b.low.Y-o.high.Y > 0)
}

// contains reports whether o is in b.
func (b *box) contains(o *box) bool {
	return b.low.X <= o.low.X && b.low.Y <= o.low.Y && o.high.X <= b.high.X && o.high.Y <= b.high.Y
}

// fatten returns b with a margin.
func (b box) fatten() box {
	r := Vec{boxMargin, boxMargin}
	return box{b.low.sub(r), b.high.add(r)}
}

// A node is a node of the tree. A leaf is a fixture, with a box that is larger than the fixture's, so
// that it seldom moves.
type node struct {
	box         box
	parent      int32 // or the next free node
	left, right int32
	height      int32 // 0: a leaf; -1: free
	fixture     int32
	moved       bool // the leaf is in World.moved
}

// A tree is a binary tree of boxes, in which overlapping fixtures are found. Box2D 2.3, b2DynamicTree.
type tree struct {
	nodes []node
	root  int32
	free  int32
}

func (t *tree) reset() { t.nodes, t.root, t.free = t.nodes[:0], none, none }

// allocate returns a node that is not in use.
func (t *tree) allocate() int32 {
	i := t.free
	if i == none {
		i = int32(len(t.nodes))
		t.nodes = append(t.nodes, node{})
	} else {
		t.free = t.nodes[i].parent
	}
	t.nodes[i] = node{parent: none, left: none, right: none, fixture: none}
	return i
}

// release gives a node back.
func (t *tree) release(i int32) {
	t.nodes[i].parent, t.nodes[i].height = t.free, -1
	t.free = i
}

// add makes a leaf of a fixture.
func (t *tree) add(b box, fixture int32) int32 {
	i := t.allocate()
	n := &t.nodes[i]
	n.box, n.fixture, n.moved = b.fatten(), fixture, true
	t.insert(i)
	return i
}

// move puts a leaf elsewhere if its fixture, whose box is now b, has left the box of the leaf. The new box
// reaches ahead by a multiple of the fixture's shift. It returns false if the leaf can stay.
func (t *tree) move(i int32, b box, shift Vec) bool {
	if t.nodes[i].box.contains(&b) {
		return false
	}
	fat := b.fatten()
	d := shift.scale(boxLookahead)
	if d.X < 0 {
		fat.low.X += d.X
	} else {
		fat.high.X += d.X
	}
	if d.Y < 0 {
		fat.low.Y += d.Y
	} else {
		fat.high.Y += d.Y
	}
	t.remove(i)
	t.nodes[i].box = fat
	t.insert(i)
	t.nodes[i].moved = true
	return true
}

// insert puts a leaf beside the node where the perimeters of all boxes grow least.
func (t *tree) insert(leaf int32) {
	if t.root == none {
		t.root = leaf
		t.nodes[leaf].parent = none
		return
	}
	b := t.nodes[leaf].box
	at := t.root
	for t.nodes[at].height > 0 {
		n := &t.nodes[at]
		all := union(n.box, b).perimeter()
		here := mul(2, all)
		inherited := mul(2, all-n.box.perimeter())
		left, right := t.descent(n.left, &b, inherited), t.descent(n.right, &b, inherited)
		if here < left && here < right {
			break
		}
		if left < right {
			at = n.left
		} else {
			at = n.right
		}
	}
	up := t.nodes[at].parent
	p := t.allocate()
	n := &t.nodes[p]
	n.parent, n.box, n.height = up, union(b, t.nodes[at].box), t.nodes[at].height+1
	n.left, n.right = at, leaf
	t.replace(up, at, p)
	t.nodes[at].parent, t.nodes[leaf].parent = p, p
	t.refit(p)
}

// descent returns by how much perimeters grow if b goes below a child.
func (t *tree) descent(child int32, b *box, inherited float32) float32 {
	c := &t.nodes[child]
	cost := union(*b, c.box).perimeter()
	if c.height > 0 {
		cost -= c.box.perimeter()
	}
	return cost + inherited
}

// replace makes b the child of p instead of a. If p is none, b becomes the root.
func (t *tree) replace(p, a, b int32) {
	switch {
	case p == none:
		t.root = b
	case t.nodes[p].left == a:
		t.nodes[p].left = b
	default:
		t.nodes[p].right = b
	}
}

// remove takes a leaf out of the tree, and keeps its node.
func (t *tree) remove(leaf int32) {
	if leaf == t.root {
		t.root = none
		return
	}
	p := t.nodes[leaf].parent
	up := t.nodes[p].parent
	sibling := t.nodes[p].left
	if sibling == leaf {
		sibling = t.nodes[p].right
	}
	t.replace(up, p, sibling)
	t.nodes[sibling].parent = up
	t.release(p)
	t.refit(up)
}

// refit balances node i and all above it, and computes their boxes.
func (t *tree) refit(i int32) {
	for i != none {
		i = t.balance(i)
		t.fit(i)
		i = t.nodes[i].parent
	}
}

// fit computes the box and the height of a node from its children.
func (t *tree) fit(i int32) {
	n := &t.nodes[i]
	l, r := &t.nodes[n.left], &t.nodes[n.right]
	n.box = union(l.box, r.box)
	n.height = 1 + max(l.height, r.height)
}

// balance lifts the deeper child of a above a if it is deeper by more than one. It returns the node
// that is above then.
func (t *tree) balance(a int32) int32 {
	n := &t.nodes[a]
	if n.height < 2 {
		return a
	}
	d := t.nodes[n.right].height - t.nodes[n.left].height
	if -1 <= d && d <= 1 {
		return a
	}
	b := n.left // rises
	if d > 1 {
		b = n.right
	}
	m := &t.nodes[b]
	keep, give := m.right, m.left
	if t.nodes[m.left].height > t.nodes[m.right].height {
		keep, give = m.left, m.right
	}
	m.parent = n.parent
	n.parent = b
	t.replace(m.parent, a, b)
	m.left, m.right = a, keep
	if d > 1 {
		n.right = give
	} else {
		n.left = give
	}
	t.nodes[give].parent = a
	t.fit(a)
	t.fit(b)
	return b
}
