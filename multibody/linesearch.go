package multibody

import "math"

// lineSearch returns the alpha for which the cost at Qacc + alpha·step is least; 0 if step does
// not lead downwards. The slope of the cost is piecewise linear and rising, so Newton's method, kept
// between a point of negative slope and one of positive slope, ends at its root.
// The tolerance is MuJoCo's, with its ls_tolerance of 0.01.
func (d *Data) lineSearch() (alpha float64) {
	m := d.m
	d.mulM(d.massStep, d.step)
	var squares, slope0, curve float64
	for i, s := range d.step {
		squares += float64(s * s)
		slope0 += float64(s * (d.massAcc[i] - d.smooth[i]))
		curve += float64(s * d.massStep[i])
	}
	norm := math.Sqrt(squares)
	if norm < minVal {
		return 0
	}
	tolerance := m.Tolerance * 0.01 * norm / m.scale
	d1, d2 := d.slope(0, slope0, curve)
	if !(d1 < 0) { // also if it is not a number
		return 0
	}
	low, high := 0.0, math.Inf(1)
	alpha = -d1 / d2
	for range maxIter {
		d1, d2 = d.slope(alpha, slope0, curve)
		if math.Abs(d1) <= tolerance {
			break
		}
		if d1 < 0 {
			low = alpha
		} else {
			high = alpha
		}
		next := alpha - d1/d2
		if next == alpha {
			break
		}
		if next <= low || next >= high {
			next = 0.5 * (low + high)
		}
		alpha = next
	}
	return alpha
}

// slope returns the first two derivatives by alpha of the cost at Qacc + alpha·step. Its quadratic part
// has the slope slope0 at 0, and the second derivative curve.
func (d *Data) slope(alpha, slope0, curve float64) (d1, d2 float64) {
	d1, d2 = slope0+float64(alpha*curve), curve
	for i := range d.constraints {
		c := &d.constraints[i]
		n, dn := c.residual[0]+float64(alpha*c.change[0]), c.change[0]
		if c.dim == 1 {
			if n < 0 {
				d1 += float64(c.stiffness * n * dn)
				d2 += float64(c.stiffness * dn * dn)
			}
			continue
		}
		p, dp := float64(c.friction[0]*(c.residual[1]+float64(alpha*c.change[1]))), float64(c.friction[0]*c.change[1])
		q, dq := float64(c.friction[1]*(c.residual[2]+float64(alpha*c.change[2]))), float64(c.friction[1]*c.change[2])
		var s1, s2 float64
		if e := n + p; e < 0 {
			s1 += float64(e * (dn + dp))
			s2 += float64((dn + dp) * (dn + dp))
		}
		if e := n - p; e < 0 {
			s1 += float64(e * (dn - dp))
			s2 += float64((dn - dp) * (dn - dp))
		}
		if e := n + q; e < 0 {
			s1 += float64(e * (dn + dq))
			s2 += float64((dn + dq) * (dn + dq))
		}
		if e := n - q; e < 0 {
			s1 += float64(e * (dn - dq))
			s2 += float64((dn - dq) * (dn - dq))
		}
		d1 += float64(c.stiffness * s1)
		d2 += float64(c.stiffness * s2)
	}
	return d1, d2
}
