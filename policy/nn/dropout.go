package nn

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/tape"
)

// dropout sets each element to 0 with probability p in training, and divides the
// others by 1 - p. In use it does nothing. Srivastava et al. 2014, "Dropout: a
// simple way to prevent neural networks from overfitting", section 4.
type dropout struct {
	stateless
	p    float32
	name string
	src  rand.PCG
}

func newDropout(rng *rand.Rand, name string, p float32) *dropout {
	d := &dropout{p: p, name: name}
	d.src.Seed(rng.Uint64(), 0)
	return d
}

func (d *dropout) forward(t *tape.Tape, x *tape.Var) *tape.Var {
	mask, rng, kept := t.Blank(x.Rows, x.Cols), rand.New(&d.src), 1/(1-d.p)
	for i := range mask.Value {
		mask.Value[i] = 0
		if rng.Float32() >= d.p {
			mask.Value[i] = kept
		}
	}
	return x.Mul(mask)
}

func (*dropout) infer([]float32)        {}
func (d *dropout) state(s *state.State) { s.PCG(d.name+"/dropout", &d.src) }

func (d *dropout) clone() step {
	c := *d
	return &c
}
