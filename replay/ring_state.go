package replay

import "github.com/rlrun/rlrun/env/state"

// State visits the transitions that are kept, a slot of them at a time, and the
// observations that are acted on next. So two Rings that keep the same are saved alike.
func (r *Ring) State(s *state.State) {
	s.Section("ring", 1)
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
	for i := range r.n {
		r.obs.set(r.head*r.n+i, now[i*r.o:(i+1)*r.o])
	}
	s.Bools("replay/mask", r.mask[r.head*r.n*r.choices:(r.head+1)*r.n*r.choices])
}

// forget empties the Ring.
func (r *Ring) forget() {
	for row := range r.end {
		r.end[row] = goesOn
	}
	r.cut.clear()
}

// appendSlot appends all of the i-th step to dst.
func (r *Ring) appendSlot(dst []byte, i int) []byte {
	from := i % r.slots * r.n
	to := from + r.n
	dst = r.obs.appendTo(dst, from, to)
	dst = r.act.appendTo(dst, from, to)
	dst = appendFloats(dst, r.reward[from:to])
	dst = appendBools(dst, r.mask[from*r.choices:to*r.choices])
	for _, k := range r.end[from:to] {
		switch {
		case k == terminal:
			dst = append(dst, byte(Terminated))
		case k >= 0:
			dst = r.cut.appendTo(append(dst, byte(CutOff)), int(k))
		default:
			dst = append(dst, byte(GoesOn))
		}
	}
	return dst
}

// takeSlot is the inverse of appendSlot.
func (r *Ring) takeSlot(src []byte, i int) (rest []byte, err error) {
	from := i % r.slots * r.n
	to := from + r.n
	if src, err = r.obs.takeFrom(src, from, to); err != nil {
		return nil, err
	}
	if src, err = r.act.takeFrom(src, from, to); err != nil {
		return nil, err
	}
	if src, err = takeFloats(src, r.reward[from:to]); err != nil {
		return nil, err
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

// takeEnd sets how a step ended its episode.
func (r *Ring) takeEnd(src []byte, row int) (rest []byte, err error) {
	if len(src) == 0 {
		return nil, errDamaged
	}
	r.release(row)
	end, src := End(src[0]), src[1:]
	switch end {
	case GoesOn:
	case Terminated:
		r.end[row] = terminal
	case CutOff:
		r.end[row], src, err = r.cut.takeFrom(src)
	default:
		return nil, errDamaged
	}
	return src, err
}
