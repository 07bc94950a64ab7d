package policy

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/dist"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// Deterministic is a deterministic policy μ(s) for continuous actions: the tanh of a network's
// outputs, in [-1, 1].
type Deterministic struct {
	Mu   nn.Network // network before tanh
	Tape *tape.Tape // tape of Pi
	base
	encoder
	dist.Bounds
	counted tape.Rows // rows of a Batch that count, in Pi
	raw     []float32 // scratch: [N, A] raw actions
}

var _ Policy = (*Deterministic)(nil)

// NewDeterministic returns a Deterministic for spec with a new network, which config c describes
// and engine e builds. normal normalises the observations; nil: no normalisation.
func NewDeterministic(rng *rand.Rand, spec env.Spec, c NetworkConfig, normal *Normalizer, e nn.Engine) (*Deterministic, error) {
	return withPrefix(newDeterministic(newBuilder(deterministicKind, rng, &c, e, "pi", "qf"), spec, normal))
}

// newDeterministic returns a Deterministic with a network from b.
func newDeterministic(b *builder, spec env.Spec, normal *Normalizer) (*Deterministic, error) {
	bounds, err := dist.BoundsOf(spec.Act)
	if err != nil {
		return nil, err
	}
	in, err := b.encoder(spec.Obs, normal)
	if err != nil {
		return nil, err
	}
	d := &Deterministic{Tape: tape.New(), Bounds: bounds, encoder: in}
	d.Mu = b.network("actor", in.input(), piHidden, spec.Act.Size(), 1)
	d.base = b.base(Spec{Obs: spec.Obs, Act: spec.Act})
	if b.err == nil {
		d.spec.Memory = d.Mu.MemorySize()
	}
	return d, b.err
}

// Pi returns μ(s) [K, A] in [-1, 1] on Tape for training: the actions of each row of the batch that
// counts.
func (d *Deterministic) Pi(b Batch) *tape.Var {
	x := d.encode(d.Tape, b.Obs)
	x = d.Mu.Forward(d.Tape, x, d.pass(&b, x.Rows))
	if b.Rows != nil {
		d.counted.Index = b.Rows
		x = d.counted.Of(x)
	}
	return x.Tanh()
}

// Act writes μ(s) without noise, because the agent adds the exploration noise. out.Raw is in [-1,
// 1].
func (d *Deterministic) Act(in In, out Out) {
	raw := out.Raw
	if raw == nil {
		d.raw = f32.Grow(d.raw, d.rows(in.Obs)*d.spec.Act.Size())
		raw = d.raw
	}
	var past nn.Memory
	if d.spec.Memory > 0 {
		past = d.begin(&in, d.rows(in.Obs))
	}
	d.Mu.Infer(raw, d.flat(in.Obs), past)
	f32.Activate(raw, raw, f32.TanhAct)
	clear(out.LogProb)
	if out.Act != nil {
		d.Stretch(out.Act, raw)
	}
}

// Share sets the pool of cores that train and act in parallel.
func (d *Deterministic) Share(cores *parallel.Pool) {
	d.Tape.Share(cores)
	nn.Share(cores, d.Mu)
}

// Params returns the parameters of the network.
func (d *Deterministic) Params() []*tape.Param { return nn.Params(d.Mu) }

// Tensors returns the parameters, the buffers of the network, and the normaliser's tensors.
func (d *Deterministic) Tensors() []*tape.Param {
	return append(nn.Tensors(d.Mu), d.normal.tensors()...)
}

// State saves or loads the network.
func (d *Deterministic) State(s *state.State) { nn.Visit(s, d.Mu) }

// Clone returns a copy with its own normaliser.
func (d *Deterministic) Clone() Policy { return d.Copy(d.normal.Clone()) }

// Copy returns a Deterministic with its own parameters and tape, and with the given normaliser.
func (d *Deterministic) Copy(normal *Normalizer) *Deterministic {
	return &Deterministic{Mu: d.Mu.Clone(), Tape: tape.New(), base: d.base, encoder: d.encoder.clone(normal), Bounds: d.Bounds}
}
