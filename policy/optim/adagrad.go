package optim

import "github.com/rlrun/rlrun/policy/f32"

// Adagrad is the Method of Duchi et al. 2011, "Adaptive subgradient methods for
// online learning and stochastic optimization", figure 1, with diagonal matrices:
//
//	v_t = v_{t-1} + g²
//	θ_t = θ_{t-1} - α g / (√v_t + ε)
type Adagrad struct {
	Start, Epsilon float64 // v_0 and ε

	rate float32
}

var _ Method = (*Adagrad)(nil)

// Slots returns the initial value of v, the only slot.
func (a *Adagrad) Slots() []float32 { return []float32{float32(a.Start)} }

// Begin stores the learning rate of the step.
func (a *Adagrad) Begin(_ int, rate float32) { a.rate = rate }

// Move updates p, some elements of a parameter: see Method.
func (a *Adagrad) Move(p, g []float32, scale float32, s Slots) {
	f32.RMS(p, g, s[0], f32.RMSStep{Scale: scale, Keep: 1, Add: 1, Rate: a.rate, Outside: float32(a.Epsilon)})
}
