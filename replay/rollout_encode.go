package replay

import (
	"iter"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/f32"
)

// The flags of an encoded step.
const (
	flagTerminal = 1 << iota
	flagDone
	flagFirst
	flagLimit
)

// Append encodes the steps of a full part and appends the bytes to dst. Decode reads them into a part of
// another Rollout that has the same number of environments, wherever they are in that Rollout.
func (p *RolloutPart) Append(dst []byte) []byte {
	r := p.roll
	for t := range r.T + 1 {
		dst = r.obs.appendTo(dst, t*r.N+p.from, t*r.N+p.from+p.n)
	}
	for t := range r.T {
		row := t*r.N + p.from
		for k := row; k < row+p.n; k++ {
			dst = append(dst, byte(r.Terminal[k])*flagTerminal|byte(r.Done[k])*flagDone|byte(bit(r.First[k]))*flagFirst)
		}
		dst = appendBools(dst, span(r.Mask, r, row, p.n))
		dst = appendFloats(appendFloats(appendFloats(dst, span(r.Act, r, row, p.n)), r.LogProb[row:row+p.n]), r.Reward[row:row+p.n])
	}
	if s := &r.sequences; s.memory > 0 {
		for c := range r.T / s.length {
			dst = appendFloats(dst, s.row(c, p))
		}
		for t := range r.T + 1 {
			dst = appendFloats(dst, r.Value[t*r.N+p.from:t*r.N+p.from+p.n])
		}
		return appendFloats(dst, p.finalValues)
	}
	for i := range p.final.n {
		dst = appendFloats(dst, p.final.view(&p.scratch, i, i+1))
	}
	return dst
}

// Size returns the number of steps of the part, and of its environments.
func (p *RolloutPart) Size() (steps, envs int) { return p.roll.T, p.n }

// Done returns an iterator over the steps of the part. Each step comes with a slice [n] that has 1 where the
// step ended an episode, else 0.
func (p *RolloutPart) Done() iter.Seq2[int, []float32] {
	return func(yield func(int, []float32) bool) {
		r := p.roll
		for t := range r.T {
			if !yield(t, r.Done[t*r.N+p.from:t*r.N+p.from+p.n]) {
				return
			}
		}
	}
}

// span returns the elements of x [T·N, K] in the given number of rows.
func span[T any](x []T, r *Rollout, row, rows int) []T {
	k := len(x) / (r.T * r.N)
	return x[row*k : (row+rows)*k]
}

// row returns the memory of part p before sequence c and its burn-in.
func (s *sequencing) row(c int, p *RolloutPart) []float32 {
	from := (c*p.roll.N + p.from) * s.memory
	return s.stored[from : from+p.n*s.memory]
}

// Decode fills the part with steps that Append has encoded, from the start of src. It returns the rest of
// src. If a number is not finite, an action is not in its space, or bytes are missing, it returns an error,
// and the part must be filled again.
func (p *RolloutPart) Decode(src []byte) (rest []byte, err error) {
	p.final.clear()
	p.ended, p.finalValues, p.t = p.ended[:0], p.finalValues[:0], p.roll.T
	if src, err = p.decodeObservations(src); err != nil {
		return nil, err
	}
	if src, err = p.decodeSteps(src); err != nil {
		return nil, err
	}
	if p.roll.sequences.memory > 0 {
		return p.decodeMemory(src)
	}
	return p.decodeFinals(src)
}

// decodeObservations decodes the observations of all steps and after the last step.
func (p *RolloutPart) decodeObservations(src []byte) (rest []byte, err error) {
	r := p.roll
	for t := range r.T + 1 {
		row := t*r.N + p.from
		if src, err = r.obs.readFrom(src, row, row+p.n); err != nil {
			return nil, err
		}
		for _, c := range r.obs.columns {
			if c.bytes == nil && !finite(c.floats[row*c.width():(row+p.n)*c.width()]) {
				return nil, errDamaged
			}
		}
	}
	return src, nil
}

// decodeSteps decodes everything else that each step has.
func (p *RolloutPart) decodeSteps(src []byte) (rest []byte, err error) {
	r, act := p.roll, layoutOf(p.roll.spec.Act)
	for t := range r.T {
		row := t*r.N + p.from
		if len(src) < p.n {
			return nil, errDamaged
		}
		for i, flags := range src[:p.n] {
			k := row + i
			r.Terminal[k], r.Done[k], r.First[k] = float32(flags&flagTerminal), float32(flags&flagDone/flagDone), flags&flagFirst != 0
			if flags >= flagLimit || flags&(flagTerminal|flagDone) == flagTerminal || t > 0 && r.First[k] != (r.Done[k-r.N] != 0) {
				return nil, errDamaged
			}
			if flags&(flagTerminal|flagDone) == flagDone {
				p.ended = append(p.ended, k)
			}
		}
		if src, err = readBools(src[p.n:], span(r.Mask, r, row, p.n)); err != nil {
			return nil, err
		}
		for _, x := range [3][]float32{span(r.Act, r, row, p.n), r.LogProb[row : row+p.n], r.Reward[row : row+p.n]} {
			if src, err = readFinite(src, x); err != nil {
				return nil, err
			}
		}
		if !areActions(act, span(r.Act, r, row, p.n)) {
			return nil, errDamaged
		}
	}
	return src, nil
}

// decodeMemory decodes the memory before the sequences, and the values.
func (p *RolloutPart) decodeMemory(src []byte) (rest []byte, err error) {
	r, s := p.roll, &p.roll.sequences
	for c := range r.T / s.length {
		if src, err = readFinite(src, s.row(c, p)); err != nil {
			return nil, err
		}
	}
	for t := range r.T + 1 {
		if src, err = readFinite(src, r.Value[t*r.N+p.from:t*r.N+p.from+p.n]); err != nil {
			return nil, err
		}
	}
	p.finalValues = slices.Grow(p.finalValues, len(p.ended))[:len(p.ended)]
	return readFinite(src, p.finalValues)
}

// decodeFinals decodes the final observations of truncated episodes.
func (p *RolloutPart) decodeFinals(src []byte) (rest []byte, err error) {
	p.scratch = f32.Grow(p.scratch, p.roll.obs.width)
	obs := p.scratch
	for _, k := range p.ended {
		if src, err = readFinite(src, obs); err != nil {
			return nil, err
		}
		if p.final.frames != nil && slices.ContainsFunc(obs, func(v float32) bool { _, ok := asByte(v); return !ok }) {
			return nil, errDamaged
		}
		p.final.add(obs, k)
	}
	return src, nil
}

// readFinite is readFloats for numbers that must be finite.
func readFinite(src []byte, x []float32) (rest []byte, err error) {
	if rest, err = readFloats(src, x); err == nil && !finite(x) {
		err = errDamaged
	}
	return rest, err
}

// finite reports whether all numbers in x are finite.
func finite(x []float32) bool {
	for _, v := range x {
		if v-v != 0 {
			return false
		}
	}
	return true
}

// areActions reports whether the choices and bits of the raw actions act [n, A] are in the space with the
// given layout.
func areActions(l env.Layout, act []float32) bool {
	for ; len(act) > 0; act = act[l.Size:] {
		for j := range l.Parts {
			p := &l.Parts[j]
			for i, v := range act[p.From:p.To] {
				if p.Kind == env.Numbers {
					break
				}
				if low, high := p.Bounds(i); v < low || v > high || v != float32(int(v)) {
					return false
				}
			}
		}
	}
	return true
}
