package replay

import "math/rand/v2"

// An NStep is another Buffer whose transitions are of n steps: their reward is
//
//	r_t + γ r_{t+1} + … + γⁿ⁻¹ r_{t+n-1}
//
// and Next is what n steps led to, or as many as there were before the episode
// ended or the newest step was reached. Sutton 1988, "Learning to predict by the
// methods of temporal differences"; in replay Hessel et al. 2018, arXiv:1710.02298.
// What was done after the first step is what the policy of then did: with n > 1
// off-policy agents learn from it as if it were today's.
type NStep struct {
	stepper
	n int
}

// A stepper is a Buffer that can fetch more than one step.
type stepper interface {
	Buffer
	sample(rng *rand.Rand, b *Batch, n int)
}

var (
	_ Buffer  = NStep{}
	_ stepper = Uniform{}
	_ stepper = (*Prioritized)(nil)
)

// NewNStep returns b, a Uniform or a Prioritized, with transitions of n steps.
func NewNStep(b stepper, n int) NStep { return NStep{b, n} }

// Sample draws transitions of n steps.
func (s NStep) Sample(rng *rand.Rand, b *Batch) { s.sample(rng, b, s.n) }

// Reprioritize is the other Buffer's, if it has one.
func (s NStep) Reprioritize(index []int, tdError []float32) {
	if p, ok := s.stepper.(Prioritizer); ok {
		p.Reprioritize(index, tdError)
	}
}

// Anneal is the other Buffer's, if it has one.
func (s NStep) Anneal(beta float64) {
	if p, ok := s.stepper.(*Prioritized); ok {
		p.Anneal(beta)
	}
}
