package policy

import (
	"fmt"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// An encoder converts raw observations to input rows of a network. It normalises numbers if it
// has a normaliser, and converts each discrete variable of N values to a one-hot vector of N
// numbers. See env.Layout.Flatten.
type encoder struct {
	layout env.Layout  // layout of the observations
	normal *Normalizer // normaliser of the numbers; nil: no normalisation
	plain  bool        // whether the observations have no discrete variables, so one-hot encoding is not needed
	obs    int         // floats of a raw observation
	size   int         // floats of an encoded observation
	raw    []float32   // scratch: [N, obs] normalised observations
	x      []float32   // scratch: [N, size] encoded observations
}

// newEncoder returns the encoder for the observations of a space.
func newEncoder(space env.Space, normal *Normalizer) (encoder, error) {
	l, err := env.LayoutOf(space)
	if err != nil {
		return encoder{}, fmt.Errorf("observations: %w", err)
	}
	if normal != nil && (normal.row != l.Size || !slices.Equal(normal.columns, l.Numbers())) {
		return encoder{}, fmt.Errorf("the Normalizer is for other observations than %s", env.Describe(space))
	}
	return encoder{layout: l, normal: normal, plain: l.Plain(), obs: l.Size, size: l.Flat}, nil
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
// is used only if observations are both normalised and one-hot encoded.
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
		e.layout.Flatten(x[i*e.size:(i+1)*e.size], obs[i*e.obs:(i+1)*e.obs])
	}
}
