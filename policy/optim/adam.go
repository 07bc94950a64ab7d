package optim

import (
	"math"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// Adam is the Method of Kingma and Ba 2015, arXiv:1412.6980, algorithm 1:
//
//	m_t = β₁ m_{t-1} + (1-β₁) g        m̂ = m_t / (1-β₁ᵗ)
//	v_t = β₂ v_{t-1} + (1-β₂) g²       v̂ = v_t / (1-β₂ᵗ)
//	θ_t = θ_{t-1} - α m̂ / (√v̂ + ε)
type Adam struct {
	Beta1, Beta2, Epsilon float64 // β₁, β₂, ε

	// AMSGrad replaces v_t in the formula by the largest v so far. Reddi et al. 2018,
	// arXiv:1904.09237, algorithm 2, with Adam's bias corrections, as in PyTorch.
	AMSGrad bool

	step f32.AdamStep
}

var _ Method = (*Adam)(nil)

// NewAdam returns an Optimizer with the Method Adam, β₁ = 0.9 and β₂ = 0.999.
func NewAdam(rate, epsilon float32, params []*tape.Param) *Optimizer {
	return New(rate, &Adam{Beta1: 0.9, Beta2: 0.999, Epsilon: float64(epsilon)}, params)
}

// Slots returns the initial values of the slots: m, v and, for AMSGrad, the largest v so far.
func (a *Adam) Slots() []float32 {
	if a.AMSGrad {
		return []float32{0, 0, 0}
	}
	return []float32{0, 0}
}

// Begin computes the factors of step t.
func (a *Adam) Begin(t int, rate float32) {
	a.step = f32.AdamStep{
		Beta1: float32(a.Beta1), Beta2: float32(a.Beta2), Rest1: float32(1 - a.Beta1), Rest2: float32(1 - a.Beta2),
		Epsilon:   float32(a.Epsilon),
		Rate:      float32(float64(rate) / (1 - math.Pow(a.Beta1, float64(t)))),
		RootScale: float32(1 / math.Sqrt(1-math.Pow(a.Beta2, float64(t)))),
	}
}

// Move updates p, some elements of a parameter: see Method.
func (a *Adam) Move(p, g []float32, scale float32, s Slots) {
	step := a.step
	step.Scale = scale
	if !a.AMSGrad {
		f32.Adam(p, g, s[0], s[1], step)
		return
	}
	m, v, maxV := s[0], s[1], s[2]
	for i := range p {
		gi := scale * g[i]
		m[i] = float32(step.Beta1*m[i]) + float32(step.Rest1*gi)
		v[i] = float32(step.Beta2*v[i]) + float32(float32(step.Rest2*gi)*gi)
		maxV[i] = max(maxV[i], v[i])
		root := float32(math.Sqrt(float64(maxV[i])))
		p[i] -= step.Rate * m[i] / (float32(root*step.RootScale) + step.Epsilon)
		g[i] = 0
	}
}
