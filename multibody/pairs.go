package multibody

import (
	"fmt"
	"sync/atomic"
)

// Bounds on the contacts of a Model, so that a hostile description cannot use up the memory.
const (
	maxPairs       = 20_000
	maxJacobian    = 4 << 20 // numbers in the Jacobian with all pairs in contact
	maxPGSContacts = 4_000   // with all pairs in contact; PGS has a dense matrix of contact forces
)

// movingAncestor returns the nearest body that joints move: b or an ancestor. It returns 0 if b is
// fixed to the world.
func (m *Model) movingAncestor(b int32) int32 {
	for b > 0 && m.bodies[b].jointCount == 0 {
		b = m.bodies[b].parent
	}
	return b
}

// chainOf returns the degrees of freedom that move body b, the last one first.
func (m *Model) chainOf(b int32) []int32 {
	b = m.movingAncestor(b)
	if b == 0 {
		return nil
	}
	last := m.bodies[b].firstDof + m.bodies[b].dofCount - 1
	row := m.dofs[last].row
	return m.ancestors[row : row+m.dofs[last].rowSize]
}

// addPairs lists the pairs of geoms that may touch, in the order of their bodies, which is
// MuJoCo's order of contacts. The labels of the geoms are for messages.
func (m *Model) addPairs(exclude [][2]string, labels []string) error {
	geoms := make([][]int32, len(m.bodies))
	for i := range m.geoms {
		if g := &m.geoms[i]; g.Contype != 0 || g.Conaffinity != 0 {
			geoms[g.body] = append(geoms[g.body], int32(i))
		}
	}
	excluded := map[[2]int]bool{}
	for _, names := range exclude {
		b1, b2 := m.bodyNames[names[0]], m.bodyNames[names[1]]
		excluded[[2]int{min(b1, b2), max(b1, b2)}] = true
	}
	for b1 := range geoms {
		for b2 := b1 + 1; b2 < len(geoms) && len(geoms[b1]) > 0; b2++ {
			if len(geoms[b2]) == 0 || excluded[[2]int{b1, b2}] || m.joined(int32(b1), int32(b2)) {
				continue
			}
			for _, i := range geoms[b1] {
				for _, k := range geoms[b2] {
					if err := m.addPair(i, k, labels); err != nil {
						return err
					}
				}
			}
		}
	}
	m.listActiveGeoms()
	m.chooseSlack()
	return m.sizeContacts()
}

// joined reports whether two bodies cannot touch because they move together or because one is the
// parent of the other. The children of the world can touch it.
func (m *Model) joined(b1, b2 int32) bool {
	w1, w2 := m.movingAncestor(b1), m.movingAncestor(b2)
	if w1 == w2 {
		return true
	}
	return w1 > 0 && w2 > 0 && (m.movingAncestor(m.bodies[w1].parent) == w2 || m.movingAncestor(m.bodies[w2].parent) == w1)
}

// addPair adds the pair of geoms i and k, if their collision bits allow a contact.
func (m *Model) addPair(i, k int32, labels []string) error {
	if m.geoms[i].Shape > m.geoms[k].Shape {
		i, k = k, i
	}
	g, h := &m.geoms[i], &m.geoms[k]
	if g.Contype&h.Conaffinity == 0 && h.Contype&g.Conaffinity == 0 || h.Shape == Plane {
		return nil
	}
	if h.Shape > Cylinder || g.Shape == Cylinder && h.Shape == Cylinder {
		return fmt.Errorf("multibody: %s and %s could touch: contacts of %s and %s are not supported, want another shape, "+
			"or Contype and Conaffinity without common bits", labels[i], labels[k], g.Shape, h.Shape)
	}
	if len(m.pairs) == maxPairs {
		return fmt.Errorf("multibody: more than %d pairs of geoms could touch, want fewer geoms with common bits of Contype and Conaffinity", maxPairs)
	}
	p := m.newPair(i, k)
	if p.dim != 1 && p.dim != 3 {
		return fmt.Errorf("multibody: contacts of %s and %s have Condim %d, want 1 or 3: torsional and rolling friction are not supported",
			labels[i], labels[k], p.dim)
	}
	m.pairs = append(m.pairs, p)
	return nil
}

// newPair returns the pair of geoms i and k with the parameters of its contacts, which mix the
// geoms' parameters as MuJoCo does: section "Contact parameters" of
// https://mujoco.readthedocs.io/en/stable/modeling.html#contact-parameters.
func (m *Model) newPair(i, k int32) pair {
	g, h := &m.geoms[i], &m.geoms[k]
	p := pair{g1: i, g2: k, b1: g.body, b2: h.body, margin: g.Margin + h.Margin}
	p.bound = g.rbound + h.rbound + p.margin
	p.invWeight = m.bodies[g.body].invMass + m.bodies[h.body].invMass
	mu, soft := 0.0, Softness{}
	switch {
	case g.Priority > h.Priority:
		p.dim, mu, soft = int32(g.Condim), g.Friction[0], g.Softness
	case g.Priority < h.Priority:
		p.dim, mu, soft = int32(h.Condim), h.Friction[0], h.Softness
	default:
		p.dim, mu = int32(max(g.Condim, h.Condim)), max(g.Friction[0], h.Friction[0])
		soft = mixed(&g.Softness, &h.Softness, mixWeight(g.Mix, h.Mix))
	}
	mu = max(minMu, mu)
	p.mu = [2]float64{mu, mu}
	p.sol = newSoftness(soft, m.Timestep)
	m.setChain(&p)
	return p
}

// mixWeight returns the weight of the first of two geoms in a contact.
func mixWeight(a, b float64) float64 {
	switch {
	case a >= minVal && b >= minVal:
		return a / (a + b)
	case a >= minVal:
		return 1
	case b >= minVal:
		return 0
	}
	return 0.5
}

// mixed returns w·a + (1-w)·b. Stiffness and damping in Ref, which are not positive, are not mixed:
// the smaller number holds.
func mixed(a, b *Softness, w float64) (c Softness) {
	for i := range c.Ref {
		if a.Ref[0] > 0 && b.Ref[0] > 0 {
			c.Ref[i] = float64(w*a.Ref[i]) + float64((1-w)*b.Ref[i])
		} else {
			c.Ref[i] = min(a.Ref[i], b.Ref[i])
		}
	}
	for i := range c.Imp {
		c.Imp[i] = float64(w*a.Imp[i]) + float64((1-w)*b.Imp[i])
	}
	return c
}

// setChain sets the degrees of freedom that move one geom of p against the other, descending, with
// the sign by which each moves the second geom against the first.
func (m *Model) setChain(p *pair) {
	c1, c2 := m.chainOf(p.b1), m.chainOf(p.b2)
	sign1 := -1.0
	if len(c1) > 0 && len(c2) > 0 && c1[0] < c2[0] {
		c1, c2, sign1 = c2, c1, 1
	}
	common := 0 // chains that meet have the same rest
	for common < len(c1) && common < len(c2) && c1[len(c1)-1-common] == c2[len(c2)-1-common] {
		common++
	}
	c1, c2 = c1[:len(c1)-common], c2[:len(c2)-common]
	p.tree = len(c1) == 0 || len(c2) == 0
	for _, i := range c1 {
		p.chain, p.sign = append(p.chain, i), append(p.sign, sign1)
	}
	for _, i := range c2 {
		p.chain, p.sign = append(p.chain, i), append(p.sign, -sign1)
	}
}

// listActiveGeoms lists the geoms that are in a pair.
func (m *Model) listActiveGeoms() {
	used := make([]bool, len(m.geoms))
	for i := range m.pairs {
		used[m.pairs[i].g1], used[m.pairs[i].g2] = true, true
	}
	for i, is := range used {
		if is {
			m.active = append(m.active, int32(i))
		}
	}
}

// sizeContacts sets the sizes of a Data's buffers for all pairs in contact.
func (m *Model) sizeContacts() error {
	contacts := 0
	for i := range m.pairs {
		p := &m.pairs[i]
		n := m.mostContacts(p)
		contacts += n
		m.maxJacobian += n * int(p.dim) * len(p.chain)
	}
	if m.maxJacobian > maxJacobian || m.Solver == PGS && contacts > maxPGSContacts {
		return fmt.Errorf("multibody: up to %d contacts at once are too many, want fewer geoms with common bits of Contype and Conaffinity", contacts)
	}
	m.maxConstraints = contacts + 2*len(m.limits)
	m.order = make([]atomic.Pointer[keptOrders], 4*m.maxConstraints+1)
	return nil
}

// mostContacts returns the largest number of contacts of a pair.
func (m *Model) mostContacts(p *pair) int {
	switch g, h := m.geoms[p.g1].Shape, m.geoms[p.g2].Shape; {
	case g == Plane && h == Cylinder:
		return 4
	case h == Capsule && g != Sphere:
		return 2
	}
	return 1
}
