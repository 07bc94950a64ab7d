package optim

import (
	"math"

	"github.com/rlrun/rlrun/policy/f32"
)

// RMSProp is the Method of Tieleman and Hinton 2012, "Neural networks for
// machine learning", lecture 6.5:
//
//	v_t = ρ v_{t-1} + (1-ρ) g²
//	θ_t = θ_{t-1} - α g / (√v_t + ε)
type RMSProp struct {
	Alpha, Epsilon float64 // ρ and ε
	Momentum       float64 // μ of momentum: θ_t = θ_{t-1} - α b_t with b_t = μ b_{t-1} + g / (√v_t + ε)

	// Centered subtracts the square of the gradients' running mean from v_t. Graves 2013,
	// arXiv:1308.0850, eqs. 38 and 39.
	Centered bool

	// TensorFlow adds ε under the square root, and the initial v is 1 instead of 0, as in
	// TensorFlow 1. The published results of A2C and A3C used this version.
	TensorFlow bool

	step f32.RMSStep
}

var _ Method = (*RMSProp)(nil)

// Slots returns the initial values of the slots. Without Momentum and Centered, v is the only
// slot. Otherwise there are three: v, b and the running mean of the gradients.
func (r *RMSProp) Slots() []float32 {
	slots := []float32{0}
	if r.TensorFlow {
		slots[0] = 1
	}
	if !r.plain() {
		slots = append(slots, 0, 0)
	}
	return slots
}

// plain reports whether v is the only slot.
func (r *RMSProp) plain() bool { return r.Momentum == 0 && !r.Centered }

// Begin computes the factors of the step.
func (r *RMSProp) Begin(_ int, rate float32) {
	r.step = f32.RMSStep{Keep: float32(r.Alpha), Add: float32(1 - r.Alpha), Rate: rate, Outside: float32(r.Epsilon)}
	if r.TensorFlow {
		r.step.Inside, r.step.Outside = r.step.Outside, 0
	}
}

// Move updates p, some elements of a parameter: see Method.
func (r *RMSProp) Move(p, g []float32, scale float32, s Slots) {
	step := r.step
	step.Scale = scale
	if r.plain() {
		f32.RMS(p, g, s[0], step)
		return
	}
	v, b, mean, mu := s[0], s[1], s[2], float32(r.Momentum)
	for i := range p {
		gi := scale * g[i]
		v[i] = float32(step.Keep*v[i]) + float32(float32(gi*gi)*step.Add)
		variance := v[i]
		if r.Centered {
			mean[i] = float32(step.Keep*mean[i]) + float32(step.Add*gi)
			variance -= mean[i] * mean[i]
		}
		root := float32(math.Sqrt(float64(max(variance, 0) + step.Inside)))
		b[i] = float32(mu*b[i]) + gi/(root+step.Outside)
		p[i] -= float32(step.Rate * b[i])
		g[i] = 0
	}
}
