package replay

import "github.com/rlrun/rlrun/policy/f32"

// A View makes transitions from the steps that a Sampler has chosen.
type View interface {
	// Fetch fills all slices of b except Weight. The transitions begin with the steps in the rows
	// b.Index of s.
	Fetch(s Store, b *Batch)
}

// OneStep is the View with transitions of one step: (s, a, r, s').
type OneStep struct {
	Gamma float32 // discount γ
}

// NSteps is the View with transitions of up to N steps. A transition of n steps has the reward
//
//	r_t + γ r_{t+1} + … + γⁿ⁻¹ r_{t+n-1}
//
// and its Next is the observation after n steps. n is N. It is smaller if the episode ends
// earlier, or if the Store has no more steps of the episode. Sutton 1988, "Learning to predict by
// the methods of temporal differences"; for replay buffers Hessel et al. 2018, arXiv:1710.02298.
//
// If n is above 1, an older policy may have chosen the actions after the first one. Off-policy
// agents learn from these actions as if the current policy had chosen them, without a correction.
type NSteps struct {
	Gamma float32 // discount γ
	N     int     // largest number of steps of a transition
	last  []int   // scratch: [B] rows of the last steps
}

var (
	_ View = OneStep{}
	_ View = (*NSteps)(nil)
)

// Fetch fills b with transitions of one step.
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

// Fetch fills b with transitions of up to N steps.
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
