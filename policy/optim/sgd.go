package optim

import "github.com/rlrun/rlrun/policy/f32"

// SGD is the Method of gradient descent, with momentum as PyTorch has it:
//
//	b_t = μ b_{t-1} + (1-τ) g, but b_1 = g
//	θ_t = θ_{t-1} - α b_t,     or α (g + μ b_t) if Nesterov
//
// Sutskever et al. 2013, "On the importance of initialization and momentum in
// deep learning", section 2, whose rate is part of b.
type SGD struct {
	Momentum, Dampening float64 // μ, τ
	Nesterov            bool

	rate  float32
	first bool
}

var _ Method = (*SGD)(nil)

// Slots are b, where there is momentum.
func (d *SGD) Slots() []float32 {
	if d.Momentum == 0 {
		return nil
	}
	return []float32{0}
}

// Begin takes note of the rate.
func (d *SGD) Begin(t int, rate float32) { d.rate, d.first = rate, t == 1 }

// Move moves p.
func (d *SGD) Move(p, g []float32, scale float32, s Slots) {
	mu, b := float32(d.Momentum), s[0]
	switch {
	case d.Momentum == 0:
		f32.Axpy(p, -d.rate*scale, g)
	default:
		added := scale
		if !d.first {
			added *= float32(1 - d.Dampening)
		}
		f32.Affine(b, mu, b, 0)
		f32.Axpy(b, added, g)
		if d.Nesterov {
			f32.Axpy(p, -d.rate*scale, g)
			f32.Axpy(p, -d.rate*mu, b)
		} else {
			f32.Axpy(p, -d.rate, b)
		}
	}
	clear(g)
}
