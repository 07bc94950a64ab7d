package replay

import "github.com/rlrun/rlrun/env"

// cutOffs are the last observations of episodes that were cut off, with their masks.
type cutOffs struct {
	obs     rows    // [F, O]
	mask    []bool  // [F, M]
	choices int     // M; 0 without masks
	free    []int32 // rows that no step has
}

// newCutOffs returns empty cutOffs with room for n rows.
func newCutOffs(space env.Space, choices, n int) cutOffs {
	c := cutOffs{obs: newRows(space, n), mask: make([]bool, 0, n*choices), choices: choices, free: make([]int32, 0, n)}
	c.obs.clear()
	return c
}

// clear forgets all, and keeps the memory.
func (c *cutOffs) clear() {
	c.obs.clear()
	c.mask, c.free = c.mask[:0], c.free[:0]
}

// keep returns the row that has obs and mask.
func (c *cutOffs) keep(obs []float32, mask []bool) int32 {
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

// get writes row k.
func (c *cutOffs) get(k int, obs []float32, mask []bool) {
	c.obs.get(obs, k)
	copy(mask, c.mask[k*c.choices:])
}

// appendTo appends row k to dst.
func (c *cutOffs) appendTo(dst []byte, k int) []byte {
	dst = c.obs.appendTo(dst, k, k+1)
	return appendBools(dst, c.mask[k*c.choices:(k+1)*c.choices])
}

// takeFrom keeps the row that appendTo appended to src, and returns the rest of src.
func (c *cutOffs) takeFrom(src []byte) (k int32, rest []byte, err error) {
	k = c.keep(make([]float32, c.obs.width), make([]bool, c.choices))
	if src, err = c.obs.takeFrom(src, int(k), int(k)+1); err != nil {
		return k, nil, err
	}
	rest, err = takeBools(src, c.mask[int(k)*c.choices:(int(k)+1)*c.choices])
	return k, rest, err
}
