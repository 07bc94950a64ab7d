package stage

import "slices"

// A curve stores a growing sequence of numbers in limited memory. It stores means of groups of
// consecutive numbers, and doubles the size of the groups when there are too many means.
type curve struct {
	means []float64
	group int     // count of numbers in each mean; 0 before the first number
	n     int     // count of all numbers
	sum   float64 // sum of the numbers since the last mean
	inSum int     // count of numbers in sum
	last  float64 // last number
}

// maxMeans is the number of means at which a curve doubles the size of its groups.
const maxMeans = 512

// add appends a number.
func (c *curve) add(v float64) {
	c.group = max(c.group, 1)
	c.n++
	c.last = v
	c.sum += v
	if c.inSum++; c.inSum < c.group {
		return
	}
	c.means = append(c.means, c.sum/float64(c.inSum))
	c.sum, c.inSum = 0, 0
	if len(c.means) == maxMeans {
		for i := range maxMeans / 2 {
			c.means[i] = (c.means[2*i] + c.means[2*i+1]) / 2
		}
		c.means = c.means[:maxMeans/2]
		c.group *= 2
	}
}

// copy returns an independent copy of the curve.
func (c *curve) copy() curve {
	d := *c
	d.means = slices.Clone(c.means)
	return d
}
