// Package optim has the optimisers, and the schedules of their settings.
package optim

import (
	"math"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// A Method is how an optimiser moves parameters against their gradients.
type Method interface {
	// Slots says what each number that the Method keeps of a parameter's
	// element begins as: Adam keeps two, both 0. There are three at most.
	Slots() []float32

	// Begin begins step t, the first of which is 1, at the given rate.
	Begin(t int, rate float32)

	// Move moves elements p of a parameter against scale g, and clears g. The
	// slots are as long as p. Several cores may move different elements at once.
	Move(p, g []float32, scale float32, slots Slots)
}

// Slots are what a Method keeps of the elements of a parameter.
type Slots [3][]float32

// An Optimizer minimises: it takes steps by its Method. All else that may be
// done with gradients before that is its own.
type Optimizer struct {
	Rate    float32 // α
	MaxNorm float32 // gradients, penalties' included, are scaled down to this norm: see ClipFactor

	// Penalties λ₁ Σ|w| and λ₂/2 Σw² on weights, which are all parameters but
	// vectors: what they add to the gradient.
	L1, L2 float32

	// WeightDecay adds λθ to the gradient of every parameter, after clipping, as
	// PyTorch does. If Decoupled, it takes αλθ from θ instead: Loshchilov and
	// Hutter 2019, arXiv:1711.05101, algorithm 2.
	WeightDecay float32
	Decoupled   bool

	method Method
	params []*tape.Param
	slots  []Slots // of each parameter
	kept   int     // slots that the method uses
	t      int     // steps taken

	cores *parallel.Pool
	scale float32 // of the gradients in a step

	size, pieces int // elements of all parameters; parts that a step is taken in
}

// New returns an Optimizer of params that neither clips, penalises nor decays.
func New(rate float32, m Method, params []*tape.Param) *Optimizer {
	start := m.Slots()
	o := &Optimizer{Rate: rate, MaxNorm: float32(math.Inf(1)), method: m, params: params, kept: len(start)}
	for _, p := range params {
		var s Slots
		for i, x := range start {
			s[i] = make([]float32, len(p.Value))
			for j := range s[i] {
				s[i][j] = x
			}
		}
		o.slots = append(o.slots, s)
		o.size += len(p.Value)
	}
	return o
}

// Share has several cores take the steps of many parameters, to the same bytes.
// A stopped Pool is as good as none.
func (o *Optimizer) Share(cores *parallel.Pool) { o.cores = cores }

// worthSharing is the number of elements from which on a step is shared: a few
// microseconds' work.
const worthSharing = 1 << 14

// Step moves the parameters against their gradients, which it then clears.
func (o *Optimizer) Step() {
	o.t++
	if o.L1 != 0 || o.L2 != 0 {
		o.penalise()
	}
	o.scale = 1
	if !math.IsInf(float64(o.MaxNorm), 1) {
		o.scale = ClipFactor(Norm(o.params), o.MaxNorm)
	}
	o.method.Begin(o.t, o.Rate)
	o.pieces = 1
	if o.size >= worthSharing {
		o.pieces = o.cores.Size()
	}
	o.cores.Run(o.pieces, (*stepping)(o))
}

// penalise adds the penalties' gradients.
func (o *Optimizer) penalise() {
	for _, p := range o.params {
		if len(p.Shape()) < 2 {
			continue
		}
		f32.Axpy(p.Grad, o.L2, p.Value)
		for i, w := range p.Value {
			switch {
			case w > 0:
				p.Grad[i] += o.L1
			case w < 0:
				p.Grad[i] -= o.L1
			}
		}
	}
}

// stepping is the Job of Step: a piece is a part of every parameter.
type stepping Optimizer

// Do moves part i of every parameter.
func (o *stepping) Do(i int) {
	for j, p := range o.params {
		n := len(p.Value)
		from, to := i*n/o.pieces, (i+1)*n/o.pieces
		value, grad, scale := p.Value[from:to], p.Grad[from:to], o.scale
		switch {
		case o.WeightDecay == 0:
		case o.Decoupled:
			f32.Affine(value, 1-o.Rate*o.WeightDecay, value, 0)
		default:
			f32.Affine(grad, scale, grad, 0)
			f32.Axpy(grad, o.WeightDecay, value)
			scale = 1
		}
		var s Slots
		for k := range o.kept {
			s[k] = o.slots[j][k][from:to]
		}
		o.method.Move(value, grad, scale, s)
	}
}

// State visits how many steps have been taken and what the Method keeps; the
// parameters are their networks' to visit.
func (o *Optimizer) State(s *state.State) {
	s.Section("optimizer", 1)
	s.Int("optimizer/steps", &o.t, math.MaxInt)
	for i, p := range o.params {
		for k, name := range []string{"/a", "/b", "/c"}[:o.kept] {
			s.Floats("optimizer/"+p.Name+name, o.slots[i][k])
		}
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
