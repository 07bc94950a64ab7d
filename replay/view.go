package replay

import "github.com/rlrun/rlrun/policy/f32"

// A View makes transitions of the steps that a Sampler has drawn.
type View interface {
	// Fetch writes b's columns for the steps in the rows b.Index of s, except for the weights.
	Fetch(s Store, b *Batch)
}

// OneStep is the View whose transitions are of one step: (s, a, r, s').
type OneStep struct {
	Gamma float32 // discount γ
}

// NSteps is the View whose transitions are of N steps: their reward is
//
//	r_t + γ r_{t+1} + … + γⁿ⁻¹ r_{t+n-1}
//
// and Next is the observation after n steps, or after fewer where the episode ended or
// no more are kept. Sutton 1988, "Learning to predict by the methods of temporal
// differences"; in replay Hessel et al. 2018, arXiv:1710.02298. An earlier policy chose the
// actions after the first: with n > 1 off-policy agents learn from them as if the present
// policy had, without a correction.
type NSteps struct {
	Gamma float32 // discount γ
	N     int     // steps of a transition
	last  []int   // scratch: [B] rows of the last steps
}

var (
	_ View = OneStep{}
	_ View = (*NSteps)(nil)
)

// Fetch writes transitions of one step.
func (v OneStep) Fetch(s Store, b *Batch) {
	for i, row := range b.Index {
		step := s.At(row)
		b.Reward[i], b.Discount[i] = step.Reward, v.Gamma
		if step.End == Terminated {
			b.Discount[i] = 0
		}
	}
	s.Gather(b, b.Index, b.Index)
}

// Fetch writes transitions of N steps.
func (v *NSteps) Fetch(s Store, b *Batch) {
	v.last = f32.Grow(v.last, b.Len())
	for i, row := range b.Index {
		step := s.At(row)
		sum, discount := step.Reward, v.Gamma
		for n := 1; n < v.N && step.After >= 0; n++ {
			row = step.After
			step = s.At(row)
			sum += float32(discount * step.Reward)
			discount *= v.Gamma
		}
		if step.End == Terminated {
			discount = 0
		}
		b.Reward[i], b.Discount[i], v.last[i] = sum, discount, row
	}
	s.Gather(b, b.Index, v.last)
}
