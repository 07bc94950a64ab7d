package planar

import "slices"

// consistent reports whether all lists and the tree of a state that was read are possible, so that no
// step can loop without an end.
func (w *World) consistent() bool {
	n := int32(0)
	used := make([]bool, len(w.contacts))
	for i, prev := w.first, none; i != none; i, prev = w.contacts[i].next, i {
		c := &w.contacts[i]
		a, b := &w.fixtures[c.fa], &w.fixtures[c.fb]
		if used[i] || c.prev != prev || a.body == b.body || a.shape.order() > b.shape.order() || b.shape.kind == edge ||
			c.edges[0].other != b.body || c.edges[1].other != a.body {
			return false
		}
		used[i] = true
		n += 2
	}
	live := slices.Clone(used)
	for i := w.free; i != none; i = w.contacts[i].next {
		if used[i] {
			return false
		}
		used[i] = true
	}
	for i := range w.bodies {
		prev := none
		for e := w.bodies[i].contacts; e != none; e, prev = w.contacts[e>>1].edges[e&1].next, e {
			c := &w.contacts[e>>1]
			f := [2]int32{c.fa, c.fb}[e&1]
			if n--; n < 0 || !live[e>>1] || c.edges[e&1].prev != prev || w.fixtures[f].body != int32(i) {
				return false
			}
		}
	}
	return n == 0 && !slices.Contains(used, false) && w.tree.consistent(w.fixtures)
}

// consistent reports whether all nodes are in the tree or free, each once, with the fixtures' leaves.
func (t *tree) consistent(fixtures []fixture) bool {
	used := make([]bool, len(t.nodes))
	leaves := 0
	stack := []int32{t.root}
	if t.root == none {
		stack = nil
	}
	for len(stack) > 0 {
		i := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		n := &t.nodes[i]
		if used[i] || (i == t.root) != (n.parent == none) {
			return false
		}
		used[i] = true
		if n.height == 0 {
			if n.fixture == none || fixtures[n.fixture].proxy != i {
				return false
			}
			leaves++
			continue
		}
		if n.left == none || n.right == none || t.nodes[n.left].parent != i || t.nodes[n.right].parent != i ||
			n.height != 1+max(t.nodes[n.left].height, t.nodes[n.right].height) || min(t.nodes[n.left].height, t.nodes[n.right].height) < 0 {
			return false
		}
		stack = append(stack, n.left, n.right)
	}
	for i := t.free; i != none; i = t.nodes[i].parent {
		if used[i] {
			return false
		}
		used[i] = true
	}
	return leaves == len(fixtures) && !slices.Contains(used, false)
}
