package stage

import "slices"

// A curve is a growing row of numbers, of which it keeps means: the more there are,
// the more of them in one.
type curve struct {
	means []float64
	each  int // numbers in a mean; 0 before the first
	n     int // all numbers
	sum   float64
	left  int // numbers in sum
	last  float64
}

// most is how many means are kept.
const most = 512

// add appends a number.
func (c *curve) add(v float64) {
	c.each = max(c.each, 1)
	c.n++
	c.last = v
	c.sum += v
	if c.left++; c.left < c.each {
		return
	}
	c.means = append(c.means, c.sum/float64(c.left))
	c.sum, c.left = 0, 0
	if len(c.means) == most {
		for i := range most / 2 {
			c.means[i] = (c.means[2*i] + c.means[2*i+1]) / 2
		}
		c.means = c.means[:most/2]
		c.each *= 2
	}
}

func (c *curve) copy() curve {
	d := *c
	d.means = slices.Clone(c.means)
	return d
}
