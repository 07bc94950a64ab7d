package replay

import "github.com/rlrun/rlrun/env/state"

// State saves or loads the transitions, from the oldest slot to the newest, and the newest
// observations. The saved bytes do not depend on the position of the oldest slot in the ring. So
// two Rings with the same transitions save the same bytes.
func (r *Ring) State(s *state.State) {
	s.Section("ring", 1)
	if s.Loading() {
		r.reset()
	}
	from, to := r.steps-min(r.steps, r.slots-1), r.steps // with the slots that have only older frames
	s.Records("replay", &from, &to, r.slots-1, r.appendSlot, r.readSlot)
	if s.Err() == nil {
		r.steps, r.kept, r.head = to, min(to-from, r.limit), to%r.slots
	}
	now := make([]float32, r.n*r.o)
	for i := range r.n {
		r.obs.get(now[i*r.o:(i+1)*r.o], r.head*r.n+i)
	}
	s.Floats("replay/now", now)
	for i := range r.n {
		before := noRow
		if r.steps > 0 {
			before = (r.head+r.slots-1)%r.slots*r.n + i
		}
		r.obs.set(r.head*r.n+i, now[i*r.o:(i+1)*r.o], before)
	}
	s.Bools("replay/mask", r.mask[r.head*r.n*r.choices:(r.head+1)*r.n*r.choices])
}

// reset empties the Ring.
func (r *Ring) reset() {
	for row := range r.end {
		r.end[row] = notEnded
	}
	r.finals.clear()
}

// appendSlot encodes step i of every environment, where 0 is the oldest step, and appends the
// bytes to dst.
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
			dst = r.finals.appendTo(append(dst, byte(Truncated)), int(k))
		default:
			dst = append(dst, byte(Continues))
		}
	}
	return dst
}

// readSlot decodes step i of every environment, which appendSlot has encoded, from the start of
// src. It returns the rest of src.
func (r *Ring) readSlot(src []byte, i int) (rest []byte, err error) {
	from := i % r.slots * r.n
	to := from + r.n
	if src, err = r.obs.readFrom(src, from, to); err != nil {
		return nil, err
	}
	if src, err = r.act.readFrom(src, from, to); err != nil {
		return nil, err
	}
	if src, err = readFloats(src, r.reward[from:to]); err != nil {
		return nil, err
	}
	if src, err = readBools(src, r.mask[from*r.choices:to*r.choices]); err != nil {
		return nil, err
	}
	for row := from; row < to; row++ {
		if src, err = r.readEnd(src, row); err != nil {
			return nil, err
		}
	}
	return src, nil
}

// readEnd decodes the end of the step in the given row from the start of src. It returns the rest
// of src.
func (r *Ring) readEnd(src []byte, row int) (rest []byte, err error) {
	if len(src) == 0 {
		return nil, errDamaged
	}
	r.freeFinal(row)
	end, src := End(src[0]), src[1:]
	switch end {
	case Continues:
	case Terminated:
		r.end[row] = terminal
	case Truncated:
		r.end[row], src, err = r.finals.readFrom(src, row)
	default:
		return nil, errDamaged
	}
	return src, err
}
