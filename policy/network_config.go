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
	NetArch      NetArch   `yaml:"net_arch"`      // sizes of the hidden layers: [64, 64], or {pi: [64], vf: [128, 64]} with separate sizes for the actor and the critic
	ActivationFn string    `yaml:"activation_fn"` // activation of the hidden layers: tanh, relu, leaky_relu, elu, selu, gelu, gelu_tanh, silu, mish, sigmoid, softplus, hardtanh, hardswish or identity
	LogStdInit   float32   `yaml:"log_std_init"`  // initial log standard deviation of continuous actions
	OrthoInit    *bool     `yaml:"ortho_init"`    // true: the same as init_fn orthogonal; false: the same as init_fn pytorch; nil: init_fn decides
	InitFn       string    `yaml:"init_fn"`       // initial weights: orthogonal, xavier_uniform, xavier_normal, kaiming_uniform, kaiming_normal or pytorch
	DefaultInit  string    `yaml:"-"`             // initialisation if neither ortho_init nor init_fn is given; set by the agent; "" is orthogonal
	Norm         string    `yaml:"norm"`          // normalisation before each activation: none, layer or batch
	Dropout      float32   `yaml:"dropout"`       // dropout rate: probability that a hidden output is set to 0 in a gradient step
	Layers       NetLayers `yaml:"layers"`        // hidden layers, in place of net_arch, activation_fn, norm and dropout: a list, the name of a network, or {pi: …, vf: …} with a list or a name each; {trunk: …} for layers that the actor and the critic share, before those of pi and vf or net_arch; []: use these four settings
	ShareTrunk   bool      `yaml:"share_trunk"`   // the actor and the critic share their hidden layers
	DetachCritic bool      `yaml:"detach_critic"` // the value loss does not train the layers that the actor and the critic share
	UseSDE       bool      `yaml:"-"`             // explore with state-dependent noise: the agent's setting use_sde
	UseExpln     bool      `yaml:"use_expln"`     // with gSDE, let σ grow only logarithmically above 1, instead of exponentially

	FeaturesExtractor      Extractor `yaml:"features_extractor"`       // network of each image among the observations, before the hidden layers: auto (nature, and minatar for images smaller than 36×36), none, the name of a network or a list of layers
	ShareFeaturesExtractor bool      `yaml:"share_features_extractor"` // on-policy, the actor and the critic share the networks that read images and embeddings, as in Stable-Baselines3
	NormalizeImages        bool      `yaml:"normalize_images"`         // divide the bytes of images by 255, as in Stable-Baselines3; false suits images of small numbers, such as MiniGrid's
	Embedding              int       `yaml:"embedding"`                // length of a learned vector for each value of a choice among the observations; 0: one-hot

	OptimizerClass    string         `yaml:"optimizer_class"`  // optimiser: adam, adamw, sgd, rmsprop, rmsprop_tf or adagrad
	OptimizerSettings optim.Settings `yaml:"optimizer_kwargs"` // settings of the optimiser
	L1Penalty         float32        `yaml:"l1_penalty"`       // factor λ of the penalty λ Σ|w|, which is added to the loss, over all weights w
	L2Penalty         float32        `yaml:"l2_penalty"`       // factor λ of the penalty λ/2 Σw², which is added to the loss, over all weights w
}

// DefaultNetworkConfig returns the config of networks with two hidden layers of 64 units, tanh
// and orthogonal initialisation, trained by Adam.
func DefaultNetworkConfig() NetworkConfig {
	return NetworkConfig{
		NetArch: Layers(64, 64), ActivationFn: "tanh", Norm: "none", Layers: OneList(LayerList{Layers: nn.Layers{}}),
		FeaturesExtractor: Extractor{Name: autoExtractor}, ShareFeaturesExtractor: true, NormalizeImages: true, OptimizerClass: "adam",
	}
}

// plan returns the plan of a network with the given input: the feature extractor of observations
// with images, the hidden layers of part p and, if the argument out is not 0, a last linear layer with
// that number of outputs. gain is the gain of the last layer's orthogonal weights.
func (c *NetworkConfig) plan(in input, p part, out int, gain float32) (nn.Plan, error) {
	init, err := c.initialisation()
	if err != nil {
		return nn.Plan{}, err
	}
	if list := c.hiddenList(p); !list.empty() {
		return c.listPlan(in, list, init, out, gain)
	}
	shape, first, err := c.extract(in, init)
	if err != nil {
		return nn.Plan{}, err
	}
	sizes := map[part][]int{piHidden: c.NetArch.Pi(), vfHidden: c.NetArch.VF()}[p]
	switch {
	case len(sizes) > 0 || out > 0:
	case len(first) > 0:
		return nn.Plan{In: shape, Layers: first}, nil
	default:
		return nn.Plan{}, fmt.Errorf("net_arch is %v, want one hidden layer or more with share_trunk or use_sde", c.NetArch)
	}
	plan, err := nn.MLP(in.size, sizes, out, nn.MLPOptions{Activation: c.ActivationFn, Norm: c.Norm, Dropout: c.Dropout, Init: init, Gain: gain})
	if err != nil || len(first) == 0 {
		return plan, err
	}
	return nn.Plan{In: shape, Layers: append(first, plan.Layers...)}, nil
}

// listPlan is plan for hidden layers from a list.
func (c *NetworkConfig) listPlan(in input, list LayerList, init string, out int, gain float32) (nn.Plan, error) {
	layers, readsImage, err := list.hiddenLayers(in)
	if err != nil {
		return nn.Plan{}, err
	}
	var shape nn.Shape
	var first nn.Layers
	if readsImage {
		shape, _ = in.image()
	} else if shape, first, err = c.extract(in, init); err != nil {
		return nn.Plan{}, err
	}
	plan := nn.Plan{In: shape, Layers: append(first, layers.Initialised(init)...)}
	if out > 0 {
		plan.Layers = append(plan.Layers, nn.Linear(out, init, gain))
	}
	return plan, nil
}

// hiddenList returns the list of hidden layers of part p. It is empty if net_arch gives the hidden
// layers.
func (c *NetworkConfig) hiddenList(p part) LayerList {
	return map[part]LayerList{piHidden: c.Layers.Pi(), vfHidden: c.Layers.Critic(), trunkHidden: c.Layers.trunk}[p]
}

// initialisation returns the initialisation of the weights: InitFn, or the initialisation that
// OrthoInit selects, or DefaultInit if both are unset. It is an error if InitFn and OrthoInit
// contradict each other.
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
// adamEps is the agent's default for ε of Adam.
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
