package policy

import (
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
	Size   int         // outputs it needs from the network
	LogStd *tape.Param // of Gaussian heads, [A]; otherwise nil
	bounds env.Box     // of Gaussian heads
}

// NewHead returns the Head for a space: categorical for Discrete, diagonal
// Gaussian for Box, whose log σ does not depend on the state and starts at
// logStd.
func NewHead(space env.Space, logStd float32) (*Head, error) {
	switch s := space.(type) {
	case env.Discrete:
		return &Head{Size: s.N}, nil
	case env.Box:
		if logStd-logStd != 0 {
			return nil, fmt.Errorf("policy: log_std_init is %v, want a finite number", logStd)
		}
		h := &Head{s.Size(), tape.NewVector("log_std", s.Size()), s}
		for i := range h.LogStd.Value {
			h.LogStd.Value[i] = logStd
		}
		return h, nil
	}
	return nil, fmt.Errorf("policy: no distribution over a %T", space)
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
	if h.LogStd != nil {
		c.LogStd = h.LogStd.Clone()
	}
	return &c
}

// Dist reads x [B, Size] as distributions.
func (h *Head) Dist(x *tape.Var) Dist {
	if h.LogStd != nil {
		return gaussian{x.Beside(x.Tape().Param(h.LogStd))}
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

// categorical chooses among the columns of logp, log-probabilities [B, N].
type categorical struct{ logp *tape.Var }

func (d categorical) LogProb(act []float32) *tape.Var { return d.logp.At(act) }

// Entropy is -Σ p log p.
func (d categorical) Entropy() *tape.Var { return d.logp.Exp().Mul(d.logp).SumCols().Neg() }

// Sample inverts the cumulative distribution at a uniform u. Where rounding
// leaves the probabilities a sum below u, it takes the last that is not 0.
func (d categorical) Sample(rng *rand.Rand, act []float32) {
	p, n := d.logp.Exp().Value, d.logp.Cols
	for r := range act {
		u := rng.Float32()
		for k, q := range p[r*n : (r+1)*n] {
			if q == 0 {
				continue
			}
			act[r] = float32(k)
			if u -= q; u < 0 {
				break
			}
		}
	}
}

func (d categorical) Mode(act []float32) {
	n := d.logp.Cols
	for r := range act {
		act[r] = float32(ArgMax(d.logp.Value[r*n : (r+1)*n]))
	}
}

var (
	_ Dist = categorical{}
	_ Dist = gaussian{}
)
