// Package optim has the optimisers that train networks, and schedules of settings.
//
// An [Optimizer] adds penalties, clips gradients, applies weight decay, and updates parameters
// with a [Method]: [Adam], [SGD], [RMSProp] or [Adagrad]. [ByName] makes an Optimizer from
// [Settings], whose names are PyTorch's. One gradient step with Adam is:
//
//	opt := optim.NewAdam(3e-4, 1e-8, params) // learning rate and ε
//	loss.Backward()
//	opt.Step()
//
// A [Schedule] is a setting, such as the learning rate, whose value can change during a run: see
// the example of Schedule.
package optim

import (
	"math"

	"github.com/rlrun/rlrun/env/state"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// A Method is the update rule of an optimiser, such as Adam.
type Method interface {
	// Slots returns the initial values of the slots: the numbers, at most three, that the Method
	// keeps for each element of a parameter. Adam has two slots, m and v, both initially 0.
	Slots() []float32

	// Begin begins step t, counted from 1, with the given learning rate.
	Begin(t int, rate float32)

	// Move updates some elements p of a parameter with the gradient scale · g, and sets g to 0.
	// Each slice in slots has the length of p. Several cores may call Move at the same time for
	// different elements.
	Move(p, g []float32, scale float32, slots Slots)
}

// Slots has one slice for each slot of a Method, with the slot's values for some elements of a
// parameter. If the Method has fewer than three slots, the last slices are nil.
type Slots [3][]float32

// An Optimizer updates parameters to minimise a loss, with the update rule of its Method. Before
// the update, Step adds penalties to the gradients, clips them, and applies weight decay.
type Optimizer struct {
	Rate    float32 // learning rate α
	MaxNorm float32 // largest norm of the vector of all gradients, including the penalties' gradients; see ClipFactor

	// L1 is the factor λ₁ of the penalty λ₁ Σ|w|, and L2 is the factor λ₂ of the penalty λ₂/2
	// Σw². Step adds the gradients of the penalties. The sums are over all parameters with two or
	// more dimensions; biases are not included.
	L1, L2 float32

	// WeightDecay is λ. Step adds λθ to the gradient of every parameter, after clipping, as
	// PyTorch does. If Decoupled is true, Step subtracts αλθ from θ instead: Loshchilov and
	// Hutter 2019, arXiv:1711.05101, algorithm 2.
	WeightDecay float32
	Decoupled   bool

	method    Method
	params    []*tape.Param
	slots     []Slots // [len(params)] slots of each parameter
	slotCount int     // number of slots that the method uses
	t         int     // number of steps taken

	cores *parallel.Pool
	site  parallel.Site
	scale float32 // factor of the gradients in the current step, from clipping

	size, pieces int // number of elements of all parameters; number of pieces into which a step is divided
}

// New returns an Optimizer of params with learning rate rate and Method m. It has no clipping, no
// penalties and no weight decay.
func New(rate float32, m Method, params []*tape.Param) *Optimizer {
	start := m.Slots()
	o := &Optimizer{Rate: rate, MaxNorm: float32(math.Inf(1)), method: m, params: params, slotCount: len(start)}
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

// Share sets the pool of cores for steps with many parameters. The resulting bytes do not depend
// on the number of cores. With a nil or stopped Pool, one core does the work.
func (o *Optimizer) Share(cores *parallel.Pool) { o.cores = cores }

// minPieceSize is the smallest number of parameter elements in a piece of a step on several cores. A
// smaller piece takes less than a microsecond.
const minPieceSize = 1 << 11

// Step updates the parameters with their gradients, and then sets the gradients to 0.
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
	if o.size >= 2*minPieceSize {
		o.pieces = min(o.cores.Size(), o.size/minPieceSize)
	}
	o.cores.Run(&o.site, o.pieces, (*stepJob)(o))
}

// penalise adds the gradients of the penalties to the gradients of the weights.
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

// stepJob is the parallel.Job of Step. Piece i updates part i of every parameter.
type stepJob Optimizer

func (o *stepJob) Do(i int) {
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
		for k := range o.slotCount {
			s[k] = o.slots[j][k][from:to]
		}
		o.method.Move(value, grad, scale, s)
	}
}

// State saves or loads the number of steps taken and the slots. It does not save the parameters;
// they are saved with the networks.
func (o *Optimizer) State(s *state.State) {
	s.Section("optimizer", 1)
	s.Int("optimizer/steps", &o.t, math.MaxInt)
	for i, p := range o.params {
		for k, name := range []string{"/a", "/b", "/c"}[:o.slotCount] {
			s.Floats("optimizer/"+p.Name+name, o.slots[i][k])
		}
	}
}

// Norm returns the Euclidean norm of the vector of all gradients.
func Norm(params []*tape.Param) float32 {
	var sum float64
	for _, p := range params {
		sum += f32.SumSquares(p.Grad)
	}
	return float32(math.Sqrt(sum))
}

// ClipFactor returns the factor that scales a gradient down to the norm maxNorm, as in PyTorch:
// min(1, maxNorm / (norm + 10⁻⁶)). norm is the current norm of the gradient. For an infinite
// maxNorm the factor is 1.
func ClipFactor(norm, maxNorm float32) float32 {
	if math.IsInf(float64(maxNorm), 1) {
		return 1
	}
	return min(1, maxNorm/(norm+1e-6))
}
