package optim

import "github.com/rlrun/rlrun/policy/f32"

// SGD is the Method of stochastic gradient descent, with momentum as in PyTorch:
//
//	b_1 = g,  b_t = μ b_{t-1} + (1-τ) g  for t > 1
//	θ_t = θ_{t-1} - α b_t,  or with Nesterov  θ_t = θ_{t-1} - α (g + μ b_t)
//
// Sutskever et al. 2013, "On the importance of initialization and momentum in deep learning",
// section 2. In the paper, b includes the learning rate α.
type SGD struct {
	Momentum, Dampening float64 // μ and τ
	Nesterov            bool

	rate  float32
	first bool
}

var _ Method = (*SGD)(nil)

// Slots returns the initial value of the slot b. Without momentum there is no slot.
func (d *SGD) Slots() []float32 {
	if d.Momentum == 0 {
		return nil
	}
	return []float32{0}
}

// Begin stores the learning rate of step t.
func (d *SGD) Begin(t int, rate float32) { d.rate, d.first = rate, t == 1 }

// Move updates p, some elements of a parameter: see Method.
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
