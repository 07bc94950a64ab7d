package mechanism

import "math"

// An order is the order in which solids are drawn: what is behind another solid is drawn before it.
type order struct {
	drawn  []int  // the solids in their order
	behind []bool // [n, n] whether a solid must be drawn before another
	open   []bool // solids that are not drawn yet
}

// sort sorts the solids. Solids that overlap on the canvas are compared at the point where they
// overlap, so that long ones need not be divided. If solids are behind each other in a circle, the
// farthest is drawn first.
func (o *order) sort(all []solid) {
	n := len(all)
	o.drawn, o.behind, o.open = o.drawn[:0], resized(o.behind, n*n), resized(o.open, n)
	for i := range n {
		o.open[i] = true
		for k := range i {
			switch compare(&all[i], &all[k]) {
			case 1:
				o.behind[i*n+k] = true
			case -1:
				o.behind[k*n+i] = true
			}
		}
	}
	for range n {
		best, free := -1, false
		for i := range n {
			if !o.open[i] {
				continue
			}
			isFree := !o.covers(i, n)
			if best < 0 || isFree && !free || isFree == free && farther(&all[i], &all[best]) {
				best, free = i, isFree
			}
		}
		o.open[best] = false
		o.drawn = append(o.drawn, best)
	}
}

// resized returns a cleared slice of n elements, in the memory of s if it suffices.
func resized(s []bool, n int) []bool {
	if cap(s) < n {
		return make([]bool, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// covers reports whether solid i is in front of a solid that is not drawn yet.
func (o *order) covers(i, n int) bool {
	for k := range n {
		if o.open[k] && o.behind[k*n+i] {
			return true
		}
	}
	return false
}

// farther reports whether the middle of s is farther from the camera than the middle of t.
func farther(s, t *solid) bool {
	if s.layer != t.layer {
		return s.layer < t.layer
	}
	return s.a.depth+s.b.depth > t.a.depth+t.b.depth+1e-6
}

// compare returns 1 if s is behind t where they overlap on the canvas, -1 if t is behind s, and 0 if
// they do not overlap or have equal depths.
func compare(s, t *solid) int {
	if !overlap(s, t) {
		return 0
	}
	if s.layer != t.layer {
		return sign(t.layer - s.layer)
	}
	u, v, gap := closest(s, t)
	reach := s.ra + (s.rb-s.ra)*u + t.ra + (t.rb-t.ra)*v
	if gap > reach {
		return 0
	}
	ds := s.a.depth + (s.b.depth-s.a.depth)*float64(u)
	dt := t.a.depth + (t.b.depth-t.a.depth)*float64(v)
	if math.Abs(ds-dt) < 0.3*float64(reach) { // they meet at a joint
		ds, dt = (s.a.depth+s.b.depth)/2, (t.a.depth+t.b.depth)/2
	}
	switch {
	case ds > dt+1e-6:
		return 1
	case dt > ds+1e-6:
		return -1
	}
	return 0
}

// sign returns the sign of a number.
func sign(x int) int { return min(max(x, -1), 1) }

// overlap reports whether the bounding boxes of two solids overlap.
func overlap(s, t *solid) bool {
	r, q := max(s.ra, s.rb), max(t.ra, t.rb)
	return max(s.a.x, s.b.x)+r > min(t.a.x, t.b.x)-q && max(t.a.x, t.b.x)+q > min(s.a.x, s.b.x)-r &&
		max(s.a.y, s.b.y)+r > min(t.a.y, t.b.y)-q && max(t.a.y, t.b.y)+q > min(s.a.y, s.b.y)-r
}

// closest returns where the axes of two solids are closest on the canvas, as shares of their
// lengths, and the distance there. Ericson 2005, "Real-Time Collision Detection", section 5.1.9.
func closest(s, t *solid) (u, v, gap float32) {
	px, py, qx, qy := s.b.x-s.a.x, s.b.y-s.a.y, t.b.x-t.a.x, t.b.y-t.a.y
	rx, ry := s.a.x-t.a.x, s.a.y-t.a.y
	a, e, f := px*px+py*py, qx*qx+qy*qy, qx*rx+qy*ry
	c, b := px*rx+py*ry, px*qx+py*qy
	unit := func(x float32) float32 { return min(max(x, 0), 1) }
	const tiny = 1e-9
	switch {
	case a <= tiny && e <= tiny:
	case a <= tiny:
		v = unit(f / e)
	case e <= tiny:
		u = unit(-c / a)
	default:
		if denominator := a*e - b*b; denominator > tiny {
			u = unit((b*f - c*e) / denominator)
		}
		v = (b*u + f) / e
		if v < 0 || v > 1 {
			v = unit(v)
			u = unit((b*v - c) / a)
		}
	}
	dx, dy := rx+u*px-v*qx, ry+u*py-v*qy
	return u, v, float32(math.Sqrt(float64(dx*dx + dy*dy)))
}
