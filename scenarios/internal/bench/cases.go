package bench

import (
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/env"
	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/loss"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// A shape describes a network and the batches that it is trained on.
type shape struct {
	name       string
	sizes      []int // inputs, hidden units of each layer, outputs
	activation string
	batches    []int // batch sizes of the training steps
}

var shapes = []shape{
	{"4-64-64-2", []int{4, 64, 64, 2}, "tanh", []int{64, 256}},
	{"8-64-64-4", []int{8, 64, 64, 4}, "tanh", []int{256}},
	{"17-256-256-6", []int{17, 256, 256, 6}, "relu", []int{256}},
	{"3-400-300-1", []int{3, 400, 300, 1}, "relu", []int{100}},
}

func (s shape) in() int  { return s.sizes[0] }
func (s shape) out() int { return s.sizes[len(s.sizes)-1] }

// network builds the network with random weights.
func (s shape) network(e nn.Engine) (nn.Network, error) {
	plan, err := nn.MLP(s.in(), s.sizes[1:len(s.sizes)-1], s.out(), nn.MLPOptions{Activation: s.activation, Gain: 1})
	if err != nil {
		return nil, err
	}
	return e.Build(newRNG(), "net", plan)
}

// Networks returns the cases of the native engine: training steps (train/…), also of the first shape
// with every activation, forward passes of a batch (forward/…) and forward passes of one observation
// (infer1/…).
func Networks() (cases []Case) {
	for _, s := range shapes {
		name := s.name + "/" + s.activation
		for _, b := range s.batches {
			cases = append(cases, TrainingStep(s, b, nn.Native{}),
				Case{fmt.Sprintf("forward/%s/b%d", name, b), 1, s.forward(b)})
		}
		cases = append(cases, Case{"infer1/" + name, 1, s.forward(1)})
	}
	for _, act := range f32.Activations() {
		if s := shapes[0]; act != f32.Identity && act != f32.TanhAct { // tanh is the activation of the shape
			s.activation = act.String()
			cases = append(cases, TrainingStep(s, 256, nn.Native{}))
		}
	}
	return cases
}

// Training returns the cases of training steps with the networks of an engine.
func Training(e nn.Engine) (cases []Case) {
	for _, s := range shapes {
		for _, b := range s.batches {
			cases = append(cases, TrainingStep(s, b, e))
		}
	}
	return cases
}

// TrainingStep returns the case of one training step: a forward pass, the mean squared error,
// the backward pass, and a step of Adam.
func TrainingStep(s shape, batch int, e nn.Engine) Case {
	return Case{fmt.Sprintf("train/%s/%s/b%d", s.name, s.activation, batch), 1, func(cores *parallel.Pool) (func(), error) {
		net, err := s.network(e)
		if err != nil {
			return nil, err
		}
		x, target, t := floats(batch*s.in()), floats(batch*s.out()), tape.New()
		t.Share(cores)
		opt := optim.NewAdam(1e-3, 1e-8, nn.Params(net))
		opt.Share(cores)
		return func() {
			t.Reset()
			y := net.Forward(t, t.Const(x, batch), nn.Pass{Mode: nn.Training})
			loss.Squared(y, t.Const(target, batch)).Backward()
			opt.Step()
		}, nil
	}}
}

// forward returns Case.Make for a forward pass without gradients.
func (s shape) forward(batch int) func(*parallel.Pool) (func(), error) {
	return func(cores *parallel.Pool) (func(), error) {
		net, err := s.network(nn.Native{})
		if err == nil {
			nn.Share(cores, net)
		}
		x, y := floats(batch*s.in()), floats(batch*s.out())
		return func() { net.Infer(y, x, nn.Memory{}) }, err
	}
}

// Loops returns cases of inner loops of training: tanh, matrix products, sampling
// rows of a replay buffer, and generalised advantage estimation.
func Loops() []Case {
	const rows, width, batch = 1_000_000, 17, 256
	return []Case{
		{"tanh_f32", 4096, func(*parallel.Pool) (func(), error) {
			x, y := floats(4096), floats(4096)
			return func() { f32.Activate(y, x, f32.TanhAct) }, nil
		}},
		matrixProduct(64), matrixProduct(256),
		{"replay_gather/256x17_of_1e6", 1, func(*parallel.Pool) (func(), error) {
			src, dst, index := make([]float32, rows*width), floats(batch*width), make([]int, batch)
			rng := rand.NewPCG(1, 2)
			for i := range src {
				src[i] = float32(i)
			}
			return func() {
				for i := range index {
					index[i] = int(rng.Uint64() >> 32 * rows >> 32)
				}
				f32.Gather(dst, src, width, index)
			}, nil
		}},
		{"gae/2048x8", 1, func(*parallel.Pool) (func(), error) {
			const n, t = 8, 2048
			adv, reward, value, next, done := floats(n*t), floats(n*t), floats(n*t), floats(n*t), make([]float32, n*t)
			for i := range done {
				if i%97 == 0 {
					done[i] = 1
				}
			}
			return func() { loss.GAE(adv, reward, value, next, done, n, 0.99, 0.95) }, nil
		}},
	}
}

// matrixProduct returns the case of the product of two n×n matrices.
func matrixProduct(n int) Case {
	return Case{fmt.Sprintf("sgemm/%d", n), 1, func(cores *parallel.Pool) (func(), error) {
		p := &squareProduct{n, floats(n * n), floats(n * n), make([]float32, n), floats(n * n)}
		var rows parallel.Rows
		return func() { cores.RunRows(&rows, n, n*n*n, p) }, nil
	}}
}

// A squareProduct is the product of two n×n matrices as a parallel.RowJob.
type squareProduct struct {
	n          int
	x, w, b, y []float32
}

// DoRows computes rows [from, to) of the product.
func (p *squareProduct) DoRows(_, from, to int) {
	f32.Dense(p.y[from*p.n:], p.x[from*p.n:], p.w, p.b, to-from, p.n, p.n, f32.Identity)
}

// Step returns the case of an environment step: one of 64 environments of a Vector, with
// random actions.
func Step(id string, mk env.Maker) Case {
	const n = 64
	return Case{"env/" + id, n, func(*parallel.Pool) (func(), error) {
		vec, err := mk(n)
		if err != nil {
			return nil, err
		}
		if _, err = vec.Reset(1); err != nil {
			return nil, err
		}
		rng, space := newRNG(), vec.Spec().Act
		var actions [64][]float32 // sampled once and reused, so that sampling is not measured
		for t := range actions {
			actions[t] = make([]float32, n*space.Size())
			for i := 0; i < len(actions[t]); i += space.Size() {
				space.Sample(rng, actions[t][i:i+space.Size()])
			}
		}
		t := 0
		return func() {
			t = (t + 1) % len(actions)
			if _, err := vec.Step(actions[t]); err != nil {
				panic(err)
			}
		}, nil
	}}
}

// newRNG returns a random generator with a fixed seed.
func newRNG() *rand.Rand { return rand.New(rand.NewPCG(1, 2)) }

// floats returns n random numbers between -1 and 1.
func floats(n int) []float32 {
	x, rng := make([]float32, n), newRNG()
	for i := range x {
		x[i] = 2*rng.Float32() - 1
	}
	return x
}
