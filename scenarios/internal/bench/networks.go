package bench

import (
	"fmt"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/loss"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/parallel"
	"github.com/rlrun/rlrun/policy/tape"
)

// An imageNet is a network for images that has a name, with 6 outputs.
type imageNet struct {
	name    string
	in      nn.Shape
	bytes   bool // whether the observations are bytes
	batches []int
}

// A sequenceNet is a layer that remembers the steps of an episode. It has as many inputs as units.
type sequenceNet struct {
	name  string
	layer nn.Layer
	steps []int // lengths of the sequences
}

// sequences is the number of sequences of a training step.
const sequences = 16

// imageNets returns the networks for images.
func imageNets() []imageNet {
	return []imageNet{
		{"minatar", nn.Shape{10, 10, 4}, false, []int{32, 64, 256}},
		{"nature", nn.Shape{84, 84, 4}, true, []int{32}},
	}
}

// sequenceNets returns the layers for sequences.
func sequenceNets() (nets []sequenceNet) {
	for _, units := range []int{64, 128, 256} {
		nets = append(nets, sequenceNet{fmt.Sprintf("lstm/%d", units), nn.Layer{Kind: "lstm", Size: float64(units)}, []int{16, 64}})
	}
	return append(nets,
		sequenceNet{"gru/64", nn.Layer{Kind: "gru", Size: 64}, []int{16}},
		sequenceNet{"attention/64", nn.Layer{Kind: "attention", Settings: map[string]any{"heads": 4.0, "context": 64.0}}, []int{16, 64}})
}

// NetworksOfImages returns training steps (train/…) and forward passes of one observation (infer1/…) of
// networks for images. The observations of nature are bytes.
func NetworksOfImages() (cases []Case) {
	for _, n := range imageNets() {
		for _, b := range n.batches {
			cases = append(cases, Case{fmt.Sprintf("train/%s/b%d", n.name, b), 1, n.train(b)})
		}
		cases = append(cases, Case{"infer1/" + n.name, 1, n.infer})
	}
	return cases
}

// NetworksOfSequences returns training steps (train/…) and steps of one sequence (infer1/…) of layers for
// sequences.
func NetworksOfSequences() (cases []Case) {
	for _, n := range sequenceNets() {
		for _, t := range n.steps {
			cases = append(cases, Case{fmt.Sprintf("train/%s/T%dxN%d", n.name, t, sequences), 1, n.train(t)})
		}
		cases = append(cases, Case{"infer1/" + n.name, 1, n.infer})
	}
	return cases
}

// build returns the network with random weights.
func (n imageNet) build() (nn.Network, error) {
	layers, err := nn.Named(n.name, n.in)
	if err != nil {
		return nil, err
	}
	return nn.Native{}.Build(newRNG(), "net", nn.Plan{In: n.in, Layers: append(layers, nn.Layer{Kind: "linear", Size: 6})})
}

// observations returns a function that sets x to images, from bytes if the observations are bytes.
func (n imageNet) observations(x []float32) func() {
	if !n.bytes {
		copy(x, floats(len(x)))
		return func() {}
	}
	src, rng := make([]byte, len(x)), newRNG()
	for i := range src {
		src[i] = byte(rng.Uint32())
	}
	return func() {
		f32.Bytes(x, src)
		f32.Unit(x, x)
	}
}

// train returns Case.Make for a training step of a batch.
func (n imageNet) train(batch int) func(*parallel.Pool) (func(), error) {
	return func(cores *parallel.Pool) (func(), error) {
		net, err := n.build()
		if err != nil {
			return nil, err
		}
		x := make([]float32, batch*n.in.Size())
		return trainingStep(cores, net, n.observations(x), x, batch, floats(batch*6), nn.Pass{Mode: nn.Training}), nil
	}
}

// infer is Case.Make for a forward pass of one observation.
func (n imageNet) infer(*parallel.Pool) (func(), error) {
	net, err := n.build()
	x, y := make([]float32, n.in.Size()), make([]float32, 6)
	observe := n.observations(x)
	return func() {
		observe()
		net.Infer(y, x, nn.Memory{})
	}, err
}

// trainingStep returns a function that computes one training step: the observations x [rows, …], a forward
// pass, the mean squared error, the backward pass, and a step of Adam.
func trainingStep(cores *parallel.Pool, net nn.Network, observe func(), x []float32, rows int, target []float32, p nn.Pass) func() {
	t, opt := tape.New(), optim.NewAdam(1e-3, 1e-8, nn.Params(net))
	t.Share(cores)
	opt.Share(cores)
	return func() {
		t.Reset()
		observe()
		y := net.Forward(t, t.Const(x, rows), p)
		loss.Squared(y, t.Const(target, rows)).Backward()
		opt.Step()
	}
}

// build returns the layer with random weights, and its number of units.
func (n sequenceNet) build() (nn.Network, int, error) {
	units := 64
	if n.layer.Size > 0 {
		units = int(n.layer.Size)
	}
	net, err := nn.Native{}.Build(newRNG(), "net", nn.Plan{In: nn.Shape{units}, Layers: nn.Layers{n.layer}})
	return net, units, err
}

// train returns Case.Make for a training step of sequences of t steps. One row in 20 is the first of an
// episode.
func (n sequenceNet) train(t int) func(*parallel.Pool) (func(), error) {
	return func(cores *parallel.Pool) (func(), error) {
		net, units, err := n.build()
		if err != nil {
			return nil, err
		}
		rows, rng := t*sequences, newRNG()
		first := make([]bool, rows)
		for i := range first {
			first[i] = rng.IntN(20) == 0
		}
		pass := nn.Pass{Mode: nn.Training, Steps: t, First: first}
		return trainingStep(cores, net, func() {}, floats(rows*units), rows, floats(rows*units), pass), nil
	}
}

// infer is Case.Make for a step of one sequence.
func (n sequenceNet) infer(*parallel.Pool) (func(), error) {
	net, units, err := n.build()
	if err != nil {
		return nil, err
	}
	x, y, rows := floats(units), floats(units), make([]float32, net.MemorySize())
	memory := nn.NewMemory(rows, len(rows))
	return func() { net.Infer(y, x, memory) }, nil
}
