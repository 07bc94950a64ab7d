package replay

import "github.com/rlrun/rlrun/env"

// finalObs has the final observations of truncated episodes, and the masks at these observations.
type finalObs struct {
	obs     rows    // [F, O] final observations
	mask    []bool  // [F, M] allowed actions at the final observations
	choices int     // M, length of a mask row; 0 without masks
	free    []int32 // rows without an observation, for reuse
}

// newFinalObs returns an empty finalObs with memory for n rows.
func newFinalObs(space env.Space, choices, n int) finalObs {
	c := finalObs{obs: newRows(space, n), mask: make([]bool, 0, n*choices), choices: choices, free: make([]int32, 0, n)}
	c.obs.clear()
	return c
}

// clear removes all rows and keeps their memory for reuse.
func (c *finalObs) clear() {
	c.obs.clear()
	c.mask, c.free = c.mask[:0], c.free[:0]
}

// add stores obs and mask in a free row and returns the row's index.
func (c *finalObs) add(obs []float32, mask []bool) int32 {
	if last := len(c.free) - 1; last >= 0 {
		k := c.free[last]
		c.free = c.free[:last]
		c.obs.set(int(k), obs)
		copy(c.mask[int(k)*c.choices:], mask)
		return k
	}
	c.obs.add(obs)
	c.mask = append(c.mask, mask...)
	return int32(c.obs.n - 1)
}

// get copies row k to obs and mask.
func (c *finalObs) get(k int, obs []float32, mask []bool) {
	c.obs.get(obs, k)
	copy(mask, c.mask[k*c.choices:])
}

// appendTo encodes row k and appends the bytes to dst.
func (c *finalObs) appendTo(dst []byte, k int) []byte {
	dst = c.obs.appendTo(dst, k, k+1)
	return appendBools(dst, c.mask[k*c.choices:(k+1)*c.choices])
}

// readFrom decodes a row, which appendTo has encoded, from the start of src, and stores it. It
// returns the row's index and the rest of src.
func (c *finalObs) readFrom(src []byte) (k int32, rest []byte, err error) {
	k = c.add(make([]float32, c.obs.width), make([]bool, c.choices))
	if src, err = c.obs.readFrom(src, int(k), int(k)+1); err != nil {
		return k, nil, err
	}
	rest, err = readBools(src, c.mask[int(k)*c.choices:(int(k)+1)*c.choices])
	return k, rest, err
}
