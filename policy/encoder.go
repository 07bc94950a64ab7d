package policy

import (
	"fmt"
	"slices"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// An encoder makes rows for a network of raw observations: numbers as they are, or
// normalised, and a choice of N as N numbers, one of which is 1. See env.Layout.Flatten.
type encoder struct {
	layout env.Layout  // of the observations
	normal *Normalizer // of the numbers; nil leaves them as they are
	plain  bool        // rows stay as they are but for normalisation
	obs    int         // floats in a row of observations
	size   int         // floats in a row for the network
	raw    []float32   // scratch: [N, obs] normalised
	x      []float32   // scratch: [N, size]
}

// newEncoder returns the encoder of a space of observations.
func newEncoder(space env.Space, normal *Normalizer) (encoder, error) {
	l, err := env.LayoutOf(space)
	if err != nil {
		return encoder{}, fmt.Errorf("observations: %w", err)
	}
	if normal != nil && (normal.row != l.Size || !slices.Equal(normal.columns, l.Numbers())) {
		return encoder{}, fmt.Errorf("a Normalizer of other observations than %s", env.Describe(space))
	}
	return encoder{layout: l, normal: normal, plain: l.Plain(), obs: l.Size, size: l.Flat}, nil
}

// clone returns an encoder with another normaliser and scratch of its own.
func (e *encoder) clone(normal *Normalizer) encoder {
	c := *e
	c.normal, c.raw, c.x = normal, nil, nil
	return c
}

// rows returns how many observations there are.
func (e *encoder) rows(obs []float32) int { return len(obs) / e.obs }

// flat returns rows for the network, until it is called again.
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

// encode puts rows for the network on t.
func (e *encoder) encode(t *tape.Tape, obs []float32) *tape.Var {
	n := e.rows(obs)
	if e.plain && e.normal == nil {
		return t.Const(obs, n)
	}
	x, raw := t.Blank(n, e.size), []float32(nil)
	if !e.plain && e.normal != nil {
		raw = t.Blank(n, e.obs).Value // of this tape alone: two can be recorded at once
	}
	e.write(x.Value, raw, obs)
	return x
}

// write writes the rows for the network to x. Where they are normalised and not plain, raw
// is room for the normalised observations.
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
