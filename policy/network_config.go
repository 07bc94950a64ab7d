package policy

import (
	"cmp"
	"fmt"
	"math"

	"github.com/rlrun/rlrun/policy/nn"
	"github.com/rlrun/rlrun/policy/optim"
	"github.com/rlrun/rlrun/policy/tape"
)

// NetworkConfig describes a policy's networks, and how they are learned, under
// Stable-Baselines3's names where it has them.
type NetworkConfig struct {
	NetArch      NetArch   `yaml:"net_arch"`      // sizes of the hidden layers: [64, 64], or {pi: [64], vf: [128, 64]} for the actor and the critic each
	ActivationFn string    `yaml:"activation_fn"` // activation of the hidden layers: tanh, relu, leaky_relu, elu, gelu, silu, sigmoid or softplus
	LogStdInit   float32   `yaml:"log_std_init"`  // logarithm of the standard deviation of continuous actions at the start
	OrthoInit    *bool     `yaml:"ortho_init"`    // true: the same as init_fn orthogonal; false: the same as init_fn pytorch; nil: as init_fn says
	InitFn       string    `yaml:"init_fn"`       // first weights: orthogonal, xavier_uniform, xavier_normal, kaiming_uniform, kaiming_normal or pytorch
	DefaultInit  string    `yaml:"-"`             // where neither is given: the agent's initialisation; "" is orthogonal
	Norm         string    `yaml:"norm"`          // normalisation before each activation: none, layer or batch
	Dropout      float32   `yaml:"dropout"`       // share of hidden outputs that are left out in training, anew at each step
	Layers       nn.Layers `yaml:"layers"`        // hidden layers one by one, in place of net_arch, activation_fn, norm and dropout; []: those four
	ShareTrunk   bool      `yaml:"share_trunk"`   // the actor and the critic share their hidden layers
	UseSDE       bool      `yaml:"-"`             // explore by noise that depends on the state: an agent's use_sde
	UseExpln     bool      `yaml:"use_expln"`     // with gSDE, let its σ grow as a logarithm above 1, and not as an exponential

	OptimizerClass    string         `yaml:"optimizer_class"`  // optimiser: adam, adamw, sgd, rmsprop, rmsprop_tf or adagrad
	OptimizerSettings optim.Settings `yaml:"optimizer_kwargs"` // settings of the optimiser
	L1Penalty         float32        `yaml:"l1_penalty"`       // factor λ of λ Σ|w| in the loss, over all weights w
	L2Penalty         float32        `yaml:"l2_penalty"`       // factor λ of λ/2 Σw² in the loss, over all weights w
}

// DefaultNetworkConfig returns two layers of 64 with tanh, orthogonal at the start, and
// Adam.
func DefaultNetworkConfig() NetworkConfig {
	return NetworkConfig{
		NetArch: Layers(64, 64), ActivationFn: "tanh", Norm: "none", Layers: nn.Layers{},
		OptimizerClass: "adam",
	}
}

// plan returns the plan of a network for in inputs: the hidden layers of a part, and a last
// layer of out outputs, if it is not 0.
func (k *NetworkConfig) plan(in int, p part, out int, gain float32) (nn.Plan, error) {
	init, err := k.initialisation()
	if err != nil {
		return nn.Plan{}, err
	}
	if len(k.Layers) > 0 && p != noHidden {
		plan := nn.Plan{In: nn.Shape{in}, Layers: k.Layers.Initialised(init)}
		if out > 0 {
			plan.Layers = append(plan.Layers, nn.Linear(out, init, gain))
		}
		return plan, nil
	}
	sizes := map[part][]int{piHidden: k.NetArch.Pi(), vfHidden: k.NetArch.VF()}[p]
	if len(sizes) == 0 && out == 0 {
		return nn.Plan{}, fmt.Errorf("net_arch is %v, want a layer for a share_trunk or use_sde", k.NetArch)
	}
	return nn.MLP(in, sizes, out, nn.MLPOptions{Activation: k.ActivationFn, Norm: k.Norm, Dropout: k.Dropout, Init: init, Gain: gain})
}

// initialisation returns the initialisation that InitFn or OrthoInit names. If both are
// given they must agree.
func (k *NetworkConfig) initialisation() (string, error) {
	const orthogonal = "orthogonal"
	switch {
	case k.InitFn == "" && k.OrthoInit == nil:
		return cmp.Or(k.DefaultInit, orthogonal), nil
	case k.InitFn == "" && *k.OrthoInit:
		return orthogonal, nil
	case k.InitFn == "":
		return "pytorch", nil
	case k.OrthoInit != nil && *k.OrthoInit != (k.InitFn == orthogonal):
		return "", fmt.Errorf("init_fn is %s and ortho_init is %v, which contradict each other: want one of the two alone, or ortho_init %v",
			k.InitFn, *k.OrthoInit, !*k.OrthoInit)
	}
	return k.InitFn, nil
}

// Complete writes out the initialisation and the optimiser's defaults. The default of
// Adam's ε is the agent's.
func (k *NetworkConfig) Complete(adamEps float64) (err error) {
	if k.InitFn, err = k.initialisation(); err != nil {
		return fmt.Errorf("policy: %w", err)
	}
	k.OrthoInit = new(k.InitFn == "orthogonal")
	class, o := cmp.Or(k.OptimizerClass, "adam"), &k.OptimizerSettings
	if o.Eps == nil && class == "adam" {
		o.Eps = &adamEps
	}
	k.OptimizerClass = class
	if *o, err = o.Complete(class); err != nil {
		err = fmt.Errorf("policy: %w", err)
	}
	return err
}

// NewOptimizer returns the optimiser of params that k describes.
func (k *NetworkConfig) NewOptimizer(params []*tape.Param) (*optim.Optimizer, error) {
	for _, r := range []struct {
		key   string
		value float32
	}{{"l1_penalty", k.L1Penalty}, {"l2_penalty", k.L2Penalty}} {
		if !(0 <= r.value && r.value <= math.MaxFloat32) {
			return nil, fmt.Errorf("policy: %s is %v, want 0 or more", r.key, r.value)
		}
	}
	o, err := optim.ByName(cmp.Or(k.OptimizerClass, "adam"), k.OptimizerSettings, params)
	if err != nil {
		return nil, fmt.Errorf("policy: %w", err)
	}
	o.L1, o.L2 = k.L1Penalty, k.L2Penalty
	return o, nil
}
