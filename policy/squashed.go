package policy

import (
	"math"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// Squashed is a policy of tanh(u), u Gaussian with mean and deviation that a network
// has outputs for. Haarnoja et al. 2018, arXiv:1801.01290, appendix C.
type Squashed struct {
	Net    Network    // of μ and log σ, 2A outputs
	Tape   *tape.Tape // that Draw puts them on
	acting *tape.Tape
	a      int // actions
	bounds
	encoder
	out, epsilon []float32 // scratch: [N, 2A], [N, A]
}

// NewSquashed returns a Squashed for spec, of a network from e.
func NewSquashed(rng *rand.Rand, spec env.Spec, k Kwargs, e Engine) (*Squashed, error) {
	b, err := boundsOf(spec.Act)
	if err != nil {
		return nil, err
	}
	p := &Squashed{a: spec.Act.Size(), bounds: b, encoder: newEncoder(spec.Obs), Tape: tape.New(), acting: tape.New()}
	c := k.mlp()
	c.In, c.Out, c.Gain = p.size, 2*p.a, 1
	p.Net, err = e.MLP(rng, "actor", c)
	return p, err
}

// Draw is actions [B, A] in [-1, 1] with the log of their densities [B, 1], to learn
// from. They are functions of the standard normal numbers ε [B, A], which are kept
// until the tape's Reset.
func (p *Squashed) Draw(obs, epsilon []float32) (act, logp *tape.Var) {
	return p.squash(p.Net.Forward(p.Tape, p.encode(p.Tape, obs)), epsilon)
}

// squash is, with u = μ + σ ε,
//
//	a = tanh u,  log π(a|s) = log N(u; μ, σ) - Σ log(1 - tanh² u + 10⁻⁶)
//
// eq. 21 there, with the small number of the authors' program; log σ is in
// [-20, 2].
func (p *Squashed) squash(x *tape.Var, epsilon []float32) (act, logp *tape.Var) {
	logStd := x.Columns(p.a, 2*p.a).Clip(-20, 2)
	e := x.Tape().Const(epsilon, x.Rows)
	act = x.Columns(0, p.a).Add(logStd.Exp().Mul(e)).Tanh()
	normal := e.Square().Scale(0.5).Add(logStd).AddK(0.5 * float32(math.Log(2*math.Pi)))
	room := act.Square().Neg().AddK(1 + 1e-6).Log()
	return act, normal.Add(room).SumCols().Neg()
}

// Choose writes Draw's actions and log-densities, if logp is not nil, without a
// gradient.
func (p *Squashed) Choose(obs, epsilon, act, logp []float32) {
	n := p.rows(obs)
	p.out = grow(p.out, n*2*p.a)
	p.Net.Infer(p.out, p.flat(obs))
	p.acting.Reset()
	a, l := p.squash(p.acting.Const(p.out, n), epsilon)
	copy(act, a.Value)
	copy(logp, l.Value)
}

// Act writes tanh μ in the action space.
func (p *Squashed) Act(obs, act []float32) {
	n := p.rows(obs)
	p.out = grow(p.out, n*2*p.a)
	p.Net.Infer(p.out, p.flat(obs))
	for i := range n {
		copy(act[i*p.a:(i+1)*p.a], p.out[i*2*p.a:])
	}
	f32.Tanh(act, act)
	p.Stretch(act)
}

// Sample draws actions of the action space.
func (p *Squashed) Sample(rng *rand.Rand, obs, act []float32) {
	p.epsilon = grow(p.epsilon, len(act))
	for i := range p.epsilon {
		p.epsilon[i] = float32(rng.NormFloat64())
	}
	p.Choose(obs, p.epsilon, act, nil)
	p.Stretch(act)
}

// Share has several cores learn and choose.
func (p *Squashed) Share(cores *parallel.Pool) {
	p.Tape.Share(cores)
	share(cores, p.Net)
}

// Params are those of the network.
func (p *Squashed) Params() []*tape.Param { return p.Net.Params() }

// Tensors returns all that is saved.
func (p *Squashed) Tensors() []*tape.Param { return Tensors(p.Net) }

// State visits the network.
func (p *Squashed) State(s *state.State) { stateOf(p.Net, s) }

// Clone returns a Squashed with parameters and tapes of its own.
func (p *Squashed) Clone() Policy {
	return &Squashed{Net: p.Net.Clone(), Tape: tape.New(), acting: tape.New(), a: p.a, bounds: p.bounds, encoder: p.encoder.clone()}
}

var _ Saver = (*Squashed)(nil)
