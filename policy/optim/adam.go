// Package optim has the optimisers, and the schedules of their settings.
package optim

import (
	"math"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/parallel"
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

	cores *parallel.Pool
	step  f32.AdamStep
	piece func(i int) // of the step

	size, pieces int // parameters; parts that a step is taken in
}

// NewAdam returns an Adam for params that never clips.
func NewAdam(rate, epsilon float32, params []*tape.Param) *Adam {
	a := &Adam{Rate: rate, Epsilon: epsilon, MaxNorm: float32(math.Inf(1)), params: params}
	for _, p := range params {
		a.m = append(a.m, make([]float32, len(p.Value)))
		a.v = append(a.v, make([]float32, len(p.Value)))
		a.size += len(p.Value)
	}
	a.piece = a.stepPiece
	return a
}

// Share has several cores take the steps of many parameters, to the same bytes.
// A stopped Pool is as good as none.
func (a *Adam) Share(cores *parallel.Pool) { a.cores = cores }

// worthSharing is the number of parameters from which on a step is shared: a few
// microseconds' work.
const worthSharing = 1 << 14

// Step moves the parameters against their gradients, which it then clears. It
// returns the gradients' norm before clipping.
func (a *Adam) Step() float32 {
	const beta1, beta2 = 0.9, 0.999
	a.t++
	norm := Norm(a.params)
	a.step = f32.AdamStep{
		Scale: ClipFactor(norm, a.MaxNorm), Beta1: beta1, Beta2: beta2, Rest1: 1 - beta1, Rest2: 1 - beta2, Epsilon: a.Epsilon,
		Rate:      float32(float64(a.Rate) / (1 - math.Pow(beta1, float64(a.t)))),
		RootScale: float32(1 / math.Sqrt(1-math.Pow(beta2, float64(a.t)))),
	}
	pieces := 1
	if a.size >= worthSharing {
		pieces = a.cores.Size()
	}
	a.pieces = pieces
	a.cores.Run(pieces, a.piece)
	return norm
}

// stepPiece takes the step of the i-th part of every parameter.
func (a *Adam) stepPiece(i int) {
	for j, p := range a.params {
		n := len(p.Value)
		from, to := i*n/a.pieces, (i+1)*n/a.pieces
		f32.Adam(p.Value[from:to], p.Grad[from:to], a.m[j][from:to], a.v[j][from:to], a.step)
	}
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
