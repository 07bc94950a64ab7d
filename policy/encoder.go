package policy

import (
	"fmt"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// An encoder converts raw observations to input rows of a network. It normalises numbers if it
// has a normaliser, divides the bytes of images by 255, except for networks that read them as they are, and converts each choice among N values to
// a one-hot vector of N numbers, except for networks with embeddings, which read the choice itself.
type encoder struct {
	normal  *Normalizer // normaliser of the numbers; nil: no normalisation
	indices bool        // whether choices stay whole numbers, for embeddings
	bytes   bool        // whether the bytes of images stay whole numbers
	parts   []inputPart // parts of an encoded observation
	plain   bool        // whether the observations have only numbers and bits, which need no encoding without a normaliser
	obs     int         // floats of a raw observation
	size    int         // floats of an encoded observation
	raw     []float32   // scratch: [N, obs] normalised observations
	x       []float32   // scratch: [N, size] encoded observations
}

// An inputPart is a part of an encoded observation.
type inputPart struct {
	*env.Part
	from, to int // columns of the encoded observation
}

// isImage reports whether the part has the shape of an image: height, width, channels.
func (p *inputPart) isImage() bool {
	return len(p.Shape) == 3 && p.Kind != env.Choice
}

// isBytes reports whether the part is an image of bytes, and not of bits.
func (p *inputPart) isBytes() bool { return p.isImage() && p.Byte && p.Kind != env.Bits }

// newEncoder returns the encoder for the observations of a space. If indices is true, choices stay
// whole numbers. If the argument bytes is true, the bytes of images do.
func newEncoder(space env.Space, normal *Normalizer, indices, bytes bool) (encoder, error) {
	l, err := env.LayoutOf(space)
	if err != nil {
		return encoder{}, fmt.Errorf("observations: %w", err)
	}
	if normal != nil && (normal.row != l.Size || !slices.Equal(normal.columns, l.Numbers())) {
		return encoder{}, fmt.Errorf("the Normalizer is for other observations than %s", env.Describe(space))
	}
	e := encoder{normal: normal, indices: indices, bytes: bytes, plain: true, obs: l.Size}
	for i := range l.Parts {
		p := inputPart{Part: &l.Parts[i], from: e.size}
		p.to = p.from + p.Size()
		if p.Kind == env.Choice && !indices {
			p.to = p.from + p.Flat()
		}
		e.plain = e.plain && (!p.isBytes() || bytes) && (p.Kind != env.Choice || indices)
		e.parts, e.size = append(e.parts, p), p.to
	}
	return e, nil
}

// clone returns a copy of e with the given normaliser and its own scratch slices.
func (e *encoder) clone(normal *Normalizer) encoder {
	c := *e
	c.normal, c.raw, c.x = normal, nil, nil
	return c
}

// rows returns the number of observation rows in obs.
func (e *encoder) rows(obs []float32) int { return len(obs) / e.obs }

// flat returns the encoded observations. They are valid until the next call. If there is nothing
// to encode, the result is the slice obs.
func (e *encoder) flat(obs []float32) []float32 {
	if e.plain && e.normal == nil {
		return obs
	}
	if !e.plain && e.normal != nil {
		e.raw = f32.Grow(e.raw, len(obs))
	}
	e.x = f32.Grow(e.x, e.rows(obs)*e.size)
	e.write(e.x, e.raw, obs)
	return e.x
}

// encode returns the encoded observations as a constant on t.
func (e *encoder) encode(t *tape.Tape, obs []float32) *tape.Var {
	n := e.rows(obs)
	if e.plain && e.normal == nil {
		return t.Const(obs, n)
	}
	x, raw := t.Blank(n, e.size), []float32(nil)
	if !e.plain && e.normal != nil {
		raw = t.Blank(n, e.obs).Value // in the tape's memory, because two tapes may be recorded at the same time
	}
	e.write(x.Value, raw, obs)
	return x
}

// write writes the encoded observations to x. raw is memory for the normalised observations. It
// is used only if observations are both normalised and encoded in another way.
func (e *encoder) write(x, raw, obs []float32) {
	if e.plain {
		e.normal.Apply(x, obs)
		return
	}
	if e.normal != nil {
		e.normal.Apply(raw, obs)
		obs = raw
	}
	for i := range e.rows(obs) {
		e.writeRow(x[i*e.size:(i+1)*e.size], obs[i*e.obs:(i+1)*e.obs])
	}
}

// writeRow writes one encoded observation to x.
func (e *encoder) writeRow(x, obs []float32) {
	for i := range e.parts {
		p := &e.parts[i]
		to, from := x[p.from:p.to], obs[p.From:p.To]
		switch {
		case p.isBytes() && !e.bytes:
			f32.Unit(to, from)
		case p.Kind != env.Choice || e.indices:
			copy(to, from)
		default:
			clear(to)
			for k, n := range p.N {
				to[int(from[k])] = 1
				to = to[n:]
			}
		}
	}
}
