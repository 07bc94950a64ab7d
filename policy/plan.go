package policy

import (
	"fmt"
	"math/rand/v2"

	"github.com/rlrun/rlrun/policy/nn"
)

// network returns a network with k's hidden layers and a last layer, for rows of in floats.
// The gain is of the last layer's weights at the start, if they are orthogonal.
func (k *Kwargs) network(rng *rand.Rand, name string, in, out int, gain float32, e nn.Engine) (nn.Network, error) {
	plan, err := k.plan(in, out, gain)
	if err != nil {
		return nil, err
	}
	return e.Build(rng, name, plan)
}

// split returns k's hidden layers as a network of their own, with the number of its
// outputs, and leaves k without them.
func (k *Kwargs) split(rng *rand.Rand, name string, in int, e nn.Engine) (n nn.Network, out int, err error) {
	if len(k.NetArch)+len(k.Layers) == 0 {
		return nil, 0, fmt.Errorf("policy: net_arch is %v, want a layer for a share_trunk or use_sde", k.NetArch)
	}
	if n, err = k.network(rng, name, in, 0, 0, e); err != nil {
		return nil, 0, err
	}
	k.NetArch, k.Layers = nil, nil
	return n, nn.Outputs(n, in), nil
}

// plan returns the Plan of a network. Without outputs it has no last layer.
func (k *Kwargs) plan(in, out int, gain float32) (nn.Plan, error) {
	init, err := k.initialisation()
	if err != nil {
		return nn.Plan{}, err
	}
	if len(k.Layers) == 0 {
		o := nn.MLPOptions{Activation: k.ActivationFn, Norm: k.Norm, Dropout: k.Dropout, Init: init, Gain: gain}
		plan, err := nn.MLP(in, k.NetArch, out, o)
		if err != nil {
			err = fmt.Errorf("policy: %w", err)
		}
		return plan, err
	}
	plan := nn.Plan{In: nn.Shape{in}, Layers: k.Layers.Initialised(init)}
	if out > 0 {
		plan.Layers = append(plan.Layers, nn.Linear(out, init, gain))
	}
	return plan, nil
}
