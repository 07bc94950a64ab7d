package replay

import "github.com/rlrun/rlrun/env"

// finalObs has the final observations of truncated episodes, and the masks at these observations.
type finalObs struct {
	obs     rows    // [F, O] final observations
	mask    []bool  // [F, M] allowed actions at the final observations
	choices int     // M, length of a mask row; 0 without masks
	free    []int32 // rows without an observation, for reuse
}

// newFinalObs returns an empty finalObs with memory for n rows. The observations before the final ones
// are in base.
func newFinalObs(spec env.Spec, base *rows, choices, n int) finalObs {
	return finalObs{obs: newFinals(spec, base, n), mask: make([]bool, 0, n*choices), choices: choices, free: make([]int32, 0, n)}
}

// clear removes all rows and keeps their memory for reuse.
func (c *finalObs) clear() {
	c.obs.clear()
	c.mask, c.free = c.mask[:0], c.free[:0]
}

// add stores obs and mask in a free row and returns the row's index. The argument before is the row of
// the observation before obs.
func (c *finalObs) add(obs []float32, mask []bool, before int) int32 {
	if last := len(c.free) - 1; last >= 0 {
		k := c.free[last]
		c.free = c.free[:last]
		c.obs.set(int(k), obs, before)
		copy(c.mask[int(k)*c.choices:], mask)
		return k
	}
	c.obs.add(obs, before)
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
// returns the row's index and the rest of src. The argument before is the row of the observation
// before the final one.
func (c *finalObs) readFrom(src []byte, before int) (k int32, rest []byte, err error) {
	k = c.add(make([]float32, c.obs.width), make([]bool, c.choices), noRow)
	c.obs.after[k] = int32(before)
	if src, err = c.obs.readFrom(src, int(k), int(k)+1); err != nil {
		return k, nil, err
	}
	rest, err = readBools(src, c.mask[int(k)*c.choices:(int(k)+1)*c.choices])
	return k, rest, err
}
