package policy

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/tape"
)

// A Dist is a batch of B action distributions on a tape.
type Dist interface {
	Sample(rng *rand.Rand, act []float32) // act is [B, A]
	Mode(act []float32)                   // the likeliest actions, [B, A]
	LogProb(act []float32) *tape.Var      // [B, 1]; act is kept until the tape's Reset
	Entropy() *tape.Var                   // [B, 1], in nats
}

// A Head turns a network's output into a Dist over an action space.
type Head struct {
	Size    int         // outputs it needs from the network
	LogStd  *tape.Param // of Gaussian heads, [A], or [L, A] of those with stateNoise; otherwise nil
	bounds  env.Box     // of Gaussian heads
	noise   *stateNoise // of Gaussian heads that explore by it; otherwise nil
	bits    bool        // is of heads of a MultiBinary
	several             // of heads of a MultiDiscrete
}

// NewHead returns the Head for a space: categorical for Discrete and for each
// choice of a MultiDiscrete, Bernoulli for a MultiBinary, and for Box a diagonal
// Gaussian, whose log σ does not depend on the state and starts at logStd.
func NewHead(space env.Space, logStd float32) (*Head, error) {
	switch s := space.(type) {
	case env.Discrete:
		return &Head{Size: s.N}, nil
	case env.MultiDiscrete:
		h := &Head{several: several{n: s.N}}
		for _, n := range s.N {
			h.Size += n
		}
		return h, nil
	case env.MultiBinary:
		return &Head{Size: s.N, bits: true}, nil
	case env.Box:
		if logStd-logStd != 0 {
			return nil, fmt.Errorf("policy: log_std_init is %v, want a finite number", logStd)
		}
		h := &Head{Size: s.Size(), LogStd: tape.NewVector("log_std", s.Size()), bounds: s}
		fill(h.LogStd.Value, logStd)
		return h, nil
	}
	return nil, fmt.Errorf("policy: no distribution over actions that are %s", env.Describe(space))
}

// exploreBy gives a Gaussian head noise that depends on the state through so many
// features.
func (h *Head) exploreBy(features int) error {
	if h.LogStd == nil {
		return errors.New("policy: use_sde of actions that are not a Box, want false")
	}
	h.LogStd = logStdOf(h.Size, features, h.LogStd.Value[0])
	h.noise = newStateNoise(h.LogStd)
	return nil
}

// Params are the parameters of the head itself.
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
	if h.noise != nil {
		c.noise = newStateNoise(c.LogStd)
	}
	return &c
}

// Dist reads x [B, Size] as distributions. Those of a head with stateNoise depend
// on the features [B, L] that x was made of, too.
func (h *Head) Dist(x, features *tape.Var) Dist {
	switch {
	case h.noise != nil:
		return gaussian{x.Beside(h.noise.logDeviation(features))}
	case h.LogStd != nil:
		return gaussian{x.Beside(x.Tape().Param(h.LogStd))}
	case h.bits:
		return bernoulli{x}
	case h.several.n != nil:
		return h.several.dist(x)
	}
	return categorical{x.LogSoftmax()}
}

// Bound brings Gaussian actions [B, A] into the action space, element by
// element, as Stable-Baselines3 does before it steps an environment. What is
// learned from are the actions before.
func (h *Head) Bound(act []float32) {
	if h.LogStd == nil {
		return
	}
	for i, x := range act {
		j := i % h.Size
		act[i] = min(max(x, h.bounds.Low[j]), h.bounds.High[j])
	}
}

var (
	_ Dist = categorical{}
	_ Dist = (*choices)(nil)
	_ Dist = bernoulli{}
	_ Dist = gaussian{}
)
