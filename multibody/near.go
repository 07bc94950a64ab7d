package multibody

import "math"

// nearList lists the pairs that can touch until a geom has moved far, as the neighbour lists of molecular
// dynamics do (Verlet 1967, "Computer 'Experiments' on Classical Fluids. I"). A pair that is not
// listed is farther apart than its margin and Model.slack, and each of its geoms may move by half of
// the slack, so that it cannot touch: contacts do not depend on when the list was made.
type nearList struct {
	pairs  []int32 // ascending
	places []nearPlace
}

// A nearPlace is where an active geom was when the list was made.
type nearPlace struct {
	pos, axis Vec3
	reach     float64 // square of the greatest distance from the geom's centre to its surface
}

// chooseSlack sets slack, or leaves it at 0 if listing pairs would not spare work.
func (m *Model) chooseSlack() {
	const share = 0.3 // of the mean size of geoms: more makes longer lists, less makes them more often
	var sum float64
	pairs := 0
	for i := range m.pairs {
		if p := &m.pairs[i]; m.geoms[p.g1].Shape != Plane {
			sum += p.bound - p.margin
			pairs++
		}
	}
	if pairs > 2*len(m.active) {
		m.slack = share * sum / float64(2*pairs)
	}
}

// newNearList returns a list that is made anew at the first evaluation, or of all pairs without slack.
func (m *Model) newNearList() (n nearList) {
	n.pairs = make([]int32, len(m.pairs))
	for i := range n.pairs {
		n.pairs[i] = int32(i)
	}
	if m.slack > 0 {
		n.places = make([]nearPlace, len(m.active))
		for k, i := range m.active {
			r := m.geoms[i].rbound
			n.places[k] = nearPlace{pos: Vec3{X: math.NaN()}, reach: float64(r * r)}
		}
	}
	return n
}

// nearPairs returns the pairs that can touch where the geoms are now. The list is made anew if a point of a geom
// may have moved by half of the slack, or nearly so, which leaves room for rounding.
func (d *Data) nearPairs() []int32 {
	limit := 0.49 * d.m.slack
	limit *= limit / 2 // (x + y)² is at most 2x² + 2y²
	for k := range d.near.places {
		x, i := &d.near.places[k], d.m.active[k]
		moved, turned := d.gpos[i].Sub(x.pos), d.gaxis[i].Sub(x.axis)
		if !(moved.Dot(moved)+float64(x.reach*turned.Dot(turned)) <= limit) { // also if it is not a number
			d.listNearPairs()
			break
		}
	}
	return d.near.pairs
}

// listNearPairs makes the list anew, with all pairs with planes.
func (d *Data) listNearPairs() {
	m, n := d.m, &d.near
	for k, i := range m.active {
		n.places[k].pos, n.places[k].axis = d.gpos[i], d.gaxis[i]
	}
	n.pairs = n.pairs[:0]
	for i := range m.pairs {
		if p := &m.pairs[i]; m.geoms[p.g1].Shape == Plane || d.mayTouch(p) {
			n.pairs = append(n.pairs, int32(i))
		}
	}
}

// mayTouch reports whether the geoms of p, which are no planes, may be nearer than the margin and the slack.
func (d *Data) mayTouch(p *pair) bool {
	m := d.m
	p1, p2 := d.gpos[p.g1], d.gpos[p.g2]
	between, bound := p2.Sub(p1), p.bound+m.slack
	if between.Dot(between) > float64(bound*bound) {
		return false
	}
	g, h := &m.geoms[p.g1], &m.geoms[p.g2]
	if g.Shape != Capsule || h.Shape != Capsule {
		return true
	}
	e1, e2 := d.gaxis[p.g1].Scale(g.size.Y), d.gaxis[p.g2].Scale(h.size.Y)
	x1, x2, parallel := nearestOnAxes(p1, e1, p2, e2)
	distance := p1.AddScaled(e1, x1).Sub(p2.AddScaled(e2, x2)).Norm()
	return parallel || !(distance > g.size.X+h.size.X+p.margin+m.slack)
}
