// Skip adds a layer to rlrun that a YAML file can name: y = x + f(x), where f is two linear layers
// with a tanh between them. He et al. 2016, "Deep residual learning for image recognition", eq. 1.
package main

import (
	"embed"
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy/f32"
	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/tape"
	"github.com/rlrun/rlrun/scenarios"
)

// Skip is an nn.Network: the layers of f with a skip connection.
type Skip struct{ *nn.Sequential }

// NewSkip is an nn.Kind: it returns the layer for {skip: 32}, where f has 32 hidden units.
func NewSkip(rng *rand.Rand, name string, in nn.Shape, l nn.Layer) (nn.Network, nn.Shape, error) {
	r := nn.Read(l)
	width := r.Outputs()
	if err := r.Err(); err != nil {
		return nil, nil, err
	}
	f, err := nn.Native{}.Build(rng, name, nn.Plan{In: in, Layers: nn.Layers{
		nn.Linear(width, "orthogonal", 1), {Kind: "tanh"}, nn.Linear(in.Size(), "orthogonal", 0.1),
	}})
	if err != nil {
		return nil, nil, err
	}
	return Skip{f.(*nn.Sequential)}, in, nil
}

// Forward computes x + f(x) on a tape, which learning needs for the gradients.
func (s Skip) Forward(t *tape.Tape, x *tape.Var, p nn.Pass) *tape.Var {
	return x.Add(s.Sequential.Forward(t, x, p))
}

// Infer computes the same numbers without a tape, which is faster for acting.
func (s Skip) Infer(y, x []float32, past nn.Memory) {
	s.Sequential.Infer(y, x, past)
	f32.Add(y, x, y)
}

func (s Skip) Clone() nn.Network { return Skip{s.Sequential.Clone().(*nn.Sequential)} }

//go:embed cartpole-skip.yaml
var files embed.FS

func main() {
	scenarios.Main(scenarios.Envs(), scenarios.With{Layers: nn.Kinds{"skip": NewSkip}, Scenarios: files})
}
