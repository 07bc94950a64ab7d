package replay

import "github.com/rlrun/rlrun/env/state"

// State visits the transitions that are kept, a slot of them at a time, and what is
// acted on next. So two rings that keep the same are saved alike.
func (r *ring) State(s *state.State) {
	if s.Loading() {
		r.forget()
	}
	from, to := r.steps-r.kept, r.steps
	s.Records("replay", &from, &to, r.slots-1, r.appendSlot, r.takeSlot)
	if s.Err() == nil {
		r.steps, r.kept, r.head = to, to-from, to%r.slots
	}
	now := make([]float32, r.n*r.o)
	for i := range r.n {
		r.obs.get(now[i*r.o:(i+1)*r.o], r.head*r.n+i)
	}
	s.Floats("replay/now", now)
	r.obs.set(r.head*r.n, now)
	s.Bools("replay/mask", r.mask[r.head*r.n*r.choices:(r.head+1)*r.n*r.choices])
}

// forget empties the ring.
func (r *ring) forget() {
	for row := range r.end {
		r.end[row] = goesOn
	}
	r.final.clear()
	r.free = r.free[:0]
}

// appendSlot appends all of the i-th step to dst.
func (r *ring) appendSlot(dst []byte, i int) []byte {
	from := i % r.slots * r.n
	to := from + r.n
	dst = r.obs.appendTo(dst, from, to)
	dst = appendFloats(dst, r.act[from*r.a:to*r.a])
	dst = appendFloats(dst, r.reward[from:to])
	dst = appendBools(dst, r.mask[from*r.choices:to*r.choices])
	for _, k := range r.end[from:to] {
		switch {
		case k == terminal:
			dst = append(dst, 1)
		case k >= 0:
			dst = r.final.appendTo(append(dst, 2), int(k), int(k)+1)
		default:
			dst = append(dst, 0)
		}
	}
	return dst
}

// takeSlot is the inverse of appendSlot.
func (r *ring) takeSlot(src []byte, i int) (rest []byte, err error) {
	from := i % r.slots * r.n
	to := from + r.n
	if src, err = r.obs.takeFrom(src, from, to); err != nil {
		return nil, err
	}
	for _, x := range [][]float32{r.act[from*r.a : to*r.a], r.reward[from:to]} {
		if src, err = takeFloats(src, x); err != nil {
			return nil, err
		}
	}
	if src, err = takeBools(src, r.mask[from*r.choices:to*r.choices]); err != nil {
		return nil, err
	}
	for row := from; row < to; row++ {
		if src, err = r.takeEnd(src, row); err != nil {
			return nil, err
		}
	}
	return src, nil
}

// takeEnd sets how a transition ended its episode.
func (r *ring) takeEnd(src []byte, row int) (rest []byte, err error) {
	if len(src) == 0 || src[0] > 2 {
		return nil, errDamaged
	}
	r.release(row)
	end, src := src[0], src[1:]
	switch end {
	case 1:
		r.end[row] = terminal
	case 2:
		r.end[row] = r.keep(make([]float32, r.o))
		k := int(r.end[row])
		return r.final.takeFrom(src, k, k+1)
	}
	return src, nil
}
