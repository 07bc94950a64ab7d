// Package optim has the optimisers, and the schedules of their settings.
package optim

import (
	"math"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/tape"
)

// Adam minimises. Kingma and Ba 2015, arXiv:1412.6980, algorithm 1, with β₁ =
// 0.9 and β₂ = 0.999:
//
//	m_t = β₁ m_{t-1} + (1-β₁) g        m̂ = m_t / (1-β₁ᵗ)
//	v_t = β₂ v_{t-1} + (1-β₂) g²       v̂ = v_t / (1-β₂ᵗ)
//	θ_t = θ_{t-1} - α m̂ / (√v̂ + ε)
type Adam struct {
	Rate    float32 // α
	Epsilon float32 // ε
	MaxNorm float32 // gradients are scaled down to this norm: see ClipFactor

	params []*tape.Param
	m, v   [][]float32 // first and second moments
	t      int         // steps taken
}

// NewAdam returns an Adam for params that never clips.
func NewAdam(rate, epsilon float32, params []*tape.Param) *Adam {
	a := &Adam{Rate: rate, Epsilon: epsilon, MaxNorm: float32(math.Inf(1)), params: params}
	for _, p := range params {
		a.m = append(a.m, make([]float32, len(p.Value)))
		a.v = append(a.v, make([]float32, len(p.Value)))
	}
	return a
}

// Step moves the parameters against their gradients, which it then clears. It
// returns the gradients' norm before clipping.
func (a *Adam) Step() float32 {
	const beta1, beta2 = 0.9, 0.999
	a.t++
	norm := Norm(a.params)
	step := f32.AdamStep{
		Scale: ClipFactor(norm, a.MaxNorm), Beta1: beta1, Beta2: beta2, Rest1: 1 - beta1, Rest2: 1 - beta2, Epsilon: a.Epsilon,
		Rate:      float32(float64(a.Rate) / (1 - math.Pow(beta1, float64(a.t)))),
		RootScale: float32(1 / math.Sqrt(1-math.Pow(beta2, float64(a.t)))),
	}
	for i, p := range a.params {
		f32.Adam(p.Value, p.Grad, a.m[i], a.v[i], step)
	}
	return norm
}

// State visits the parameters and their moments.
func (a *Adam) State(s *state.State) {
	s.Int("adam/t", &a.t, math.MaxInt)
	for i, p := range a.params {
		s.Floats(p.Name, p.Value)
		s.Floats(p.Name+"/m", a.m[i])
		s.Floats(p.Name+"/v", a.v[i])
	}
}

// Norm is the Euclidean norm of all gradients as one vector.
func Norm(params []*tape.Param) float32 {
	var sum float64
	for _, p := range params {
		sum += f32.SumSquares(p.Grad)
	}
	return float32(math.Sqrt(sum))
}

// ClipFactor is what brings a gradient of the given norm down to most:
// min(1, most / (norm + 10⁻⁶)), as in PyTorch. An infinite most never clips.
func ClipFactor(norm, most float32) float32 {
	if math.IsInf(float64(most), 1) {
		return 1
	}
	return min(1, most/(norm+1e-6))
}
