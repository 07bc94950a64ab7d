package policy

import (
	"cmp"
	"fmt"
	"math"

	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/tape"
)

// NetworkConfig describes a policy's networks and their optimiser. The YAML keys are
// Stable-Baselines3's names where it has the setting.
type NetworkConfig struct {
	NetArch      NetArch   `yaml:"net_arch"`      // sizes of the hidden layers
	ActivationFn string    `yaml:"activation_fn"` // see nn.MLPOptions
	LogStdInit   float32   `yaml:"log_std_init"`  // log σ of continuous actions at the start
	OrthoInit    *bool     `yaml:"ortho_init"`    // true: orthogonal weights; false: PyTorch's initialisation; nil: see InitFn
	InitFn       string    `yaml:"init_fn"`       // initialisation of the weights: see nn.MLPOptions; "": see OrthoInit
	DefaultInit  string    `yaml:"-"`             // where neither is given: the agent's initialisation; "" is orthogonal
	Norm         string    `yaml:"norm"`          // none, layer or batch
	Dropout      float32   `yaml:"dropout"`       // share of hidden outputs left out in training
	Layers       nn.Layers `yaml:"layers"`        // hidden layers in place of net_arch, activation_fn, norm and dropout; none: those
	ShareTrunk   bool      `yaml:"share_trunk"`   // the actor and the critic have the same hidden layers
	UseSDE       bool      `yaml:"-"`             // explore by noise that depends on the state: an agent's use_sde
	UseExpln     bool      `yaml:"use_expln"`     // that noise's σ grows as a logarithm above 1: see dist.NewStateNoise

	OptimizerClass    string         `yaml:"optimizer_class"`  // see optim.ByName
	OptimizerSettings optim.Settings `yaml:"optimizer_kwargs"` // its settings
	L1Penalty         float32        `yaml:"l1_penalty"`       // λ of λ Σ|w| in the loss, over all weights
	L2Penalty         float32        `yaml:"l2_penalty"`       // λ of λ/2 Σw² in the loss
}

// DefaultNetworkConfig returns the config of networks with two hidden layers of 64 units, tanh
// and orthogonal initialisation, trained by Adam.
func DefaultNetworkConfig() NetworkConfig {
	return NetworkConfig{
		NetArch: Layers(64, 64), ActivationFn: "tanh", Norm: "none", Layers: nn.Layers{},
		OptimizerClass: "adam",
	}
}

// plan returns the plan of a network with in inputs: the hidden layers of part p and, if out is
// not 0, a last linear layer with out outputs. gain is the gain of its orthogonal weights.
func (c *NetworkConfig) plan(in int, p part, out int, gain float32) (nn.Plan, error) {
	init, err := c.initialisation()
	if err != nil {
		return nn.Plan{}, err
	}
	if len(c.Layers) > 0 && p != noHidden {
		plan := nn.Plan{In: nn.Shape{in}, Layers: c.Layers.Initialised(init)}
		if out > 0 {
			plan.Layers = append(plan.Layers, nn.Linear(out, init, gain))
		}
		return plan, nil
	}
	sizes := map[part][]int{piHidden: c.NetArch.Pi(), vfHidden: c.NetArch.VF()}[p]
	if len(sizes) == 0 && out == 0 {
		return nn.Plan{}, fmt.Errorf("net_arch is %v, want one hidden layer or more with share_trunk or use_sde", c.NetArch)
	}
	return nn.MLP(in, sizes, out, nn.MLPOptions{Activation: c.ActivationFn, Norm: c.Norm, Dropout: c.Dropout, Init: init, Gain: gain})
}

// initialisation returns the initialisation of the weights: InitFn, or what OrthoInit means, or
// else DefaultInit. It is an error if InitFn and OrthoInit contradict each other.
func (c *NetworkConfig) initialisation() (string, error) {
	const orthogonal = "orthogonal"
	switch {
	case c.InitFn == "" && c.OrthoInit == nil:
		return cmp.Or(c.DefaultInit, orthogonal), nil
	case c.InitFn == "" && *c.OrthoInit:
		return orthogonal, nil
	case c.InitFn == "":
		return "pytorch", nil
	case c.OrthoInit != nil && *c.OrthoInit != (c.InitFn == orthogonal):
		return "", fmt.Errorf("init_fn is %s and ortho_init is %v, which contradict each other: want one of the two alone, or ortho_init %v",
			c.InitFn, *c.OrthoInit, !*c.OrthoInit)
	}
	return c.InitFn, nil
}

// Complete replaces unset settings of the initialisation and the optimiser by their defaults.
// adamEps is the agent's default of Adam's ε.
func (c *NetworkConfig) Complete(adamEps float64) (err error) {
	if c.InitFn, err = c.initialisation(); err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	c.OrthoInit = new(c.InitFn == "orthogonal")
	class, o := cmp.Or(c.OptimizerClass, "adam"), &c.OptimizerSettings
	if o.Eps == nil && class == "adam" {
		o.Eps = &adamEps
	}
	c.OptimizerClass = class
	if *o, err = o.Complete(class); err != nil {
		err = fmt.Errorf("policy: %w", err)
	}
	return err
}

// NewOptimizer returns the optimiser that c describes, for params, with learning rate 0.
func (c *NetworkConfig) NewOptimizer(params []*tape.Param) (*optim.Optimizer, error) {
	for _, r := range []struct {
		key   string
		value float32
	}{{"l1_penalty", c.L1Penalty}, {"l2_penalty", c.L2Penalty}} {
		if !(0 <= r.value && r.value <= math.MaxFloat32) {
			return nil, fmt.Errorf("policy: %s is %v, want 0 or more", r.key, r.value)
		}
	}
	o, err := optim.ByName(cmp.Or(c.OptimizerClass, "adam"), c.OptimizerSettings, params)
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	o.L1, o.L2 = c.L1Penalty, c.L2Penalty
	return o, nil
}
