// Package dist has the distributions of actions that networks' outputs stand for, the
// bounds of actions, and exploration that depends on the state.
package dist

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// A Dist is a batch of B action distributions on a tape.
type Dist interface {
	Sample(rng []rand.PCG, act []float32) // draws actions [B, A], each row with its own generator [B]
	Mode(act []float32)                   // writes the likeliest actions, [B, A]
	LogProb(act []float32) *tape.Var      // [B, 1]; act is kept until the tape's Reset
	Entropy() *tape.Var                   // [B, 1], in nats
}

// A Head turns a network's output into a Dist over an action space.
type Head struct {
	Size    int         // outputs that it needs from the network
	Choices int         // width of a mask's row: the number of all choices side by side, a bit is two; 0 for numbers
	LogStd  *tape.Param // log σ of a Gaussian head, [A], or [L, A] with state-dependent noise; nil for choices
	Noise   *StateNoise // exploration of a Gaussian head that depends on the state; nil for none
	space   env.Box     // the actions of a Gaussian head
	bits    bool        // the head is of a MultiBinary
	several             // the choices of a MultiDiscrete
}

// NewHead returns the Head of an action space: categorical for Discrete and for each
// choice of a MultiDiscrete, Bernoulli for a MultiBinary, and for Box a diagonal
// Gaussian, whose log σ does not depend on the state and starts at logStd.
func NewHead(space env.Space, logStd float32) (*Head, error) {
	switch s := space.(type) {
	case env.Discrete:
		return &Head{Size: s.N, Choices: s.N}, nil
	case env.MultiDiscrete:
		h := &Head{several: several{n: s.N}}
		for _, n := range s.N {
			h.Size += n
		}
		h.Choices = h.Size
		return h, nil
	case env.MultiBinary:
		return &Head{Size: s.N, Choices: 2 * s.N, bits: true}, nil
	case env.Box:
		if logStd-logStd != 0 {
			return nil, fmt.Errorf("dist: log_std_init is %v, want a finite number", logStd)
		}
		h := &Head{Size: s.Size(), LogStd: tape.NewVector("log_std", s.Size()), space: s}
		f32.Fill(h.LogStd.Value, logStd)
		return h, nil
	}
	return nil, fmt.Errorf("dist: no distribution over actions that are %s", env.Describe(space))
}

// ExploreByState gives a Gaussian head noise that depends on the state through a number
// of features.
func (h *Head) ExploreByState(features int, expln bool) error {
	if h.LogStd == nil {
		return errors.New("dist: use_sde of actions that are not a Box, want false")
	}
	h.LogStd = newStateLogStd(h.Size, features, h.LogStd.Value[0])
	h.Noise = NewStateNoise(h.LogStd, expln)
	return nil
}

// Scores returns the number of actions that have a probability each: see Probabilities. It
// is 0 but for Discrete actions.
func (h *Head) Scores() int {
	if h.LogStd != nil || h.bits || h.several.n != nil {
		return 0
	}
	return h.Choices
}

// String names the distribution, as files do.
func (h *Head) String() string {
	switch {
	case h.Noise != nil:
		return "gaussian of state-dependent noise"
	case h.LogStd != nil:
		return "gaussian"
	case h.bits:
		return "bernoulli"
	case h.several.n != nil:
		return "categoricals"
	}
	return "categorical"
}

// Params returns the parameters of the head itself.
func (h *Head) Params() []*tape.Param {
	if h.LogStd == nil {
		return nil
	}
	return []*tape.Param{h.LogStd}
}

// Clone returns a Head with parameters of its own.
func (h *Head) Clone() *Head {
	c := *h
	c.several.dists = nil
	if h.LogStd != nil {
		c.LogStd = h.LogStd.Clone()
	}
	if h.Noise != nil {
		c.Noise = NewStateNoise(c.LogStd, h.Noise.expln)
	}
	return &c
}

// Dist reads x [B, Size] as distributions over the actions that mask [B, Choices] allows;
// a nil mask allows everything. The features [B, L] that x was made of are for a head
// with state-dependent noise.
func (h *Head) Dist(x, features *tape.Var, mask []bool) Dist {
	if mask != nil && h.Choices > 0 {
		x = x.Add(h.penalty(x, mask))
	}
	switch {
	case h.Noise != nil:
		return gaussian{x.Concat(h.Noise.LogDeviation(features))}
	case h.LogStd != nil:
		return gaussian{x.Concat(x.Tape().Param(h.LogStd))}
	case h.bits:
		return bernoulli{x}
	case h.several.n != nil:
		return h.several.dist(x)
	}
	return categorical{x.LogSoftmax()}
}

// forbidden is added to the score of a choice that a mask forbids: its probability is
// then 0. Huang and Ontañón 2022, arXiv:2006.14171, section 3.
const forbidden = -1e8

// penalty returns what a mask adds to the outputs x: forbidden for each choice that it
// forbids. The log-odds of a bit fall where 1 is forbidden, and rise where 0 is.
func (h *Head) penalty(x *tape.Var, mask []bool) *tape.Var {
	p := x.Tape().Blank(x.Rows, x.Cols)
	for i := range p.Value {
		p.Value[i] = 0
		switch {
		case h.bits && !mask[2*i+1], !h.bits && !mask[i]:
			p.Value[i] = forbidden
		case h.bits && !mask[2*i]:
			p.Value[i] = -forbidden
		}
	}
	return p
}

// Bound brings Gaussian actions [B, A] into the action space, element by element, as
// Stable-Baselines3 does before it steps an environment. An agent learns from the
// actions before.
func (h *Head) Bound(act []float32) {
	if h.LogStd == nil {
		return
	}
	for i, x := range act {
		j := i % h.Size
		act[i] = min(max(x, h.space.Low[j]), h.space.High[j])
	}
}

var (
	_ Dist = categorical{}
	_ Dist = (*choices)(nil)
	_ Dist = bernoulli{}
	_ Dist = gaussian{}
)
