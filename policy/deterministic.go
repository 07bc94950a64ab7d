package policy

import (
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// Deterministic is a policy μ(s): a network whose outputs tanh brings into [-1, 1].
type Deterministic struct {
	Mu   Network
	Tape *tape.Tape // that Pi is put on
	bounds
	encoder
}

// NewDeterministic returns a Deterministic for spec, of a network from e.
func NewDeterministic(rng *rand.Rand, spec env.Spec, k Kwargs, e Engine) (*Deterministic, error) {
	b, err := boundsOf(spec.Act)
	if err != nil {
		return nil, err
	}
	d := &Deterministic{Tape: tape.New(), bounds: b, encoder: newEncoder(spec.Obs)}
	c, err := k.mlp()
	if err != nil {
		return nil, err
	}
	c.In, c.Out, c.Gain = d.size, spec.Act.Size(), 1
	d.Mu, err = e.MLP(rng, "actor", c)
	return d, err
}

// Pi is μ(obs), [B, A] in [-1, 1], to learn from.
func (d *Deterministic) Pi(obs []float32) *tape.Var {
	return d.Mu.Forward(d.Tape, d.encode(d.Tape, obs)).Tanh()
}

// Choose writes Pi's actions without a tape.
func (d *Deterministic) Choose(obs, act []float32) {
	d.Mu.Infer(act, d.flat(obs))
	f32.Tanh(act, act)
}

// Act writes actions of the action space.
func (d *Deterministic) Act(obs, act []float32) {
	d.Choose(obs, act)
	d.Stretch(act)
}

// Sample is Act: exploring is the agent's.
func (d *Deterministic) Sample(_ *rand.Rand, obs, act []float32) { d.Act(obs, act) }

// Share has several cores learn and choose.
func (d *Deterministic) Share(cores *parallel.Pool) {
	d.Tape.Share(cores)
	share(cores, d.Mu)
}

// Params are those of the network.
func (d *Deterministic) Params() []*tape.Param { return d.Mu.Params() }

// Tensors returns all that is saved.
func (d *Deterministic) Tensors() []*tape.Param { return Tensors(d.Mu) }

// State visits the network.
func (d *Deterministic) State(s *state.State) { stateOf(d.Mu, s) }

// Copy returns a Deterministic with parameters and a tape of its own.
func (d *Deterministic) Copy() *Deterministic {
	return &Deterministic{d.Mu.Clone(), tape.New(), d.bounds, d.encoder.clone()}
}

// Clone returns a Copy.
func (d *Deterministic) Clone() Policy { return d.Copy() }

var _ Saver = (*Deterministic)(nil)
