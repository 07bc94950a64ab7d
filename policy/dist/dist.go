// Package dist has the action distributions of stochastic policies.
//
// A [Head] turns the output of a network into a [Dist] over the actions of an action space:
// categorical for discrete actions, Bernoulli for bits, and Gaussian for continuous actions.
// [Squashed] has the tanh-squashed Gaussian actions of SAC.
//
// [StateNoise] is state-dependent exploration noise, for a Head and for Squashed. [Bounds]
// stretches actions from [-1, 1] to the bounds of the action space.
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
	// Sample writes random actions to act [B, A], each row sampled with its own generator.
	Sample(rng []rand.PCG, act []float32)

	// Mode writes the most probable actions to act [B, A].
	Mode(act []float32)

	// LogProb returns the log-probabilities or log-densities [B, 1] of the actions act [B, A].
	// It keeps the slice act until the tape's Reset.
	LogProb(act []float32) *tape.Var

	// Entropy returns the entropy [B, 1] of each row in nats.
	Entropy() *tape.Var
}

// A Head turns the output of a network into a Dist over the actions of one action space.
type Head struct {
	Size    int         // number of outputs that the network must have
	Choices int         // M, length of a mask row: number of values of all discrete variables together, two for a bit; 0 for continuous actions
	LogStd  *tape.Param // log σ of a Gaussian head, [A], or [L, A] with state-dependent noise of L features; nil for discrete actions
	Noise   *StateNoise // state-dependent noise of a Gaussian head; nil: no such noise
	space   env.Box     // action space of a Gaussian head
	binary  bool        // whether the action space is a MultiBinary

	multiCategoricalCache // distributions over a MultiDiscrete
}

// NewHead returns the Head for an action space: categorical for Discrete and for each Discrete of
// a MultiDiscrete, Bernoulli for a MultiBinary, and a diagonal Gaussian for a Box. The log σ of
// the Gaussian does not depend on the state, and logStd is its initial value. Any other space is
// an error.
func NewHead(space env.Space, logStd float32) (*Head, error) {
	switch s := space.(type) {
	case env.Discrete:
		return &Head{Size: s.N, Choices: s.N}, nil
	case env.MultiDiscrete:
		h := &Head{multiCategoricalCache: multiCategoricalCache{sizes: s.N}}
		for _, n := range s.N {
			h.Size += n
		}
		h.Choices = h.Size
		return h, nil
	case env.MultiBinary:
		return &Head{Size: s.N, Choices: 2 * s.N, binary: true}, nil
	case env.Box:
		if logStd-logStd != 0 {
			return nil, fmt.Errorf("dist: log_std_init is %v, want a finite number", logStd)
		}
		h := &Head{Size: s.Size(), LogStd: tape.NewVector("log_std", s.Size()), space: s}
		f32.Fill(h.LogStd.Value, logStd)
		return h, nil
	}
	return nil, fmt.Errorf("dist: no distribution over actions that are %s, want a Discrete, MultiDiscrete, MultiBinary or Box", env.Describe(space))
}

// ExploreByState adds state-dependent noise to a Gaussian head. features is the number of
// features that the noise depends on. The head's log σ then has the shape [features, A]. With
// expln, σ grows only logarithmically above 1: see NewStateNoise. For any other head it returns
// an error.
func (h *Head) ExploreByState(features int, expln bool) error {
	if h.LogStd == nil {
		return errors.New("dist: use_sde is true for actions that are not a Box, want false")
	}
	h.LogStd = newStateLogStd(h.Size, features, h.LogStd.Value[0])
	h.Noise = NewStateNoise(h.LogStd, expln)
	return nil
}

// String returns the name of the distribution in policy files.
func (h *Head) String() string {
	switch {
	case h.Noise != nil:
		return "gaussian of state-dependent noise"
	case h.LogStd != nil:
		return "gaussian"
	case h.binary:
		return "bernoulli"
	case h.multiCategoricalCache.sizes != nil:
		return "categoricals"
	}
	return "categorical"
}

// Params returns the parameters of the head: log σ of a Gaussian head, nil for other heads.
func (h *Head) Params() []*tape.Param {
	if h.LogStd == nil {
		return nil
	}
	return []*tape.Param{h.LogStd}
}

// Clone returns a Head with its own parameters.
func (h *Head) Clone() *Head {
	c := *h
	c.multiCategoricalCache.dists = nil
	if h.LogStd != nil {
		c.LogStd = h.LogStd.Clone()
	}
	if h.Noise != nil {
		c.Noise = NewStateNoise(c.LogStd, h.Noise.expln)
	}
	return &c
}

// Dist returns the distributions for network outputs x [B, Size], over the actions that mask [B,
// Choices] allows. A nil mask allows all actions. features [B, L] is the input of the network.
// Only a head with state-dependent noise uses features; other heads accept nil.
func (h *Head) Dist(x, features *tape.Var, mask []bool) Dist {
	if mask != nil && h.Choices > 0 {
		x = x.Add(h.maskPenalty(x, mask))
	}
	switch {
	case h.Noise != nil:
		return gaussian{x.Concat(h.Noise.LogDeviation(features))}
	case h.LogStd != nil:
		return gaussian{x.Concat(x.Tape().Param(h.LogStd))}
	case h.binary:
		return bernoulli{x}
	case h.multiCategoricalCache.sizes != nil:
		return h.multiCategoricalCache.dist(x)
	}
	return categorical{x.LogSoftmax()}
}

// forbiddenLogit is added to the logit of a forbidden action, so that its probability is 0. Huang
// and Ontañón 2022, arXiv:2006.14171, section 3.
const forbiddenLogit = -1e8

// maskPenalty returns the constant that a mask adds to the outputs x: forbiddenLogit for each
// forbidden action value. A bit has one output, its log-odds: forbiddenLogit is added where 1 is
// forbidden, and subtracted where 0 is forbidden.
func (h *Head) maskPenalty(x *tape.Var, mask []bool) *tape.Var {
	p := x.Tape().Blank(x.Rows, x.Cols)
	for i := range p.Value {
		p.Value[i] = 0
		switch {
		case h.binary && !mask[2*i+1], !h.binary && !mask[i]:
			p.Value[i] = forbiddenLogit
		case h.binary && !mask[2*i]:
			p.Value[i] = -forbiddenLogit
		}
	}
	return p
}

// Bound clips Gaussian actions [B, A] to the bounds of the action space, in place, as
// Stable-Baselines3 does before an environment step. Agents learn from the actions before
// clipping. For other heads it does nothing.
func (h *Head) Bound(act []float32) {
	if h.LogStd == nil {
		return
	}
	for j, low := range h.space.Low {
		high := h.space.High[j]
		for i := j; i < len(act); i += h.Size {
			act[i] = min(max(act[i], low), high)
		}
	}
}

var (
	_ Dist = categorical{}
	_ Dist = (*multiCategorical)(nil)
	_ Dist = bernoulli{}
	_ Dist = gaussian{}
)
