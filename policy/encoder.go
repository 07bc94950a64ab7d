package policy

import (
	"fmt"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/tape"
)

// An encoder makes rows for a network of observations: numbers as they are, a
// choice of N as N numbers, of which one is 1. See env.Layout.Flatten.
type encoder struct {
	space  env.Space
	layout env.Layout // of the space
	obs    int        // floats in a row of observations
	size   int        // floats in a row for the network
	x      []float32  // scratch: rows for the network, where they are others
}

func newEncoder(space env.Space) encoder {
	l, err := env.LayoutOf(space)
	if err != nil {
		panic(fmt.Sprint("policy: ", err)) // no environment has such a space
	}
	return encoder{space: space, layout: l, obs: l.Size, size: l.Flat}
}

func (e *encoder) clone() encoder { return newEncoder(e.space) }

// rows is how many observations there are.
func (e *encoder) rows(obs []float32) int { return len(obs) / e.obs }

// isPlain reports whether rows stay as they are.
func (e *encoder) isPlain() bool { return e.layout.Plain() }

// flat returns rows for the network, until it is called again.
func (e *encoder) flat(obs []float32) []float32 {
	if e.isPlain() {
		return obs
	}
	e.x = grow(e.x, e.rows(obs)*e.size)
	e.write(e.x, obs)
	return e.x
}

// encode puts rows for the network on t.
func (e *encoder) encode(t *tape.Tape, obs []float32) *tape.Var {
	n := e.rows(obs)
	if e.isPlain() {
		return t.Const(obs, n)
	}
	x := t.Blank(n, e.size)
	e.write(x.Value, obs)
	return x
}

func (e *encoder) write(x, obs []float32) {
	for i := range e.rows(obs) {
		e.layout.Flatten(x[i*e.size:(i+1)*e.size], obs[i*e.obs:(i+1)*e.obs])
	}
}
