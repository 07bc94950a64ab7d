package nn

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/tape"
)

// dropoutKind is the name of dropout layers in plans.
const dropoutKind = "dropout"

// dropout is a layer that sets each element to 0 with probability p in training, and divides the
// other elements by 1 - p. At inference it does nothing. Srivastava et al. 2014, "Dropout: a
// simple way to prevent neural networks from overfitting", section 4.
type dropout struct {
	p    float32  // dropout rate
	name string   // name of the layer
	src  rand.PCG // random generator of the masks
}

// newDropout is the Kind of dropout layers.
func newDropout(rng *rand.Rand, name string, in Shape, l Layer) (Network, Shape, error) {
	r := Read(l)
	d := &dropout{p: float32(r.Fraction()), name: name}
	if err := r.Err(); err != nil {
		return nil, nil, err
	}
	d.src.Seed(rng.Uint64(), 0)
	return d, in, nil
}

func (d *dropout) Forward(t *tape.Tape, x *tape.Var, p Pass) *tape.Var {
	if p.Mode == Inference {
		return x
	}
	mask, rng, scale := t.Blank(x.Rows, x.Cols), rand.New(&d.src), 1/(1-d.p)
	for i := range mask.Value {
		mask.Value[i] = 0
		if rng.Float32() >= d.p {
			mask.Value[i] = scale
		}
	}
	return x.Mul(mask)
}

func (*dropout) Infer(y, x []float32, _ Memory) {
	if len(x) > 0 && &y[0] != &x[0] {
		copy(y, x)
	}
}

func (*dropout) MemorySize() int                          { return 0 }
func (*dropout) Tensors() (params, buffers []*tape.Param) { return nil, nil }
func (d *dropout) State(s *state.State)                   { s.PCG(d.name+"/dropout", &d.src) }
func (*dropout) inPlace()                                 {}

func (d *dropout) Clone() Network {
	c := *d
	return &c
}
